"""Two names that can be of one person, as people type them and as accounts have them."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache

from handlers.rules.names.offices import roles_of_office
from handlers.rules.names.several import accounts_in, is_account, parts_of
from handlers.rules.names.spellings import (
    LITTLE,
    forms_of,
    plainly,
    runs_of,
    short_forms,
    spellings,
)
from handlers.rules.names.words import (
    NO_NAMES,
    TITLES,
    name_words,
    without_possessive,
)
from store.model.words import folded

#: Words of which sentences are made, and no names.
OF_SENTENCES = {
    *("he", "she", "they", "it", "we", "i", "you", "this", "that", "these", "those", "there"),
    *("is", "was", "are", "were", "be", "been", "has", "have", "had", "did", "does", "do", "can"),
    *("said", "says", "say", "told", "posted", "sent", "wrote", "shouted", "hit", "about", "on"),
    *("again", "also", "more", "too", "now", "today", "yesterday", "here", "just", "not", "no"),
    *("yes", "please", "sorry", "help", "urgent", "what", "why", "when", "how", "for", "to", "at"),
    *("him", "her", "his", "their", "them", "another", "photo", "picture", "video", "message"),
}
#: Of what can be a name.
MOST_WORDS_OF_NAME = 5

#: Letters, from which on a part of a name is known within another word: `mrokafor`.
LONG = 5
#: Of a name that is written in one word, where an account has still more around it.
LONG_TOGETHER = 7
#: Words of an account's name that are looked at.
MOST_IN_ACCOUNT = 12


@lru_cache(maxsize=10_000)
def is_named(typed: str, name: str) -> bool:
    """Tell whether somebody has said just this name: `Ben Okafor`, `okafor, Ben` or `Mr Okafor`.

    A surname alone is enough, a first name alone is not.
    """
    wanted, known = name_words(typed), name_words(name)
    if not wanted:
        return False
    return set(wanted) == set(known) or wanted == known[-1:]


def holds_whole_name(typed: str, name: str) -> bool:
    """Tell whether a whole name stands among other words: `Cleo Martin of Year 4`."""
    return whole_name_in(name_words(typed), name) is not None


def whole_name_in(words: Sequence[str], name: str) -> slice | None:
    """Where in these words, as `name_words` gives them, a name of two words or more stands: as a
    whole, or the first and the last of its words; and in which order they will.
    """
    known = name_words(name)
    if len(known) < 2:
        return None
    first, last = known[0], known[-1]
    wholes = {"".join(known), last + "".join(known[:-1]), first + last, last + first}
    plain = {plainly(whole) for whole in wholes}
    for begin in range(len(words)):
        for end in range(min(len(words), begin + 2 * len(known)), begin, -1):
            if plainly("".join(words[begin:end])) in plain:
                return slice(begin, end)
    return None


@lru_cache(maxsize=10_000)
def may_mean(typed: str, name: str) -> bool:
    """Tell whether somebody may have meant this name, among others that they said, too.

    Besides what `is_named` knows: any word of the name, wherever in the world that one stands which
    is the surname; initials, short forms of a first name, accounts, and further words on either
    side. A word that is of another name says that it is somebody else: `Dan Okafor` is not Ben
    Okafor.
    """
    if is_account(typed) or len(typed.split()) == 1:
        return may_be_account(typed, name)
    return _may_mean_any(typed, name)


def may_be_one(name: str, other: str) -> bool:
    """Tell whether two names may be of one person, in one record or the other with less of it:
    `Cleo Martin` and `Mrs Martin`, `Cleo M` or `C. Martin`.
    """
    return may_mean(name, other) or may_mean(other, name)


def _may_mean_any(typed: str, name: str) -> bool:
    return any(_may_mean_one(part, name) for part in names_in(typed))


def names_in(words: str) -> list[str]:
    """`Cleo Martin and Ben Okafor` -> the names one by one."""
    return [name for part in parts_of(words) for name in whole_names_of(part)]


#: What may stand between two whole names, or within one.
BESIDE_NAMES = re.compile(r"(,\s*|(?<!\s)\s+(?=(?:mr|mrs|ms|miss|mx|dr|prof)\b))", re.IGNORECASE)


def whole_names_of(part: str) -> list[str]:
    """`Cleo Martin, Ben Okafor` -> the two names; `Martin, Cleo` is one, and stays as it is."""
    pieces = BESIDE_NAMES.split(part)
    names = [piece.strip() for piece in pieces[::2] if piece.strip()]
    if len(names) > 2 and all(_is_one_word(name) for name in names):
        return names

    return [name.strip() for name in _grown_whole(pieces) if name.strip()]


def _grown_whole(pieces: Sequence[str]) -> list[str]:
    """Pieces, and what stands between them, put together until each is a whole name."""
    found = [pieces[0]]
    begins_whole = _is_whole(pieces[0])
    for between, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        if _is_whole(piece) and (begins_whole or _is_whole(found[-1])):
            found.append(piece)
            begins_whole = True
        else:
            found[-1] += between + piece
    return found


def _is_one_word(name: str) -> bool:
    words = name_words(name)
    return len(words) == 1 and words[0] not in NO_NAMES | LITTLE


def _is_whole(words: str) -> bool:
    """Whether words are an office, or as much of a name as people call somebody by."""
    if roles_of_office(words):
        return True
    said = re.findall(r"\w+", folded(words))
    names = [word for word in said if word not in TITLES]
    if not all(map(_may_be_of_name, names)):
        return False
    has_title = len(names) < len(said)
    fewest = 1 if has_title else 2
    return fewest <= len(names) <= 4


def _may_be_of_name(word: str) -> bool:
    return word not in NO_NAMES and word not in LITTLE and not word.isdecimal()


def may_be_names(typed: str) -> bool:
    """Tell whether words can be somebody's name, or several people's: a few words, no sentence."""
    parts = names_in(typed)
    return bool(parts) and all(_may_be_name(part) for part in parts)


def _may_be_name(typed: str) -> bool:
    words = typed.split()
    if not 0 < len(words) <= MOST_WORDS_OF_NAME:
        return False
    if len(words) > 2 and typed.islower() and folded(words[0]) not in TITLES:
        # `boys fighting near gate`; nobody has three names in small letters.
        return False
    for word in words:
        letters = re.sub(r"[.,'’‘`-]", "", word)
        if not letters.isalpha() or folded(letters) in OF_SENTENCES:
            return False
    return True


#: `Mr O`, by which children are told to call a teacher.
TITLED_LETTER = re.compile(r"(?<!\S)(?:mr|mrs|ms|miss|mx|dr|sir|prof) ([^\W\d_])(?!\S)")


def _may_mean_one(typed: str, name: str) -> bool:
    wanted, known = name_words(typed), name_words(name)
    if not wanted or not known:
        return False
    is_whole_name = set(known) <= set(wanted)
    return (
        _are_initials(wanted, known)
        or is_whole_name
        or _is_titled_letter(typed, wanted, known)
        or _is_spelt_alike(wanted, known)
    )


def _are_initials(wanted: Sequence[str], known: Sequence[str]) -> bool:
    """`BO`, `b. o.`: one letter alone is nobody's."""
    return len(known) > 1 and "".join(wanted) == _initials_of(known)


def _initials_of(known: Sequence[str]) -> str:
    return "".join(word[0] for word in known)


def _is_titled_letter(typed: str, wanted: Sequence[str], known: Sequence[str]) -> bool:
    """`Mr O`, with nothing beside it that would be another name."""
    in_a_row = " ".join(re.findall(r"\w+", folded(typed)))
    letters = set(TITLED_LETTER.findall(in_a_row))
    return letters.issuperset(_names_among(wanted)) and not letters.isdisjoint(_initials_of(known))


def _is_spelt_alike(wanted: Sequence[str], known: Sequence[str]) -> bool:
    forms = forms_of(known)
    return any(_fits(spelt, known, forms) for spelt in spellings(_names_among(wanted)))


def _names_among(wanted: Sequence[str]) -> list[str]:
    return [word for word in wanted if word not in NO_NAMES and not word.isdecimal()]


def _fits(words: Sequence[str], known: Sequence[str], forms: frozenset[str]) -> bool:
    """Whether each word can stand for a word of a name, and one of them not as its initial only."""
    has_one = False
    for word in words:
        if word in forms or plainly(word) in forms:
            has_one = True
        elif len(word) > 1 or not any(each.startswith(word) for each in known):
            return False
    return has_one


def may_be_account(account: str, name: str) -> bool:
    """Tell whether an account's name may stand for this person: `@ben_okafor`, `BenOkafor77`,
    `bokafor`, `Mr Okafor`, `https://instagram.com/mr.okafor.y4`.
    """
    return any(_may_be_account(each, name) for each in accounts_in(account))


def _may_be_account(account: str, name: str) -> bool:
    words, known = account_words(account), name_words(name)
    if not words or not known:
        return False
    if _may_mean_any(account, name) or _may_mean_any(" ".join(words), name):
        return True
    written = {plainly(word) for word in runs_of(words[:MOST_IN_ACCOUNT])}
    return _holds_surname(written, known) or _holds_in_one_word(written, known)


def _holds_surname(written: Collection[str], known: Sequence[str]) -> bool:
    """Whether words of an account are a surname that is long enough to mean somebody alone."""
    surnames = known[1:] or known
    long = {plainly(word) for word in runs_of(surnames) if len(word) >= LONG}
    return not long.isdisjoint(written)


def _holds_in_one_word(written: Collection[str], known: Sequence[str]) -> bool:
    """Whether words of an account are a name in one word, or a long one has more around it."""
    names = {plainly(each) for each in run_together(known)}
    if not names.isdisjoint(written):
        return True
    long = [each for each in names if len(each) >= LONG_TOGETHER]
    return any(each in word for each in long for word in written)


def run_together(known: Sequence[str]) -> set[str]:
    """A name of these words as accounts have it, in one word: `bokafor`, `mrokafor`."""
    if len(known) < 2:
        return set()
    first, last = known[0], known[-1]
    found = {"".join(known), last + first, first[0] + last, last + first[0]}
    return found | {each + last for each in (first, *short_forms(first), *TITLES)}


def account_words(account: str) -> list[str]:
    """The words of an account's name, folded: `@BenOkafor_77` -> `ben`, `okafor`."""
    apart = re.sub(r"(?<=[^\W\d_A-Z])(?=[A-Z])", " ", without_possessive(account))
    return name_words(re.sub(r"[\d_]+", " ", apart))
