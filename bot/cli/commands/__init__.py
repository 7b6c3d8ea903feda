"""The commands of `headsup`, as they are typed: each reads its options, and calls its module."""
