"""What a question asks for: its words with their meanings, and the kind of answer that it wants."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from store.policies.search.answer_kinds import precise, wanted
from store.policies.search.words import COMMON, STOP, groups, kin, stem, words

LONGEST_QUESTION = 600  # characters; whatever is longer is no question
COMMONNESS = 0.4
STRONG = 0.6
SAME, CLOSE = (
    0.75,
    0.35,
)  # how well a word of the same group, or of a group close to it, stands for the word itself

_LIGHT = {"me", "allowed", "must", "action", "list", "next", "everything", "acceptable"}
"""Groups whose words say what kind of answer is wanted, more than what it is about."""
_ASKS = {"#action", "#list", "#next", "#everything", "#acceptable"}
"""Of these, the ones that can make a question by themselves."""
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
"""Names that people use for social media as such: a passage that has the very name is no better."""
_FIRST = {"i", "me", "my", "im", "ive", "ill", "mine"}


@dataclass(frozen=True, slots=True)
class Slot:
    """One word of the question, and what may stand for it: term and how well, 0 to 1, the best first.

    A term is a stem, or the name of a group with `#` before it.
    """

    word: str
    terms: tuple[tuple[str, float], ...]
    light: bool  # says how, not what
    share: float = 1.0  # a word of a longer term carries its part of it


@dataclass(frozen=True, slots=True)
class Question:
    text: str
    slots: tuple[Slot, ...]
    kinds: frozenset[str]
    personal: bool = False  # the asker asks for themselves
    precise: tuple[re.Pattern[str], ...] = ()  # what the answer must hold
    strong: tuple[frozenset[str], ...] = ()  # for each slot, the terms that stand for it well


def understand(text: str) -> Question:
    """Never fails; a question without a word in it has no slots."""
    tokens = words(text) if len(text) <= LONGEST_QUESTION else []
    stems = [stem(t) for t in tokens]
    meanings: list[dict[str, float]] = [{} for _ in stems]
    inside: list[int] = [1] * len(stems)
    for first, end, names in groups(stems):
        for n in range(first, end):
            if end - first > 1:
                inside[n] = max(inside[n], end - first)
            elif inside[n] > 1 and tokens[n] in STOP:
                continue
            weight = SAME if end - first >= inside[n] else SAME * 0.6
            for name in names:
                meanings[n]["#" + name] = max(weight, meanings[n].get("#" + name, 0.0))
    slots = []
    for n, token in enumerate(tokens):
        if (token in STOP and inside[n] == 1) or (len(token) == 1 and not token.isdigit()):
            continue
        terms = dict(meanings[n])
        for name in list(terms):
            for other in kin().get(name[1:], ()):
                terms.setdefault("#" + other, CLOSE * terms[name] / SAME)
        if token in _ANY_SITE:
            terms["#socialmedia"] = 1.0
        elif token not in STOP:
            terms[stems[n]] = 1.0
        light = (
            token not in STOP and all(t[1:] in _LIGHT for t in meanings[n]) and bool(meanings[n])
        )
        slots.append(
            Slot(
                token,
                _best_first(terms),
                light,
                (COMMONNESS if token in COMMON else 1.0) / inside[n],
            )
        )
    if all(slot.light and not _ASKS & {term for term, _ in slot.terms} for slot in slots):
        slots = []
    strong = tuple(frozenset(t for t, s in slot.terms if s >= STRONG) for slot in slots)
    plain = " ".join(tokens)
    others = {"#parent", "#pupil", "#governor", "#head"}
    personal = bool(_FIRST & set(tokens)) and not any(others & m.keys() for m in meanings)
    return Question(text, tuple(slots), wanted(plain), personal, precise(plain), strong)


def _best_first(terms: dict[str, float]) -> tuple[tuple[str, float], ...]:
    return tuple(sorted(terms.items(), key=lambda term: -term[1]))


def widened(question: Question, akin: dict[str, dict[str, float]]) -> Question:
    """The question with more that may stand for its words: word -> stem -> how well."""
    slots = []
    for slot in question.slots:
        terms = dict(akin.get(slot.word, {}))
        for term, strength in slot.terms:
            terms[term] = max(strength, terms.get(term, 0.0))
        slots.append(replace(slot, terms=_best_first(terms)))
    return replace(question, slots=tuple(slots))


_LONG_FORMS = {
    "fb": "facebook", "insta": "instagram", "pic": "picture", "pics": "pictures", "vid": "video", "vids": "videos",
    "kid": "child", "kids": "children", "mum": "mother", "mums": "mothers", "ur": "your", "u": "you",
    "esafety": "online safety", "slt": "senior leadership team", "ta": "teaching assistant",
    "tas": "teaching assistants", "yr": "year", "whats": "what is", "whos": "who is", "dont": "do not",
    "cant": "cannot", "wont": "will not", "govs": "governors", "xmas": "christmas", "thru": "through",
    "shd": "should", "convo": "conversation", "dodgy": "unsuitable", "nicked": "stolen", "head": "headteacher",
    "aup": "acceptable use policy", "dfe": "department for education", "dsl": "designated safeguarding lead",
    "hols": "holidays", "mobile": "mobile phone", "mobiles": "mobile phones", "fone": "phone", "gov": "governor",
}  # fmt: skip


def spelt_out(text: str) -> str:
    """The question with its short forms written out, for a model that has learnt from written English."""
    lower = text[:LONGEST_QUESTION].lower()
    return re.sub(
        r"[a-z']+", lambda m: _LONG_FORMS.get(m.group().replace("'", ""), m.group()), lower
    )
