"""What a message of Slack says: its words, its files, whom it names."""
