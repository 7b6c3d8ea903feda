"""What goes out by itself: notices, evidence to fetch, menus; and which message showed what."""
