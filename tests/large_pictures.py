"""Pictures of very many pixels, in a moment: a library that packs each row anew takes seconds for one."""

from __future__ import annotations

import struct
import zlib
from functools import cache

#: What a PNG's header says of its pixels: bits of each sample, and the kind of colour.
_BLACK_AND_WHITE, _IN_COLOUR, _SEEN_THROUGH = (1, 0), (8, 2), (8, 6)


@cache
def black_png(width: int, height: int) -> bytes:
    """A whole picture in black and white. `width` is a multiple of eight: so many pixels are in a byte."""
    return _png(width, height, _BLACK_AND_WHITE, _packed(bytes(width // 8), height))


@cache
def grey_png(width: int, height: int) -> bytes:
    """A whole picture of one colour: under a megabyte, and four bytes a pixel when it is opened."""
    return _png(width, height, _SEEN_THROUGH, _packed(bytes([7]) * 4 * width, height))


def claiming_png(width: int, height: int) -> bytes:
    """One that claims to be so large, in a few bytes."""
    return _png(width, height, _IN_COLOUR, zlib.compress(bytes(1_000_000)))


def _packed(row: bytes, number: int) -> bytes:
    """The same row so many times."""
    # Before each stands how it was changed to be packed: not at all.
    return zlib.compress((b"\0" + row) * number, 1)


def _png(width: int, height: int, kind: tuple[int, int], packed: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, *kind, 0, 0, 0)
    chunks = _chunk(b"IHDR", header) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
