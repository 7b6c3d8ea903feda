"""What somebody passes on, what they are asked and read of it, and their way back."""
