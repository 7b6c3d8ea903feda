"""Giving roles and taking them."""

from __future__ import annotations

from dataclasses import replace

from handlers.commands import command
from handlers.desk import Ask, Desk
from handlers.messages import Choice, Choices, Confirm, Refused, Reply, say
from handlers.rules import access
from handlers.rules.access import Act
from handlers.school.invitations import (
    GONE,
    MOST_CHOICES,
    NOBODY_HERE,
    invitation_with,
    others_to_agree,
    owe_agreement,
    waits_for_other,
)
from handlers.school.role_log import CHANGING_PEOPLE, keep_change, way_of
from handlers.school.role_words import (
    TOGETHER,
    WITH_ROLE,
    name_and_roles,
    refuse_second_office,
    refuse_unless_theirs,
    role_named,
    role_words,
)
from handlers.school.wishes import (
    carry_out,
    is_asked_still,
    is_ready,
    refuse_last_head,
    roles_after,
)
from handlers.text.words import listed, shortened
from handlers.workflow.people import (
    name_of,
    people_called,
    people_matching,
    person_by_id,
    with_account,
)
from store.model.identifiers import new_id
from store.model.invitations import Invitation
from store.model.kinds import RoleChangeKind
from store.model.memos import RoleChange, RoleWish
from store.model.records import Notice, Person, Role

WHOM = "I know nobody of exactly that name. Who do you mean?"
WHICH_OF_THEM = "Several people are called that. Who do you mean?"
SURE = {
    RoleChangeKind.GIVEN: "Give {name} the role {roles}?",
    RoleChangeKind.TAKEN: "Take the role {roles} from {name}?",
}
YES = {
    RoleChangeKind.GIVEN: "Yes, give {name} the role {roles}",
    RoleChangeKind.TAKEN: "Yes, take the role {roles} from {name}",
}
NOW = "{name} is now: {roles}."
OUT = "{name} has no role here now, and can do nothing here any more."
NO_CHAIR_NOW = (
    " Nobody is chair of governors now: the technician gives the role to the next (headsup roles)."
)
NOBODY_TO_AGREE = "{together} There is nobody here who could agree: please ask the technician."
ASKED = "{together} I have asked {names}: it is done when they say Yes."
ASKS = {
    RoleChangeKind.GIVEN: "{asker} asks to give {name} the role {roles}.",
    RoleChangeKind.TAKEN: "{asker} asks to take the role {roles} from {name}.",
}
ASKS_TO_INVITE = "{asker} asks to invite a new person, {name}, as {roles}."
DO_YOU_AGREE = "{asks} {together} Do you agree?"
AGREE, REFUSE = "Yes, I agree", "No"
AGREED_TO_INVITE = "Thank you. The invitation for {name} works now."
NOT_AGREED = "Thank you. Nothing is changed, and {asker} is told."
NOT_YOURS_TO_AGREE = "That is not yours to agree to. " + TOGETHER


@command(
    "people give",
    usage="/people give NAME the role ROLE",
    may=Act.ROLES,
    summary="give somebody a role",
    bare=WITH_ROLE,
)
async def give_role(ask: Ask, desk: Desk) -> Reply:
    """Add roles to somebody's."""
    return await _by_name(RoleChangeKind.GIVEN, ask, desk)


@command(
    "people take",
    usage="/people take NAME the role ROLE",
    may=Act.ROLES,
    summary="take a role away",
    bare=WITH_ROLE,
)
async def take_role(ask: Ask, desk: Desk) -> Reply:
    """Take roles from somebody; with the last one, the person is out."""
    return await _by_name(RoleChangeKind.TAKEN, ask, desk)


async def _by_name(what: RoleChangeKind, ask: Ask, desk: Desk) -> Reply:
    """Act on an exact name that is one person's; of others, ask who is meant."""
    command_of = give_role if what == RoleChangeKind.GIVEN else take_role
    wanted = name_and_roles(ask.words, "the role", command_of.usage)
    refuse_unless_theirs(ask.person, wanted.roles)
    same = people_called(wanted.name, await desk.store.people())
    if len(same) == 1:
        return await _change(what, same[0], wanted.roles, ask, desk)
    like = same or await people_matching(wanted.name, desk)
    if not like:
        raise Refused(NOBODY_HERE.format(name=shortened(wanted.name, 40)))
    choices = []
    for person in like[:MOST_CHOICES]:
        chosen = f"{what} {person.id} {','.join(wanted.roles)}"
        name, roles = with_account(person), role_words(wanted.roles)
        question = SURE[what].format(name=name, roles=roles)
        confirm = Confirm(question, f"people-change {chosen}")
        choices.append(Choice(name, f"people-sure {chosen}", confirm=confirm))
    return say(WHICH_OF_THEM if same else WHOM, Choices(tuple(choices)))


@command(
    "people-sure",
    usage="/people-sure given|taken ID ROLES",
    may=Act.ROLES,
    summary="ask whether somebody is meant",
    typed=False,
)
async def sure(ask: Ask, desk: Desk) -> Reply:
    """Ask once more, with the person and the role in words."""
    what, person, roles = await _chosen(ask, desk)
    who = with_account(person)
    words = SURE[what].format(name=who, roles=role_words(roles))
    label = YES[what].format(name=shortened(person.name, 24), roles=role_words(roles))
    command_words = f"people-change {what} {person.id} {','.join(roles)}"
    yes = Choice(shortened(label, 60), command_words, "primary")
    return replace(say(words, Choices((yes,))), replaces=True)


@command(
    "people-change",
    usage="/people-change given|taken ID ROLES",
    may=Act.ROLES,
    summary="give or take a role",
    typed=False,
)
async def change(ask: Ask, desk: Desk) -> Reply:
    """Give or take roles, from a button that named the person."""
    what, person, roles = await _chosen(ask, desk)
    return await _change(what, person, roles, ask, desk)


async def _chosen(ask: Ask, desk: Desk) -> tuple[RoleChangeKind, Person, tuple[str, ...]]:
    """What a button stands for. Raises Refused."""
    words = ask.words.split()
    if len(words) != 3 or words[0] not in SURE:
        raise Refused(GONE)
    roles = tuple(role_named(role).value for role in words[2].split(","))
    refuse_unless_theirs(ask.person, roles)
    return RoleChangeKind(words[0]), await person_by_id(words[1], desk), roles


# --- doing it -------------------------------------------------------------------------------------


async def _change(
    what: RoleChangeKind, person: Person, roles: tuple[str, ...], ask: Ask, desk: Desk
) -> Reply:
    """Do it, or ask the other of headteacher and chair. Raises Refused."""
    way = way_of(ask.incoming.sender.account)
    wish = RoleWish(new_id(), what, person.id, roles, ask.person.id, ask.at, way)
    if roles_after(wish, person) == person.roles:
        return await _is_now(person, wish, desk)
    if what == RoleChangeKind.GIVEN:
        refuse_second_office([person], roles)
    await refuse_last_head(wish, person, desk)
    if access.needs_another(roles):
        return await _ask_other(wish, ask.person, desk)
    await desk.store.put(wish)
    return await _is_now(await carry_out(wish, desk), wish, desk)


async def _is_now(person: Person, wish: RoleWish, desk: Desk) -> Reply:
    words = NOW if person.roles else OUT
    said = words.format(name=person.name, roles=role_words(person.roles))
    is_chair_gone = wish.what == RoleChangeKind.TAKEN and Role.CHAIR in wish.roles
    if is_chair_gone and not await desk.store.having((Role.CHAIR,)):
        said += NO_CHAIR_NOW
    return say(said)


# --- headteacher and chair together ---------------------------------------------------------------


async def _ask_other(wish: RoleWish, asker: Person, desk: Desk) -> Reply:
    """Raises Refused where there is nobody to ask."""
    others = await others_to_agree(asker, desk)
    if not others:
        raise Refused(NOBODY_TO_AGREE.format(together=TOGETHER))
    await desk.store.put(await _asked_before(wish, desk) or wish)
    await owe_agreement(wish.id, asker, wish.at, desk)
    names = listed((person.name for person in others), "or")
    return say(ASKED.format(together=TOGETHER, names=names))


async def _asked_before(wish: RoleWish, desk: Desk) -> RoleWish | None:
    """The same wish, that waits for an answer already."""
    for other in await desk.store.memos(RoleWish):
        if replace(other, id=wish.id, at=wish.at, way=wish.way) == wish:
            return other
    return None


async def agreement_notice(notice: Notice, desk: Desk) -> Reply | None:
    """What somebody asks for, to whoever can agree; None when that is answered or over."""
    reader = await desk.store.person(notice.to)
    asked = await _asked(notice.step, desk)
    if asked is None or not access.may_agree(reader, await desk.store.person(asked.by)):
        return None
    if isinstance(asked, RoleWish):
        person = await person_by_id(asked.person, desk)
        asks, name = ASKS[RoleChangeKind(asked.what)], with_account(person)
    else:
        asks, name = ASKS_TO_INVITE, asked.name
    asker = await name_of(asked.by, desk)
    said = asks.format(asker=asker, name=name, roles=role_words(asked.roles))
    yes = Choice(AGREE, f"people-agree {notice.step}", "primary")
    no = Choice(REFUSE, f"people-refuse {notice.step}", "danger")
    return say(DO_YOU_AGREE.format(asks=said, together=TOGETHER), Choices((yes, no)))


async def _asked(key: str, desk: Desk) -> RoleWish | Invitation | None:
    """What waits for somebody to agree, by the key of its buttons."""
    wish = await desk.store.memo(RoleWish, key)
    if wish and not is_ready(wish):
        return wish if await is_asked_still(wish, desk) else None
    found = await invitation_with(key, desk)
    return found if found and waits_for_other(found) else None


async def _asked_for_both(ask: Ask, desk: Desk) -> RoleWish | Invitation:
    """What a button asks whether the asker agrees to. Raises Refused."""
    asked = await _asked(ask.words.strip(), desk)
    if asked is None:
        raise Refused(GONE)
    if not access.may_agree(ask.person, await person_by_id(asked.by, desk)):
        raise Refused(NOT_YOURS_TO_AGREE)
    return asked


@command(
    "people-agree",
    usage="/people-agree KEY",
    may=Act.LEADS,
    summary="agree to a safeguarding lead",
    typed=False,
)
async def agree(ask: Ask, desk: Desk) -> Reply:
    """Agree to what the other of headteacher and chair has asked for."""
    async with desk.store.alone(CHANGING_PEOPLE):
        asked = await _asked_for_both(ask, desk)
        agreed = replace(asked, agreed_by=ask.person.id)
        if isinstance(agreed, Invitation):
            await desk.store.add_invitation(agreed)
            return say(AGREED_TO_INVITE.format(name=agreed.name))
        await desk.store.put(agreed)
    return await _is_now(await carry_out(agreed, desk), agreed, desk)


@command(
    "people-refuse",
    usage="/people-refuse KEY",
    may=Act.LEADS,
    summary="do not agree to a safeguarding lead",
    typed=False,
)
async def refuse(ask: Ask, desk: Desk) -> Reply:
    """Say No to what the other of headteacher and chair has asked for."""
    async with desk.store.alone(CHANGING_PEOPLE):
        asked = await _asked_for_both(ask, desk)
        await keep_change(await _refused(asked, ask, desk), desk)
        if isinstance(asked, Invitation):
            await desk.store.use_invitation(asked.digest)
        else:
            await desk.store.drop(RoleWish, asked.id)
    return say(NOT_AGREED.format(asker=await name_of(asked.by, desk)))


async def _refused(asked: RoleWish | Invitation, ask: Ask, desk: Desk) -> RoleChange:
    key = ask.words.strip()
    change = RoleChange(
        id=f"refused {key}",
        what=RoleChangeKind.REFUSED,
        at=ask.at,
        person="",
        name="",
        roles=asked.roles,
        after=(),
        by=ask.person.id,
        way=way_of(ask.incoming.sender.account),
        other=asked.by,
    )
    if isinstance(asked, Invitation):
        return replace(change, name=asked.name)
    known = await person_by_id(asked.person, desk)
    return replace(change, person=known.id, name=known.name, after=known.roles)
