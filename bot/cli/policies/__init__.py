"""The policy texts: asked, added, and matched with the procedure."""
