"""What an update of Telegram says: its words, its files, where it came from."""
