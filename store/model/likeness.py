"""What makes two cases look like one: the same link, the same bytes, or one picture twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from store.model.records import Summary

#: In how many of their 64 bits two difference hashes may differ, and still be of one picture. On
#: screenshots of phones a cropped status bar makes 9, and other screenshots begin at 18.
SAME_PICTURE_BITS = 12


def is_one_picture(likenesses: Iterable[int], others: Sequence[int]) -> bool:
    """Whether any difference hash of the one looks like any of the other."""
    for one in likenesses:
        for other in others:
            if (one ^ other).bit_count() <= SAME_PICTURE_BITS:
                return True
    return False


def look_alike(one: Summary, other: Summary) -> bool:
    """Whether two cases share a link, the same bytes, or a picture that looks the same."""
    contents = {*one.links, *one.hashes}
    if not contents.isdisjoint((*other.links, *other.hashes)):
        return True
    return is_one_picture(one.likenesses, other.likenesses)
