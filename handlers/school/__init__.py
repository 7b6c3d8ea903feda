"""People, duties, the digest, backups and the help."""
