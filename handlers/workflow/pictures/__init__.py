"""Pictures that were kept: looked at, read and made small, each in a process of its own."""
