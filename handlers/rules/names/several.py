"""Several names in one answer, and the addresses of accounts among them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from string import punctuation

#: Between the names of several people. A comma stands within a name as well: `Okafor, Ben`.
BETWEEN_NAMES = re.compile(
    r"\s(?:and|und|et|plus|as well as|together with)\s|[&/;+|\n]", re.IGNORECASE
)
#: The same, beside an address, which has some of these in itself.
BESIDE_AN_ADDRESS = re.compile(
    r"\s(?:and|und|et|plus|as well as|together with|[&/+|])\s|[;,](?:\s|$)|\n", re.IGNORECASE
)
#: `https://x.com/okafor`, and without its beginning.
ADDRESS = re.compile(r"(?<!\S)\S+?://\S*|(?<![\w@.-])[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}/\S*")
#: `this or that`: one of them is meant, and not both.
EITHER = re.compile(r"\b(?:or|oder)\b", re.IGNORECASE)


def parts_of(words: str) -> list[str]:
    """`Cleo Martin and Ben Okafor` -> what stands between such words and signs, one by one."""
    between = BESIDE_AN_ADDRESS if ADDRESS.search(words) else BETWEEN_NAMES
    parts = [part.strip(" ,") for part in between.split(words) if part.strip(" ,")]
    # A sign alone is nobody, as the bracket and the quotation mark of `Jo <jo/smith> '`.
    names = [part for part in parts if part.strip(punctuation)]
    return names or parts


def is_account(words: str) -> bool:
    """Tell whether they hold the address or the handle of an account."""
    return bool(ADDRESS.search(words)) or any(word.startswith("@") for word in words.split())


def accounts_in(words: str) -> Iterator[str]:
    """Whatever may be the name of an account: the parts of each address, then the other words.

    `https://instagram.com/mr.okafor` -> `instagram`, `mr.okafor`.
    """
    for address in ADDRESS.findall(words):
        host, _, path = address.partition("://")[2].partition("/")
        if "://" not in address:
            host, _, path = address.partition("/")
        # The last says no more than what kind of an address it is, as `co` and `m` do.
        yield from (label for label in host.split(".")[:-1] if len(label) > 2)
        yield from (part for part in re.split(r"[/?&=#]", path) if part)
    yield from parts_of(ADDRESS.sub(" ", words))
