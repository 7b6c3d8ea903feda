"""The removal of what was posted: who was asked, what came back, and when it was gone."""
