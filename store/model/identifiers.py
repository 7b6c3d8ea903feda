"""Names that nobody has used: references of cases, ids of records."""

from __future__ import annotations

import secrets

#: 28 digits and consonants: no vowels, so that nothing is spelt; no 0, 1, I and O, which are
#: misread.
REFERENCE_ALPHABET = "23456789BCDFGHJKLMNPQRSTVWXZ"


def new_reference() -> str:
    """Four random characters: 614,656 references, and none tells how many cases there are."""
    base = len(REFERENCE_ALPHABET)
    number = secrets.randbelow(base**4)
    return "".join([REFERENCE_ALPHABET[number // base**place % base] for place in range(4)])


def new_id() -> str:
    return secrets.token_hex(6)
