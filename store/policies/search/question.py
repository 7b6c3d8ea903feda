"""What a question asks for: its words with their meanings, and the kind of answer that it wants."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from store.policies.search.answer_kinds import find_precise_patterns, find_wanted_kinds
from store.policies.search.words import (
    COMMON_WORDS,
    STOP_WORDS,
    find_phrases,
    related_groups,
    stem,
    words,
)

#: Characters; whatever is longer is no question.
LONGEST_QUESTION = 600
#: What a common word counts for, where another counts 1.
COMMONNESS = 0.4
#: How well a term must stand for a word, to be looked for near its neighbours.
STRONG = 0.6
#: How well a word of the same group stands for the word itself.
SAME = 0.75
#: How well a word of a group close to it does.
CLOSE = 0.35
#: What a group keeps of that, when the word belongs to a longer phrase of another group.
IN_LONGER_PHRASE = 0.6

#: Groups whose words say what kind of answer is wanted, more than what it is about.
_LIGHT = {
    "#me",
    "#allowed",
    "#must",
    "#action",
    "#list",
    "#next",
    "#everything",
    "#acceptable",
}
#: Of these, the ones that can make a question by themselves.
_ASKS = {"#action", "#list", "#next", "#everything", "#acceptable"}
#: Names that people use for social media as such: a passage that has the very name is no better.
_ANY_SITE = {
    "facebook",
    "fb",
    "twitter",
    "insta",
    "instagram",
    "tiktok",
    "snapchat",
    "snap",
    "youtube",
    "bebo",
    "x",
}
_FIRST_PERSON = {"i", "me", "my", "im", "ive", "ill", "mine"}
#: Who asks for these asks for somebody else, whatever the first person in the question.
_OTHERS = {"#parent", "#pupil", "#governor", "#head"}


@dataclass(frozen=True, slots=True)
class Slot:
    """One word of the question, and what may stand for it."""

    word: str
    #: Terms with how well each stands for the word, 0 to 1, the best first.
    terms: tuple[tuple[str, float], ...]
    #: It says how, not what.
    light: bool
    #: What it counts for: a word of a longer phrase carries its part of it.
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Query:
    """A question as it is searched for. Without slots there is nothing to search for."""

    text: str
    slots: tuple[Slot, ...]
    #: The kinds of answer that it wants.
    kinds: frozenset[str]
    #: The asker asks for themselves.
    personal: bool = False
    #: What the answer must hold, when a number, a name or the like is asked for.
    precise: tuple[re.Pattern[str], ...] = ()
    #: For each slot, the terms that stand for it well.
    strong: tuple[frozenset[str], ...] = ()


@dataclass(slots=True)
class _Word:
    """A word of the question while its meanings are being gathered."""

    token: str
    stem: str
    #: Group -> how well it stands for the word.
    groups: dict[str, float] = field(default_factory=dict)
    #: Words of the longest phrase that it is part of.
    phrase_length: int = 1

    @property
    def is_stop(self) -> bool:
        return self.token in STOP_WORDS


def understand(text: str) -> Query:
    """What a question asks for. Never fails; a question without a word in it has no slots."""
    tokens = words(text) if len(text) <= LONGEST_QUESTION else []
    read = [_Word(token, stem(token)) for token in tokens]
    _add_groups(read)

    slots = [_make_slot(word) for word in read if _is_searched_for(word)]
    if not any(map(_says_what, slots)):
        slots = []

    plain = " ".join(tokens)
    return Query(
        text=text,
        slots=tuple(slots),
        kinds=find_wanted_kinds(plain),
        personal=_is_personal(read),
        precise=find_precise_patterns(plain),
        strong=tuple(map(_strong_terms, slots)),
    )


def _add_groups(read: list[_Word]) -> None:
    """Give each word the groups of every phrase that it is part of."""
    for phrase in find_phrases([word.stem for word in read]):
        size = phrase.end - phrase.first
        for word in read[phrase.first : phrase.end]:
            if size > 1:
                word.phrase_length = max(word.phrase_length, size)
            elif word.phrase_length > 1 and word.is_stop:
                # Within a longer phrase, the `on` or `off` of it means nothing by itself.
                continue
            strength = SAME if size >= word.phrase_length else SAME * IN_LONGER_PHRASE
            for group in phrase.groups:
                word.groups[group] = max(strength, word.groups.get(group, 0.0))


def _is_searched_for(word: _Word) -> bool:
    if word.is_stop and word.phrase_length == 1:
        return False
    return len(word.token) > 1 or word.token.isdigit()


def _make_slot(word: _Word) -> Slot:
    terms = dict(word.groups)
    for group, strength in word.groups.items():
        for related in related_groups().get(group, ()):
            terms.setdefault(related, CLOSE * strength / SAME)

    if word.token in _ANY_SITE:
        terms["#socialmedia"] = 1.0
    elif not word.is_stop:
        terms[word.stem] = 1.0

    is_light = not word.is_stop and bool(word.groups) and word.groups.keys() <= _LIGHT
    commonness = COMMONNESS if word.token in COMMON_WORDS else 1.0
    return Slot(word.token, _best_first(terms), is_light, commonness / word.phrase_length)


def _says_what(slot: Slot) -> bool:
    """Whether a word can make a question by itself: `allowed` alone cannot."""
    return not slot.light or any(term in _ASKS for term, _ in slot.terms)


def _is_personal(read: list[_Word]) -> bool:
    if not any(word.token in _FIRST_PERSON for word in read):
        return False
    return all(_OTHERS.isdisjoint(word.groups) for word in read)


def _strong_terms(slot: Slot) -> frozenset[str]:
    return frozenset(term for term, strength in slot.terms if strength >= STRONG)


def _best_first(terms: dict[str, float]) -> tuple[tuple[str, float], ...]:
    return tuple(sorted(terms.items(), key=lambda term: -term[1]))


def widen(query: Query, stand_ins: Mapping[str, Mapping[str, float]]) -> Query:
    """The query with more that may stand for its words.

    `stand_ins`: word of the question -> stem -> how well it stands for the word. `strong` stays
    what it was: what was found by its meaning alone is not looked for near its neighbours.
    """
    slots = []
    for slot in query.slots:
        terms = dict(stand_ins.get(slot.word, {}))
        for term, strength in slot.terms:
            terms[term] = max(strength, terms.get(term, 0.0))
        slots.append(replace(slot, terms=_best_first(terms)))
    return replace(query, slots=tuple(slots))


LONG_FORMS = {
    "fb": "facebook", "insta": "instagram", "pic": "picture", "pics": "pictures", "vid": "video",
    "vids": "videos", "kid": "child", "kids": "children", "mum": "mother", "mums": "mothers",
    "ur": "your", "u": "you", "esafety": "online safety", "slt": "senior leadership team",
    "ta": "teaching assistant", "tas": "teaching assistants", "yr": "year", "whats": "what is",
    "whos": "who is", "dont": "do not", "cant": "cannot", "wont": "will not", "govs": "governors",
    "xmas": "christmas", "thru": "through", "shd": "should", "convo": "conversation",
    "dodgy": "unsuitable", "nicked": "stolen", "head": "headteacher",
    "aup": "acceptable use policy", "dfe": "department for education",
    "dsl": "designated safeguarding lead", "hols": "holidays", "mobile": "mobile phone",
    "mobiles": "mobile phones", "fone": "phone", "gov": "governor",
}  # fmt: skip


def spell_out(text: str) -> str:
    """The question in lower case, its short forms written out.

    For a language model that has learnt from written English.
    """
    lower = text[:LONGEST_QUESTION].lower()
    return re.sub(r"[a-z']+", _long_form, lower)


def _long_form(found: re.Match[str]) -> str:
    word = found.group()
    return LONG_FORMS.get(word.replace("'", ""), word)
