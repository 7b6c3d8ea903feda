"""The words of a name, and those that stand beside names and are none."""

from __future__ import annotations

import re

from store.model.words import folded

TITLES = {"mr", "mrs", "ms", "miss", "mx", "dr", "sir", "prof", "madam"}
#: Titles that nobody is called by without a name.
BEFORE_NAMES = {"mr", "mrs", "ms", "dr", "prof"}

#: What people say of somebody besides a name: `the teacher Mr Garcia in Year 4`.
NO_NAMES = {
    *("a", "an", "the", "our", "my", "old", "new", "from", "in", "of", "who", "with"),
    *("teacher", "teaching", "assistant", "ta", "head", "deputy", "governor", "coach", "nurse"),
    *("cook", "caretaker", "secretary", "tutor", "office"),
    *("year", "class", "form", "reception", "nursery"),
}


def same_name(name: str) -> tuple[str, ...]:
    """A key, equal for `Ben Okafor`, `Mr Ben Okafor` and `okafor, Ben` and for no other name."""
    return tuple(sorted(set(name_words(name)))) or (name,)


def name_words(name: str) -> list[str]:
    """The words of a name in order, folded, without titles; a double name is two words."""
    return [word for word in re.findall(r"\w+", folded(name)) if word not in TITLES]


def words_in(text: str) -> set[str]:
    """The words of a text, folded; of `Okafor’s` the name."""
    return set(name_words(without_possessive(text)))


def without_possessive(text: str) -> str:
    """`Ben’s` -> `Ben`."""
    return re.sub(r"['’]s?(?!\w)", "", text)
