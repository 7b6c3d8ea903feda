"""Words as they are compared: without capitals, accents and apostrophes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

from store.model.remembered import remembered

#: Letters that are no other letter with a mark, and what people type who have not got them.
PLAIN = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
)
#: Letters in the shape of others, as people put them into posts: small capitals, in order from a
#: to z; and what is drawn in a box or a circle, or makes a flag. What Unicode itself takes for the
#: same letter is not among them.
_SMALL_CAPITALS = "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡ ʏᴢ"
_BOXES = (0x1F150, 0x1F170, 0x1F1E6)
PLAIN |= {ord(each): chr(ord("a") + n) for n, each in enumerate(_SMALL_CAPITALS) if each != " "}
# What stands for a small capital f where people write with these.
PLAIN[ord("ғ")] = "f"
PLAIN |= {first + n: chr(ord("a") + n) for first in _BOXES for n in range(26)}
APOSTROPHES = re.compile(r"['’‘ʼ`´]")

#: A file's name has underscores between its words.
WORD = re.compile(r"[^\W_]+")
#: What may be somebody's initials: `BO`, and of `B. O.` what is left without points and spaces. It
#: begins with the letter, and looks back from there: so most of a long text is passed over.
INITIALS = re.compile(r"[A-Z](?<!\w[A-Z])(?:\.?(?:[A-Z]\.?){1,3}(?!\w)|(?:\.? [A-Z]){1,3}\b)")


def folded(text: str) -> str:
    """The text in small letters, without accents and apostrophes: `Núñez` and `Nunez` are one."""
    small = text.casefold()
    if not small.isascii():
        # What is taken for the same letter may be a capital one: of `𝐁`, only `B` has a small one.
        small = _without_marks(small).casefold()
    return APOSTROPHES.sub("", small)


def _without_marks(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    # Letter by letter, a long text would take long.
    marks = {ord(each): None for each in set(decomposed) if unicodedata.combining(each)}
    return decomposed.translate({**PLAIN, **marks})


def words_of(texts: Iterable[str]) -> str:
    """The words of some texts, folded: a line for each different text, in which they stand side by
    side as they were said.

    What may be initials is in a line of its own, in capitals.
    """
    found: dict[str, None] = {}
    for text in texts:
        if text:
            found |= _lines_of(text)
    return "\n".join(found)


@remembered(2_000)
def _lines_of(text: str) -> Mapping[str, None]:
    """The lines of one text, each once, in their order: it is asked for with each change of a case.

    None of them is empty.
    """
    lines = [" ".join(WORD.findall(folded(text)))]
    for initials in INITIALS.findall(text):
        lines.append(re.sub(r"[. ]", "", initials))
    return dict.fromkeys(filter(None, lines))
