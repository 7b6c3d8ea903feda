"""What the person at the keyboard can mend, and is told in one sentence."""

from __future__ import annotations


class Trouble(Exception):
    """The text says what is wrong and what to do."""
