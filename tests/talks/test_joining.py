"""Joining, roles, and the same person in two chats."""

from __future__ import annotations

import re

from tests.talks.conftest import Talk
from tests.talks.stage import Stage


def code_in(stage: Stage, name: str) -> str:
    found = [re.search(r"join ([\w-]{16,})", seen.words) for seen in stage.seen(name)]
    return [match[1] for match in found if match][-1]


async def test_the_head_invites_and_a_code_works_once(talk: Talk, stage: Stage) -> None:
    await talk("""
        Asha> /people
        bot>  That is not among the things you can do here.
        Ben>  /people
        bot>  Asha Patel: staff
        Ben>  /people invite "Hana Lee" as leader, ict
        bot>  An invitation for Hana Lee (leadership and ICT manager)
    """)
    code = code_in(stage, "Ben")
    name = "Gita"  # in already: her account gets the roles
    await talk(f"""
        {name}> /join {code}
        bot>  Welcome, Hana Lee.
        Asha> /join {code}
        bot>  That code is not valid
        {name}> /case list
        bot>  No open cases.
    """)


async def test_roles_are_given_and_taken(talk: Talk) -> None:
    await talk("""
        Ben>  /people give Asha Patel the role leader
        bot>  Asha Patel is now: staff and leadership.
        Asha> /case list
        bot>  No open cases.
        Ben>  /people take Asha Patel the role leader
        bot>  Asha Patel is now: staff.
        Asha> /case list
        bot>  That is not among the things you can do here.
        Ben>  /people take Ben Okafor the role head
        bot>  Ben Okafor is the only headteacher here.
        Ben>  /people give Asha Patel the role king
        bot>  I know no role “king”.
        Ben>  /people give Nobody the role leader
        bot>  I know nobody called “Nobody”.
    """)


async def test_whoever_lost_every_role_is_a_stranger(talk: Talk) -> None:
    await talk("""
        Ben>  /people take Gita Rao the role staff
        bot>  has no role here now
        Gita> Somebody wrote something
        bot>  only for those who were invited
    """)


async def test_whoever_left_comes_back_by_an_invitation(talk: Talk, stage: Stage) -> None:
    await talk("""
        Ben>  /people take Gita Rao the role staff
        bot>  has no role here now
        Ben>  /people invite "Gita Rao" as staff
        bot>  An invitation for Gita Rao (staff)
    """)
    code = code_in(stage, "Ben")
    await talk(f"""
        Gita> /join {code}
        bot>  Welcome, Gita Rao.
        Gita> Somebody wrote something
        bot>  Who is it about
    """)


async def test_a_code_in_the_wrong_hands_is_put_right(talk: Talk, stage: Stage) -> None:
    """Asha has used the code of another: she leaves, is invited as herself, and has her name back."""
    await talk("""
        Ben>  /people invite "Hana Lee" as leader
        bot>  An invitation for Hana Lee
    """)
    hers = code_in(stage, "Ben")
    await talk(f"""
        Gita> /join {hers}
        bot>  Welcome, Hana Lee.
        Ben>  /people take Hana Lee the role staff and leader
        bot>  has no role here now
        Ben>  /people invite "Gita Rao" as staff
        bot>  An invitation for Gita Rao (staff)
    """)
    own = code_in(stage, "Ben")
    await talk(f"""
        Gita> /join {own}
        bot>  Welcome, Gita Rao.
    """)
    people = await stage.bot.desk.store.people()
    [gita] = [person for person in people if stage.account("Gita") in person.accounts]
    assert (gita.name, gita.roles) == ("Gita Rao", ("staff",))
