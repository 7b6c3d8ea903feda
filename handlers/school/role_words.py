"""Roles and names as they are typed, and who may give which role."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from handlers.messages import Refused
from handlers.rules import access
from handlers.text.words import ROLES, listed, shortened
from store.model.records import Person, Role
from store.model.words import folded

_ROLE = "|".join(re.escape(word) for role in Role for word in (role.value, ROLES[role]))
#: What follows a command's name where it gives a role, also without the slash.
WITH_ROLE = rf".+\s(as|(the\s)?role)\s+({_ROLE})((\s*,\s*|\s+and\s+)({_ROLE}))*[.\s]*"
#: Characters of a name.
LONGEST_NAME = 80

HOW_TO_TYPE = "Please type it like this: {usage}"
WHICH_ROLE = "I know no role “{role}”. Roles are: {roles}."
CHAIRS_ALONE = (
    "The role of chair of governors is given and taken by a chair of governors, or by the "
    "technician (headsup roles): cases about the headteacher are the chair’s alone."
)
TOGETHER = (
    "The role of safeguarding lead is given and taken by the headteacher and the chair of "
    "governors together, or by the technician (headsup roles)."
)
HEADS = "That role is given and taken by the headteacher, or by the technician (headsup roles)."
WHO_CAN = {Role.CHAIR: CHAIRS_ALONE, Role.DSL: TOGETHER}


@dataclass(frozen=True, slots=True)
class NameAndRoles:
    name: str
    roles: tuple[str, ...]


#: Of these, nobody gets a second one in a chat.
OFFICES = frozenset({Role.HEAD, Role.DSL, Role.CHAIR})
SECOND_OFFICE = (
    "{name} is {office} here. A case that is kept from the {other} would be kept from {name} too, "
    "so only the technician can do that (headsup roles)."
)
#: What the bot calls those who are no people, in the log of roles and in the chronology.
NOT_NAMES = frozenset({"heads up", "headsup", "the technician", "technician"})
NOT_A_NAME = "“{name}” is what I call somebody else. Please give the person’s own name."

#: Characters of a name and its roles.
LONGEST = 300


def role_named(word: str) -> Role:
    """Raises Refused."""
    found = [role for role in Role if word.strip().lower() in (role.value, ROLES[role].lower())]
    if not found:
        raise Refused(WHICH_ROLE.format(role=shortened(word, 40), roles=listed(Role)))
    return found[0]


def name_and_roles(words: str, between: str, usage: str) -> NameAndRoles:
    """`Ben Okafor as head` -> the name, and the roles. Raises Refused."""
    line = " ".join(words.split())[:LONGEST]
    match = re.fullmatch(rf"[\"“]?(.+?)[\"”]? (?:{between}|as|the role|role) (.+)", line)
    if not match:
        raise Refused(HOW_TO_TYPE.format(usage=usage))
    typed = [word for word in re.split(r",|\band\b", match[2]) if word.strip()]
    roles = tuple(dict.fromkeys(role_named(word).value for word in typed))
    if not roles:
        raise Refused(HOW_TO_TYPE.format(usage=usage))
    return NameAndRoles(name_typed(match[1]), roles)


def refuse_second_office(people: Iterable[Person], roles: Sequence[str]) -> None:
    """Raises Refused where one of those who have an office would get another, by one person's word:
    so a headteacher would keep from the chair of governors what is kept from headteachers.
    """
    for person in people:
        has = OFFICES.intersection(person.roles)
        # A safeguarding lead is made by two.
        gets = OFFICES.intersection(roles) - has - {Role.DSL}
        if has and gets:
            office, other = role_words(sorted(has)), role_words(sorted(gets))
            name = person.name
            raise Refused(SECOND_OFFICE.format(name=name, office=office, other=other))


def refuse_name_of_ours(name: str) -> None:
    """Raises Refused for a name under which somebody would speak as the bot, or the technician."""
    if " ".join(re.findall(r"[^\W_]+", folded(name))) in NOT_NAMES:
        raise Refused(NOT_A_NAME.format(name=shortened(name, 40)))


def name_typed(words: str) -> str:
    """A name without the quotation marks around it, on one line and not too long."""
    return " ".join(words.strip(' \t\r\n"“”').split())[:LONGEST_NAME]


def role_words(roles: Iterable[str]) -> str:
    """`leadership and safeguarding lead`."""
    return listed(ROLES[Role(role)] for role in roles)


def refuse_unless_theirs(person: Person, roles: Sequence[str]) -> None:
    """Raises Refused, saying who can, where this person may not give and take these roles."""
    for role in roles:
        if not access.may_change_role(person, role):
            raise Refused(WHO_CAN.get(Role(role), HEADS))
