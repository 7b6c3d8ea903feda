"""What a notice says, and several of them as one message."""
