"""`headsup check`: what is wrong, one line each with the mend."""
