"""The kind of answer that a question wants, and the kinds that a passage offers.

*Who* wants somebody, *how often* a frequency, *how many* a number; a passage that has nothing of
the kind is seldom the answer, however well its words fit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_PEOPLE = (
    r"i|we|you|they|staff|parents?|mums?|dads?|kids?|pupils?|children|volunteers?|teachers?"
    r"|governors?"
)

#: Kind of answer -> patterns of the words that ask for it.
_WANTS = {
    "who": (r"who|whos|whom|whose", r"which (?:person|people|member)"),
    "often": (r"how often", r"every (?:year|term|month|week)", r"yearly|annual(?:ly)?"),
    "when": (
        r"when",
        r"what (?:time|date|day|year)",
        r"how (?:soon|long|quick(?:ly)?)",
        r"deadline|by when",
    ),
    "many": (
        r"how (?:many|much|old|long|big|far)",
        r"what (?:age|number|year)",
        r"minimum|maximum",
        r"(?:yr|y|year) ?\d\w*",
    ),
    "may": (
        rf"can (?:my |a |the )?(?:{_PEOPLE})",
        r"allowed|am i allowed|may (?:i|we)|ok to",
        r"is it (?:ok|okay|fine|alright)",
        r"legit|banned",
    ),
    "must": (
        rf"do (?:{_PEOPLE}) (?:have|need) to",
        r"must|should|shouldnt|got to|need to|supposed|meant to|have to",
    ),
    "happens": (
        r"what (?:happens|do we do|do i do|next|if|now|should i do)",
        r"then what|now what|what will",
        r"whats the (?:procedure|process)",
    ),
    "why": (r"why|reason|how come|purpose|aims?", r"whats the (?:point|reason|aim)"),
    "howto": (r"how (?:do|can|should|would) (?:i|we|you|they)", r"how to"),
    "which": (
        r"which",
        r"what (?:kind|sort|type)s?",
        r"examples?|list",
        r"what (?:are|is|does|do|should|can|counts)|whats",
    ),
}

#: Kind of answer -> patterns of the words in a passage that could give it.
_OFFERS = {
    "who": (
        r"head ?teacher|governors?|governing|manager|teacher|staff|police|leader\w*|lead|office",
        r"parents?",
        r"officer|authority|provider|volunteers?|everyone|anyone|pupils?|coordinator|principal",
        r"trustees?",
    ),
    "often": (r"annual\w*|year\w*|termly|weekly|monthly|daily|regular\w*|every|once|each",),
    "when": (
        r"when|if|before|after|within|by|once|annual\w*|year\w*|regular\w*|days?|weeks?|months?",
        r"immediately|first|while|until|during|\d+",
    ),
    "many": (r"\d[\d.,:]*|one|two|three|four|five|six|ten|number|once|twice",),
    "may": (
        r"not|never|no|may|must|can|should|allowed|permission|permitted|only|without|consent",
        r"inappropriate|acceptable|decision|choice|avoid|prohibited|banned",
    ),
    "must": (
        r"must|should|will|have to|required?|responsib\w+|duty|expect\w*|obliged|need|ask|never",
        r"not|ensure|always",
    ),
    "happens": (
        r"will|if|police|legal|removed?|contact\w*|inform\w*|report\w*|action|warning|meet\w*",
        r"consider|result|may|lead to",
    ),
    "why": (r"because|so that|in order|to|purpose|aim|reason|as|since|protect|safeguard|ensure",),
    "howto": (
        r"contact|speak|talk|tell|ask|complet\w+|fill|sign|write|send|e-?mail|ring|call|report",
        r"give|hand|bring|take|show|see|put|click|choose|let|using|through|by|form|procedure|go to",
    ),
}


def _compile(table: dict[str, tuple[str, ...]]) -> dict[str, re.Pattern[str]]:
    """For each kind, one pattern that finds whole words of any of its own."""
    patterns = {}
    for kind, parts in table.items():
        patterns[kind] = re.compile(rf"\b(?:{'|'.join(parts)})\b", re.IGNORECASE)
    return patterns


_WANT_PATTERNS = _compile(_WANTS)
_OFFER_PATTERNS = _compile(_OFFERS)


def find_wanted_kinds(question: str) -> frozenset[str]:
    """The kinds of answer that a question wants; `question` in lower case, without punctuation."""
    return _find_kinds(question, _WANT_PATTERNS)


def find_offered_kinds(passage: str) -> frozenset[str]:
    """The kinds of answer that a passage could give."""
    return _find_kinds(passage, _OFFER_PATTERNS)


def _find_kinds(text: str, patterns: dict[str, re.Pattern[str]]) -> frozenset[str]:
    return frozenset(kind for kind, pattern in patterns.items() if pattern.search(text))


@dataclass(frozen=True, slots=True)
class _Precise:
    """Something precise that a question may ask for."""

    #: Finds the question that asks for it.
    asked: re.Pattern[str]
    #: Finds the passage that gives it.
    given: re.Pattern[str]


def _precise(asked: str, given: str, flags: re.RegexFlag = re.IGNORECASE) -> _Precise:
    return _Precise(re.compile(asked), re.compile(given, flags))


_UNIT = r"(?:minute|hour|day|week|month|term|year)s?"
_NUMERAL = (
    r"(?:\d[\d.,]{0,20}|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty"
    r"|thirty|ninety|half|a|an|each|every|same|first|next)"
)
# Without May: in a policy it is nearly always the verb.
_MONTH = r"january|february|march|april|june|july|august|september|october|november|december"

_SUM = _precise(
    r"how much (?:is|are|does|do|did|will|would|for)|\bcosts?\b|\bprice|\bfees?\b|mileage",
    r"£|\b\d+p\b|\bfree\b|\bno charge|\bnothing\b|\brefund",
)
_PAYMENT = _precise(
    r"(?<!in )\bcharges?\b|\bpay\b",
    r"£|\b\d+p\b|\b(?:free|charged?|pays?|paid|costs?|refund|contribut\w+)\b",
)
_SPAN_OF_TIME = _precise(
    r"how (?:long|soon|quick(?:ly)?|many (?:days|weeks|hours|months))|deadline|time ?limit",
    rf"\b{_NUMERAL}[ -](?:working |school |calendar )?{_UNIT}\b|\bonce a\b"
    r"|\bimmediately\b|\bat once\b|\bstraight ?away\b|\bas (?:long|soon) as\b|\buntil\b"
    r"|\bwithin the (?:hour|day|week|month|term|year)\b"
    r"|\bby the (?:\d|end|start|first|last|next)"
    # Not only time is long.
    rf"|\b{_NUMERAL} (?:characters|letters|digits|words|pages|lines|metres)\b",
)
_NUMBER = _precise(
    r"how many|how (?:big|tall|high|wide|warm|hot|cold|heavy|old|young)|what (?:size|age)",
    # The number of a year group, a stage or a section counts nothing.
    r"(?<![\d.])(?<!year )(?<!years )(?<!stage )(?<!section )(?<!level )(?<!form )\d"
    r"|\b(?:one|two|three|four|five|six|seven|eight|ten|twelve|once|twice|number of)\b",
)
_TELEPHONE_OR_ADDRESS = _precise(
    r"(?:phone|what|telephone) number|number (?:do|for|of) |extension|\bemail (?:address|of)"
    r"|s email\b|^what(?: is|s) .* (?:number|email|extension)$",
    r"\d{5,}|\d{3} \d{3}|@",
)
# A name is told by its capitals, so here case counts.
_NAME = _precise(
    r"^(?:who is|whos) (?:the |our )(?!in charge|responsible)[a-z -]{2,30}?(?: this year)?$"
    r"|^(?:who is|whos) (?:chair|head|manager|governor|secretary|clerk|lead)\b|^who chairs\b"
    r"|what(?: is|s) .* (?:called|name)$"
    r"|name of|names of"
    r"|(?:which|what) (?:[a-z]+ )?(?:company|firm|supplier|provider|newspaper|solicitors?"
    r"|software|app|platform|browser|program)\b"
    r"|^(?:which|what) (?:brand|make|model)\b",
    r"\b(?:Mr|Mrs|Ms|Miss|Dr)\b\.? [A-Z]|\b(?:is|are) (?:called|named)\b|\b(?:is|acts as) the\b",
    re.NOFLAG,
)
_DATE = _precise(
    r"what (?:date|day|year)\b|when (?:is|was|are|were) (?:the )?(?:next|last)"
    r"|\blast (?:review|updat|chang|approv)",
    rf"\b(?:19|20)\d\d\b|\b(?:{_MONTH})\b",
)
_HOUR = _precise(r"what time", r"\d[:.]\d\d|\d ?[ap]\.?m\b|o.clock|noon")

_ALL_PRECISE = (
    _SUM,
    _PAYMENT,
    _SPAN_OF_TIME,
    _NUMBER,
    _TELEPHONE_OR_ADDRESS,
    _NAME,
    _DATE,
    _HOUR,
)


def find_precise_patterns(question: str) -> tuple[re.Pattern[str], ...]:
    """What a passage must hold to give the number, sum, date, name or the like that is asked for.

    Empty when the question asks for nothing of the sort. `question` in lower case, without
    punctuation.
    """
    return tuple(one.given for one in _ALL_PRECISE if one.asked.search(question))
