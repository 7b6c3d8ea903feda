"""Letters that a step calls for, drafted."""
