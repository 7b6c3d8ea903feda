"""`headsup export`: what is held about somebody, gathered for a person to redact."""
