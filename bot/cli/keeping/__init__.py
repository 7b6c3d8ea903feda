"""Where everything is kept: backed up, restored, put back, moved and looked through."""
