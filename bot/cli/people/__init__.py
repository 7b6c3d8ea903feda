"""Who is here: invited, confirmed, listed, and with which roles."""
