"""Nobody becomes somebody else, and the chair of governors is not the head's to make."""

from __future__ import annotations

from handlers.school.invitations import VALID, digest, new_code
from handlers.workflow.people import account_words
from store.model.invitations import Invitation
from store.model.memos import RoleChange, RoleWish
from store.model.records import SYSTEM, Person, Role
from tests.talks.conftest import Talk
from tests.talks.stage import Stage
from tests.talks.test_joining import code_in

ONLY_A_CHAIR = "given and taken by a chair of governors, or by the technician"


async def roles_of(stage: Stage) -> dict[str, tuple[str, ...]]:
    return {person.name: person.roles for person in await stage.bot.desk.store.people()}


async def whose(stage: Stage, name: str) -> Person | None:
    return await stage.bot.desk.store.by_account(stage.account(name))


async def kept_of(stage: Stage) -> list[str]:
    """What is kept of changes, but for those who are staff because the platform says so."""
    changes = await stage.bot.desk.store.memos(RoleChange)
    return [change.what for change in changes if change.other != SYSTEM]


# --- the chair ------------------------------------------------------------------------------------


async def test_the_head_makes_no_chair_and_unmakes_none(talk: Talk, stage: Stage) -> None:
    stage.arrives("Hana", "Hana Lee")
    before = await roles_of(stage)
    await talk(f"""
        Ben>  /people invite Hana Lee as chair
        bot>  {ONLY_A_CHAIR}
        Ben>  /people invite Hana Lee as staff and chair
        bot>  {ONLY_A_CHAIR}
        Ben>  /people give Ben Okafor the role chair
        bot>  {ONLY_A_CHAIR}
        Ben>  /people give Asha Patel the role chair of governors
        bot>  {ONLY_A_CHAIR}
        Ben>  /people take Efua Mensah the role chair
        bot>  {ONLY_A_CHAIR}
        Ben>  /people-change given ben chair
        bot>  {ONLY_A_CHAIR}
        Ben>  /people-sure taken efua chair
        bot>  {ONLY_A_CHAIR}
    """)
    assert await roles_of(stage) == before
    assert list(await stage.bot.desk.store.invitations()) == []
    assert await kept_of(stage) == []


async def test_a_chair_makes_the_next_and_the_head_hears_of_it(talk: Talk, stage: Stage) -> None:
    await talk("""
        Efua> /people give Dev Singh the role chair
        bot>  Dev Singh is now: ICT manager and chair of governors.
        bot to Ben> Efua Mensah gave Dev Singh the role chair of governors.
        bot to Cleo> Efua Mensah gave Dev Singh the role chair of governors.
        Efua> /people take Efua Mensah the role chair
        bot>  has no role here now
        bot to Dev> has no role now, and is out.
        Dev>  /people give Dev Singh the role leader
        bot>  given and taken by the headteacher
    """)
    told = [seen.words for seen in stage.seen("Efua") if "gave Dev Singh" in seen.words]
    assert told == []


async def test_what_the_technician_does_is_done_kept_and_told(talk: Talk, stage: Stage) -> None:
    await talk("""
        technician> takes Efua Mensah the role chair
        technician> gives Dev Singh the role chair
        clock> +1m
        bot to Ben> The technician took the role chair of governors from Efua Mensah.
        bot to Ben> The technician gave Dev Singh the role chair of governors.
        bot to Cleo> The technician gave Dev Singh the role chair of governors.
        bot to Efua> has no role now, and is out.
        bot to Dev> at the command line
        Asha> A parent writes something about him
        bot>  Case {a}
        Asha> (taps) The headteacher
        bot>  What is it mostly about?
        Asha> (taps) Allegation about staff
        bot>  The chair of governors is told.
        Dev>  /case {a}
        bot>  Case {a}
        Cleo> /people log
        bot>  The technician gave Dev Singh the role chair of governors.
        Asha> /people log
        bot>  That is not among the things you can do here.
    """)


# --- names ----------------------------------------------------------------------------------------


async def test_the_same_name_is_not_the_same_person(talk: Talk, stage: Stage) -> None:
    stage.arrives("Hana", "Hana Lee")
    cleo = await stage.bot.desk.store.person("cleo")
    await stage.bot.desk.store.save_person(Person(**{**fields_of(cleo), "invited": True}))
    await talk("""
        Ben>  /people invite Cleo Martin as staff
        bot>  Somebody of that name is here already: Cleo Martin (
    """)
    code = code_in(stage, "Ben")
    await talk(f"""
        Hana> /join {code}
        bot>  Welcome, Cleo Martin.
        Hana> /case list
        bot>  That is not among the things you can do here.
    """)
    there = await whose(stage, "Hana")
    assert there
    assert there.id != "cleo"
    assert there.roles == (Role.STAFF,)
    assert (await stage.bot.desk.store.person("cleo")).accounts == cleo.accounts


def fields_of(person: Person) -> dict[str, object]:
    return {name: getattr(person, name) for name in Person.__dataclass_fields__}


async def test_no_role_goes_to_a_name_that_is_only_like(talk: Talk, stage: Stage) -> None:
    before = await roles_of(stage)
    gita = f"Gita Rao ({account_words(stage.account('Gita'))})"
    await talk(f"""
        Ben>  /people give Gita Marsh the role leader
        bot>  I know nobody of exactly that name. Who do you mean?
        Ben>  (taps) {gita}
        bot>  Give {gita} the role leadership?
    """)
    assert await roles_of(stage) == before
    await talk("""
        Ben>  (taps) Yes, give Gita Rao the role leadership
        bot>  Gita Rao is now: staff and leadership.
        Ben>  /people take  gita   RAO  the role leader
        bot>  Gita Rao is now: staff.
    """)


async def test_of_two_of_one_name_the_account_is_shown(talk: Talk, stage: Stage) -> None:
    twin = Person("twin", "Gita Rao", (Role.STAFF,), ("elsewhere:77",), stage.clock.now())
    await stage.bot.desk.store.add_person(twin)
    await talk("""
        Ben>  /people give Gita Rao the role leader
        bot>  Several people are called that.
        bot>  Gita Rao (Elsewhere 77)
        Ben>  (taps) Gita Rao (Elsewhere 77)
        bot>  Give Gita Rao (Elsewhere 77) the role leadership?
        Ben>  (taps) Yes, give Gita Rao the role leadership
        bot>  Gita Rao is now
    """)
    assert (await stage.bot.desk.store.person("gita")).roles == (Role.STAFF,)
    assert Role.LEADER in (await stage.bot.desk.store.person("twin")).roles


# --- further accounts -----------------------------------------------------------------------------


async def a_code_for_ben(talk: Talk, stage: Stage) -> str:
    stage.arrives("Hana", "Hana Lee")
    await talk("""
        Ben>  /people invite my phone for Ben Okafor
        bot>  It works once Ben Okafor
    """)
    return code_in(stage, "Ben")


async def test_a_code_in_the_wrong_hands_makes_nobody_the_head(talk: Talk, stage: Stage) -> None:
    code = await a_code_for_ben(talk, stage)
    await talk(f"""
        Hana> /join {code}
        bot>  Please wait.
        bot to Ben> Is this you?
        bot to Ben> {account_words(stage.account("Hana"))}
        Hana> /case list
    """)
    there = await whose(stage, "Hana")
    assert there is None or there.roles == (Role.STAFF,)
    await talk(f"""
        Ben>  (taps) No
        bot>  the code no longer works
        bot to Efua> Ben Okafor said that an account is not theirs
        Hana> /join {code}
        bot>  That code is not valid
    """)
    ben = await stage.bot.desk.store.person("ben")
    assert ben.accounts == (stage.account("Ben"),)
    assert await kept_of(stage) == ["not theirs"]


async def test_a_further_account_is_joined_after_yes(talk: Talk, stage: Stage) -> None:
    code = await a_code_for_ben(talk, stage)
    await talk(f"""
        Hana> /join {code}
        bot>  Please wait.
        bot to Ben> Is this you?
        Ben>  (taps) Yes, that is me
        bot>  is yours now as well
        bot to Cleo> Ben Okafor has a further account, which they confirmed
        Hana> /case list
        bot>  No open cases.
    """)
    assert await whose(stage, "Hana") == await stage.bot.desk.store.person("ben")


async def test_only_the_person_says_yes(talk: Talk, stage: Stage) -> None:
    code = await a_code_for_ben(talk, stage)
    await talk(f"""
        Hana> /join {code}
        bot>  Please wait.
    """)
    [claimed] = await stage.bot.desk.store.invitations()
    await talk(f"""
        Gita> /people-me {claimed.key}
        bot>  There is nothing to answer here any more
        Cleo> /people-not-me {claimed.key}
        bot>  There is nothing to answer here any more
    """)
    assert (await stage.bot.desk.store.person("ben")).accounts == (stage.account("Ben"),)


async def test_a_colleague_with_a_role_is_not_made_the_head(talk: Talk, stage: Stage) -> None:
    code = await a_code_for_ben(talk, stage)
    await talk(f"""
        Efua> /join {code}
        bot>  That account belongs to somebody with a role of their own: Efua Mensah
        Ben>  /join {code}
        bot>  You have joined already, Ben Okafor.
    """)


async def test_an_invitation_of_an_earlier_version_asks_as_well(talk: Talk, stage: Stage) -> None:
    stage.arrives("Hana", "Hana Lee")
    code = new_code()
    until = stage.clock.now() + VALID
    await stage.bot.desk.store.add_invitation(
        Invitation(digest(code), "Cleo Martin", (Role.DSL,), until, "cleo")
    )
    await talk(f"""
        Hana> /join {code}
        bot>  Please wait.
    """)
    assert (await stage.bot.desk.store.person("cleo")).accounts == (stage.account("Cleo"),)


# --- invitations ----------------------------------------------------------------------------------


async def test_a_code_goes_with_the_role_of_who_made_it(talk: Talk, stage: Stage) -> None:
    stage.arrives("Hana", "Hana Lee")
    await talk("""
        Ben>  /people give Asha Patel the role head
        bot>  Asha Patel is now
        Ben>  /people invite Hana Lee as leader
        bot>  An invitation for Hana Lee
    """)
    code = code_in(stage, "Ben")
    await talk(f"""
        Asha> /people
        bot>  An invitation not used yet.
        Asha> /people take Ben Okafor the role head
        bot>  Ben Okafor has no role here now, and can do nothing here any more.
        Hana> /join {code}
        bot>  That code is not valid
        Asha> /people invitations
        bot>  Every invitation was used, or has run out.
    """)


async def test_a_further_account_goes_with_the_persons_roles(talk: Talk, stage: Stage) -> None:
    await talk("""
        Ben>  /people invite her phone for Asha Patel
        bot>  It works once Asha Patel
        Ben>  /people take Asha Patel the role staff
        bot>  has no role here now
    """)
    assert list(await stage.bot.desk.store.invitations()) == []


async def test_invitations_are_listed_and_cancelled(talk: Talk, stage: Stage) -> None:
    await talk("""
        Ben>  /people invite Hana Lee as leader
        bot>  An invitation for Hana Lee
        Ben>  /people invitations
        bot>  Hana Lee: leadership, until
        bot>  made by Ben Okafor
        Ben>  (taps) Cancel Hana Lee’s
        bot>  The invitation for Hana Lee no longer works.
    """)
    assert list(await stage.bot.desk.store.invitations()) == []


# --- safeguarding leads ---------------------------------------------------------------------------


async def test_head_and_chair_make_a_safeguarding_lead_together(talk: Talk, stage: Stage) -> None:
    await talk("""
        Ben>  /people give Asha Patel the role dsl
        bot>  I have asked Efua Mensah
        bot to Efua> Ben Okafor asks to give Asha Patel
    """)
    assert (await roles_of(stage))["Asha Patel"] == (Role.STAFF,)
    await talk("""
        Efua> (taps) Yes, I agree
        bot>  Asha Patel is now: staff and safeguarding lead.
        bot to Ben> Ben Okafor gave Asha Patel the role safeguarding lead, and Efua Mensah agreed.
        Efua> /people take Asha Patel the role dsl
        bot>  I have asked Ben Okafor
        bot to Ben> Efua Mensah asks to take the role safeguarding lead from Asha Patel
        Ben>  (taps) No
        bot>  Nothing is changed
        bot to Efua> Ben Okafor did not agree to what Efua Mensah had asked for
    """)
    assert Role.DSL in (await roles_of(stage))["Asha Patel"]


async def test_nobody_agrees_with_themselves(talk: Talk, stage: Stage) -> None:
    await talk("""
        Efua> /people give Dev Singh the role chair
        bot>  Dev Singh is now
        Ben>  /people give Asha Patel the role head
        bot>  Asha Patel is now
        Ben>  /people give Gita Rao the role dsl
        bot>  I have asked
    """)
    [wish] = await stage.bot.desk.store.memos(RoleWish)
    await talk(f"""
        Ben>  /people-agree {wish.id}
        bot>  That is not yours to agree to.
        Asha> /people-agree {wish.id}
        bot>  That is not yours to agree to.
        Dev>  /people-agree {wish.id}
        bot>  Gita Rao is now: staff and safeguarding lead.
        Efua> /people-agree {wish.id}
        bot>  no longer there
    """)


async def test_an_invited_safeguarding_lead_waits_for_the_chair(talk: Talk, stage: Stage) -> None:
    stage.arrives("Hana", "Hana Lee")
    await talk("""
        Ben>  /people invite Hana Lee as dsl
        bot>  The code works once Efua Mensah has agreed
        bot to Efua> Ben Okafor asks to invite a new person, Hana Lee, as safeguarding lead.
    """)
    code = code_in(stage, "Ben")
    await talk(f"""
        Hana> /join {code}
        bot>  That code does not work yet
        Efua> (taps) Yes, I agree
        bot>  The invitation for Hana Lee works now.
        Hana> /join {code}
        bot>  Welcome, Hana Lee.
        bot to Cleo> Hana Lee joined as safeguarding lead, invited by Ben Okafor.
    """)


async def test_without_a_chair_the_technician_gives_the_first(talk: Talk, stage: Stage) -> None:
    await talk("""
        Efua> /people take Efua Mensah the role chair
        bot>  Nobody is chair of governors now
        Ben>  /people give Asha Patel the role dsl
        bot>  There is nobody here who could agree
        Ben>  /people invite Hana Lee as dsl
        bot>  The technician can do it
        technician> gives Asha Patel the role chair
        clock> +1m
        Asha> /people
        bot>  Asha Patel: staff and chair of governors
    """)


# --- the code of somebody else --------------------------------------------------------------------


async def test_a_code_for_somebody_new_renames_nobody_who_was_invited(
    talk: Talk, stage: Stage
) -> None:
    efua = await stage.bot.desk.store.person("efua")
    await talk("""
        Ben>  /people invite Hana Lee as leader
        bot>  An invitation for Hana Lee
    """)
    code = code_in(stage, "Ben")
    await talk(f"""
        Efua> /join {code}
        bot>  That code is for a new person, Hana Lee, and you are here already as Efua Mensah.
    """)
    after = await stage.bot.desk.store.person("efua")
    assert (after.name, after.roles) == (efua.name, efua.roles)
    assert len(list(await stage.bot.desk.store.invitations())) == 1
