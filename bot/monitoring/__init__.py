"""How machines learn how the bot is: health, numbers and logs."""
