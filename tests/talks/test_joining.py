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
