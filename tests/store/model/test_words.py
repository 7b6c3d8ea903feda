"""Words as they are compared."""

from __future__ import annotations

import sys
import unicodedata

import pytest

from store.model.words import folded, words_of


def test_every_letter_that_unicode_takes_for_a_latin_one_is_that_one() -> None:
    for number in range(sys.maxunicode + 1):
        letter = chr(number)
        parts = unicodedata.normalize("NFKD", letter)
        base = "".join(part for part in parts if not unicodedata.combining(part))
        if len(base) == 1 and base.isascii() and base.isalpha():
            assert folded(letter) == base.lower(), hex(number)


@pytest.mark.parametrize(
    "written",
    [
        "𝐁𝐞𝐧 𝐎𝐤𝐚𝐟𝐨𝐫",
        "𝓑𝓮𝓷 𝓞𝓴𝓪𝓯𝓸𝓻",
        "Ｂｅｎ Ｏｋａｆｏｒ",
        "ʙᴇɴ ᴏᴋᴀꜰᴏʀ",
        "ʙᴇɴ ᴏᴋᴀғᴏʀ",
        "Ⓑⓔⓝ Ⓞⓚⓐⓕⓞⓡ",
        "🅱🅴🅽 🅾🅺🅰🅵🅾🆁",
        "🇧🇪🇳 🇴🇰🇦🇫🇴🇷",
        "B̶e̶n̶ O̶k̶a̶f̶o̶r̶",
    ],
)
def test_a_name_is_one_in_whatever_letters_a_post_has_it(written: str) -> None:
    assert words_of([written]) == "ben okafor"
