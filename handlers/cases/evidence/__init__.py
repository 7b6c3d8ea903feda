"""What was sent to a case, as it is read, and as it is handed over."""
