"""The TOML files that a school writes."""
