"""All of a case as a ZIP file, to hand it over."""
