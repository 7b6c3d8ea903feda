"""Two names that can be of one person, and the offices that words speak of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from handlers.rules.several_names import accounts_in, is_account, parts_of
from handlers.rules.spellings import (
    LITTLE,
    forms_of,
    plainly,
    runs_of,
    short_forms,
    spellings,
)
from store.model.records import Role
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

#: Words by which people call an office, and the role that holds it. The head is below.
OFFICES = {
    "chair": Role.CHAIR,
    "chair governors": Role.CHAIR,
    "chair governing body": Role.CHAIR,
    "chairman": Role.CHAIR,
    "chairwoman": Role.CHAIR,
    "dsl": Role.DSL,
    "safeguarding lead": Role.DSL,
    "designated safeguarding lead": Role.DSL,
    "safeguarding officer": Role.DSL,
    "child protection officer": Role.DSL,
    "child protection lead": Role.DSL,
    "designated person": Role.DSL,
    "designated teacher": Role.DSL,
    "boss": Role.HEAD,
    # Welsh.
    "pennaeth": Role.HEAD,
    "prifathro": Role.HEAD,
    "prifathrawes": Role.HEAD,
    "cadeirydd": Role.CHAIR,
    "ict": Role.ICT,
    "ict manager": Role.ICT,
    "it manager": Role.ICT,
}

#: Who is in a school's leadership team.
OF_LEADERS = (Role.LEADER, Role.DSL, Role.HEAD)
#: Offices that are no role of their own, and the roles of those who may have them.
MAY_HAVE = {
    "deputy": (Role.LEADER, Role.DSL),
    "deputies": (Role.LEADER, Role.DSL),
    "assistant head": (Role.LEADER, Role.DSL),
    "assistant headteacher": (Role.LEADER, Role.DSL),
    "assistant head teacher": (Role.LEADER, Role.DSL),
    "assistant principal": (Role.LEADER, Role.DSL),
    "vice principal": (Role.LEADER, Role.DSL),
    "associate head": (Role.LEADER, Role.DSL),
    "dht": (Role.LEADER, Role.DSL),
    "aht": (Role.LEADER, Role.DSL),
    "ddsl": (Role.LEADER, Role.DSL),
    "safeguarding team": (Role.LEADER, Role.DSL),
    "dirprwy": (Role.LEADER, Role.DSL),
    **dict.fromkeys(("runs the school", "runs our school", "runs this school"), (Role.HEAD,)),
    **dict.fromkeys(("run the school", "running the school", "leads the school"), (Role.HEAD,)),
    **dict.fromkeys(("charge of the school", "charge of our school"), (Role.HEAD,)),
    **dict.fromkeys(("charge of this school", "charge of the whole school"), (Role.HEAD,)),
    **dict.fromkeys(("leads on safeguarding", "leads safeguarding"), (Role.DSL,)),
    **dict.fromkeys(("charge of safeguarding", "responsible for safeguarding"), (Role.DSL,)),
    **dict.fromkeys(("leads on child protection", "leads child protection"), (Role.DSL,)),
    **dict.fromkeys(("slt", "smt"), OF_LEADERS),
    **dict.fromkeys(("senior leader", "senior leaders", "senior leadership"), OF_LEADERS),
    **dict.fromkeys(("leadership team", "management team", "senior team"), OF_LEADERS),
    **dict.fromkeys(("senior manager", "senior managers", "senior management"), OF_LEADERS),
}
#: The same, where nothing else was said: in a sentence they say nothing of anybody.
IF_ALONE = {
    "leader": OF_LEADERS,
    "leaders": OF_LEADERS,
    "leadership": OF_LEADERS,
    "management": OF_LEADERS,
    "senior leadership team": OF_LEADERS,
    "senior management team": OF_LEADERS,
    "governor": (Role.CHAIR,),
    "governors": (Role.CHAIR,),
    "governing body": (Role.CHAIR,),
}
#: What a deputy may be deputy of.
OF_DEPUTIES = re.compile(
    r"deputy (?:head(?: ?teacher| ?master| ?mistress)?|principal|dsl|"
    r"(?:designated )?safeguarding lead)"
)

#: `head`, `headteacher`, `headmaster`, `heads`: too many to list. `headphones` are nobody.
LIKE_THE_HEAD = re.compile(
    r"\b(head(?!phone|set|line|ing|count|ache)\w*|principal|ht)\b", re.IGNORECASE
)

#: What people put around an office.
AROUND_OFFICES = {
    *("the", "our", "about", "of", "a", "an", "new", "school", "schools"),
    *("one", "either", "some", "somebody", "someone", "member", "members", "from", "in", "on"),
}

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

    found, begins_whole = [pieces[0]], _is_whole(pieces[0])
    for between, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        if _is_whole(piece) and (begins_whole or _is_whole(found[-1])):
            found.append(piece)
            begins_whole = True
        else:
            found[-1] += between + piece
    return [name.strip() for name in found if name.strip()]


def _is_one_word(name: str) -> bool:
    words = name_words(name)
    return len(words) == 1 and words[0] not in NO_NAMES | LITTLE


def _is_whole(words: str) -> bool:
    """Whether words are an office, or as much of a name as people call somebody by."""
    if roles_of_office(words):
        return True
    said = re.findall(r"\w+", folded(words))
    names = [word for word in said if word not in TITLES]
    if any(word in NO_NAMES or word in LITTLE or word.isdecimal() for word in names):
        return False
    fewest = 1 if len(names) < len(said) else 2
    return fewest <= len(names) <= 4


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


def _may_mean_one(typed: str, name: str) -> bool:
    wanted, known = name_words(typed), name_words(name)
    if not wanted or not known:
        return False
    initials = "".join(word[0] for word in known)
    if len(initials) > 1 and "".join(wanted) == initials:
        return True
    if set(known) <= set(wanted):
        return True

    named = [word for word in wanted if word not in NO_NAMES and not word.isdecimal()]
    letters = TITLED_LETTER.findall(" ".join(re.findall(r"\w+", folded(typed))))
    if set(named) <= set(letters) and any(letter in initials for letter in letters):
        return True
    forms = forms_of(known)
    return any(_fits(spelt, known, forms) for spelt in spellings(named))


#: `Mr O`, by which children are told to call a teacher.
TITLED_LETTER = re.compile(r"(?<!\S)(?:mr|mrs|ms|miss|mx|dr|sir|prof) ([^\W\d_])(?!\S)")


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
    words = account_words(account)
    known = name_words(name)
    if not words or not known:
        return False
    if _may_mean_any(account, name) or _may_mean_any(" ".join(words), name):
        return True
    written = {plainly(word) for word in runs_of(words[:MOST_IN_ACCOUNT])}
    surnames = {plainly(word) for word in runs_of(known[1:] or known) if len(word) >= LONG}
    if not surnames.isdisjoint(written):
        return True
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
    apart = re.sub(r"(?<=[^\W\d_A-Z])(?=[A-Z])", " ", _without_possessive(account))
    return name_words(re.sub(r"[\d_]+", " ", apart))


def same_name(name: str) -> tuple[str, ...]:
    """A key, equal for `Ben Okafor`, `Mr Ben Okafor` and `okafor, Ben` and for no other name."""
    return tuple(sorted(set(name_words(name)))) or (name,)


def name_words(name: str) -> list[str]:
    """The words of a name in order, folded, without titles; a double name is two words."""
    return [word for word in re.findall(r"\w+", folded(name)) if word not in TITLES]


@lru_cache(maxsize=10_000)
def roles_of_office(words: str) -> tuple[Role, ...]:
    """The roles of those whose office these words are, or may be: `the chair of governors`."""
    said = [word for word in re.findall(r"\w+", folded(words)) if word not in AROUND_OFFICES]
    office = " ".join(said)
    if office in OFFICES:
        return (OFFICES[office],)
    if OF_DEPUTIES.fullmatch(office):
        return MAY_HAVE["deputy"]
    may_have = MAY_HAVE.get(office) or IF_ALONE.get(office)
    if may_have:
        return may_have
    is_head = bool(said) and all(LIKE_THE_HEAD.fullmatch(w) or w == "teacher" for w in said)
    return (Role.HEAD,) if is_head and said != ["teacher"] else ()


def offices_in(words: str) -> set[str]:
    """Roles whose office is named somewhere in the words: `did the headteacher shout?`."""
    words = folded(words)
    in_a_row = re.findall(r"\w+", words)
    said = set(in_a_row)
    found: set[str] = {role for office, role in OFFICES.items() if _OF_OFFICE[office] <= said}
    text = f" {' '.join(in_a_row)} "
    for office, roles in MAY_HAVE.items():
        if f" {office} " in text:
            found.update(roles)
    if LIKE_THE_HEAD.search(words):
        found.add(Role.HEAD)
    return found


_OF_OFFICE = {office: frozenset(office.split()) for office in OFFICES}


def words_in(text: str) -> set[str]:
    """The words of a text, folded; of `Okafor’s` the name."""
    return set(name_words(_without_possessive(text)))


def _without_possessive(text: str) -> str:
    return re.sub(r"['’]s?(?!\w)", "", text)
