"""The offices that words speak of: the headteacher, the chair of governors, a deputy."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from store.model.records import Role
from store.model.remembered import remembered
from store.model.words import folded

#: Words by which people call an office, and the role that holds it. The head is below.
OFFICES = {
    "chair": Role.CHAIR,
    "chair governors": Role.CHAIR,
    "chair governing body": Role.CHAIR,
    "chairman": Role.CHAIR,
    "chairwoman": Role.CHAIR,
    "chairperson": Role.CHAIR,
    "lead governor": Role.CHAIR,
    "dsl": Role.DSL,
    "safeguarding lead": Role.DSL,
    "designated safeguarding lead": Role.DSL,
    "safeguarding officer": Role.DSL,
    "child protection officer": Role.DSL,
    "child protection lead": Role.DSL,
    "designated person": Role.DSL,
    "designated teacher": Role.DSL,
    "dsp": Role.DSL,
    "boss": Role.HEAD,
    "gaffer": Role.HEAD,
    # Welsh, as a word begins by itself and after others.
    **dict.fromkeys(("pennaeth", "bennaeth", "phennaeth", "mhennaeth"), Role.HEAD),
    **dict.fromkeys(("prifathro", "brifathro", "phrifathro", "mhrifathro"), Role.HEAD),
    **dict.fromkeys(("prifathrawes", "brifathrawes", "phrifathrawes"), Role.HEAD),
    **dict.fromkeys(("cadeirydd", "gadeirydd", "chadeirydd"), Role.CHAIR),
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
    **dict.fromkeys(("safeguarding manager", "safeguarding coordinator"), (Role.DSL,)),
    **dict.fromkeys(("head of safeguarding", "head safeguarding"), (Role.DSL,)),
    **dict.fromkeys(("dirprwy", "ddirprwy"), (Role.LEADER, Role.DSL)),
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


@lru_cache(maxsize=10_000)
def roles_of_office(words: str) -> tuple[Role, ...]:
    """The roles of those whose office these words are, or may be: `the chair of governors`."""
    said = [word for word in re.findall(r"\w+", folded(words)) if word not in AROUND_OFFICES]
    office = " ".join(said)
    if office in OFFICES:
        return (OFFICES[office],)
    if OF_DEPUTIES.fullmatch(office):
        return MAY_HAVE["deputy"]
    if office in MAY_HAVE:
        return MAY_HAVE[office]
    if office in IF_ALONE:
        return IF_ALONE[office]
    return (Role.HEAD,) if _is_the_head(said) else ()


def _is_the_head(said: Sequence[str]) -> bool:
    """Whether words are `head`, `headmistress`, `head teacher`: a teacher alone is another."""
    return bool(said) and said != ["teacher"] and all(map(_may_call_the_head, said))


def _may_call_the_head(word: str) -> bool:
    return word == "teacher" or LIKE_THE_HEAD.fullmatch(word) is not None


@remembered(2_000)
def offices_in(words: str) -> frozenset[str]:
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
    return frozenset(found)


_OF_OFFICE = {office: frozenset(office.split()) for office in OFFICES}
