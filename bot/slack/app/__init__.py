"""The Slack app itself: its manifest, and its installation in workspaces."""
