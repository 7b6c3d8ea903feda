"""Bytes on a disk: durable writes, seals and evidence."""
