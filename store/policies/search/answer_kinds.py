"""The kind of answer that a question wants, and the kinds that a passage offers.

*Who* wants somebody, *how often* a frequency, *how many* a number; a passage that has nothing of the kind is
seldom the answer, however well its words fit.
"""

from __future__ import annotations

import re

_PEOPLE = r"i|we|you|they|staff|parents?|mums?|dads?|kids?|pupils?|children|volunteers?|teachers?|governors?"

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

_OFFERS = {
    "who": (
        r"head ?teacher|governors?|governing|manager|teacher|staff|police|leader\w*|lead|office|parents?",
        r"officer|authority|provider|volunteers?|everyone|anyone|pupils?|coordinator|principal|trustees?",
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
        r"must|should|will|have to|required?|responsib\w+|duty|expect\w*|obliged|need|ask|never|not",
        r"ensure|always",
    ),
    "happens": (
        r"will|if|police|legal|removed?|contact\w*|inform\w*|report\w*|action|warning|meet\w*",
        r"consider|result|may|lead to",
    ),
    "why": (r"because|so that|in order|to|purpose|aim|reason|as|since|protect|safeguard|ensure",),
    "howto": (r"contact|speak|ask|complet\w+|send|report|using|through|by|form|procedure|go to",),
}


def _compiled(table: dict[str, tuple[str, ...]]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (k, re.compile(rf"\b(?:{'|'.join(v)})\b", re.IGNORECASE)) for k, v in table.items()
    )


_WANT_PATTERNS, _OFFER_PATTERNS = _compiled(_WANTS), _compiled(_OFFERS)


def wanted(question: str) -> frozenset[str]:
    """The kinds of answer that a question wants; `question` in lower case, without punctuation."""
    return frozenset(name for name, pattern in _WANT_PATTERNS if pattern.search(question))


def offered(passage: str) -> frozenset[str]:
    """The kinds of answer that a passage could give."""
    return frozenset(name for name, pattern in _OFFER_PATTERNS if pattern.search(passage))


_UNIT = r"(?:minute|hour|day|week|month|term|year)s?"
_NUMERAL = (
    r"(?:\d[\d.,]*|one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|thirty"
    r"|a|an|each|every|same|first|next)"
)
_MONTH = r"january|february|march|april|june|july|august|september|october|november|december"
_PRECISE = (
    (  # a sum of money
        r"how much (?:is|are|does|do|will|for)|\bcosts?\b|(?<!in )\bcharges?\b|\bprice|\bfees?\b|mileage|\bpay\b",
        r"£|\b\d+p\b|\b(?:free|charged?|pays?|paid|costs?|refund)\b",
    ),
    (  # a span of time
        r"how (?:long|soon|quick(?:ly)?|many (?:days|weeks|hours|months))|deadline|time ?limit",
        rf"\b{_NUMERAL}[ -](?:working |school |calendar )?{_UNIT}\b|\bonce a\b"
        r"|\bimmediately\b|\bat once\b|\bas long as\b|\buntil\b",
    ),
    (  # a number or an age
        r"how many|how big|how tall|what size|how old|what age",
        r"\d|\b(?:one|two|three|four|five|six|seven|eight|ten|number of)\b",
    ),
    (  # a telephone number or an address
        r"(?:phone|what|telephone) number|number (?:do|for|of) |extension|\bemail (?:address|of)|s email\b"
        r"|^what(?: is|s) .* (?:number|email|extension)$",
        r"\d{5,}|\d{3} \d{3}|@",
    ),
    (  # a name
        r"^(?:who is|whos) (?:the |our )(?!in charge|responsible)[a-z -]{2,30}?(?: this year)?$"
        r"|what(?: is|s) .* (?:called|name)$"
        r"|name of|names of|(?:which|what) (?:[a-z]+ )?(?:company|firm|supplier|provider|newspaper|solicitors?"
        r"|software|app|platform|browser|program)\b|^(?:which|what) (?:brand|make|model)\b",
        r"\b(?:Mr|Mrs|Ms|Miss|Dr)\b\.? [A-Z]|\b(?:is|are) (?:called|named)\b",
    ),
    (  # a date
        r"what (?:date|day|year)\b|when (?:is|was|are|were) (?:the )?(?:next|last)"
        r"|\blast (?:review|updat|chang|approv)",
        rf"\b(?:19|20)\d\d\b|\b(?:{_MONTH})\b",
    ),
    (r"what time", r"\d[:.]\d\d|\d ?[ap]\.?m\b|o.clock|noon"),  # an hour
)
_CAPITALS_COUNT = 4  # the place of names in _PRECISE: what is given there is told by its capitals
_PRECISE_PATTERNS = tuple(
    (re.compile(asked), re.compile(given, 0 if n == _CAPITALS_COUNT else re.IGNORECASE))
    for n, (asked, given) in enumerate(_PRECISE)
)


def precise(question: str) -> tuple[re.Pattern[str], ...]:
    """What a passage must hold to give the number, sum, span of time, date or name that a question asks for.

    Empty when the question asks for nothing of the sort. `question` in lower case, without punctuation.
    """
    return tuple(given for asked, given in _PRECISE_PATTERNS if asked.search(question))
