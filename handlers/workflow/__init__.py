"""What follows from a change of a case, and is written with it."""
