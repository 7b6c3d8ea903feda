"""A school's own Word, PDF or text file, made into a policy text."""
