"""Guests of the school's Slack, and people of another workspace in a shared channel: chairs alone."""

from __future__ import annotations

from typing import Any

import pytest

from handlers.school.invitations import for_further_account, for_new_person, new_code
from store.model.records import TECHNICIAN, Role
from tests.doubles.slack_world import TEAM
from tests.talks.conftest import Talk
from tests.talks.stage import SlackStage

pytestmark = pytest.mark.parametrize("stage", ["slack"], indirect=True)

GUESTS = [
    pytest.param({"is_restricted": True}, id="guest of several channels"),
    pytest.param({"is_restricted": True, "is_ultra_restricted": True}, id="guest of one channel"),
    pytest.param({"team_id": "TTRUST"}, id="from a shared channel"),
]


async def invited(stage: SlackStage, *roles: Role, further: str = "") -> str:
    """A code, as `headsup invite` makes one."""
    code, now, store = new_code(), stage.clock.now(), stage.bot.desk.store
    made = for_new_person("Kofi Boateng", roles, code, now, TECHNICIAN)
    if further:
        made = for_further_account("", await store.person(further), code, now, TECHNICIAN)
    await store.add_invitation(made)
    return code


@pytest.mark.parametrize("way", ["/join", "join"])
@pytest.mark.parametrize("flags", GUESTS)
async def test_a_chair_joins_and_sees_what_the_chair_sees(
    talk: Talk, stage: SlackStage, flags: dict[str, Any], way: str
) -> None:
    stage.slack.user("UKOFI", "Kofi B", **flags)
    code = await invited(stage, Role.CHAIR)
    await talk(f"""
        Kofi> hello
        bot>  please ask the school for an invitation.
        Kofi> {way} {code}
        bot>  Welcome, Kofi Boateng.
        bot to Ben> Kofi Boateng joined as chair of governors
        Asha> They say that he shouted at a child
        bot>  Case {{a}}
        Asha> (taps) The headteacher
        bot>  What is it mostly about?
        Asha> (taps) Allegation about staff
        bot>  The chair of governors is told. The headteacher is not.
        clock> +15m
        bot to Kofi> New case {{a}}
        Kofi> (taps) Open
        bot>  They say that he shouted at a child
        Kofi> /people
        bot>  Kofi Boateng: chair of governors
    """)
    kofi = await stage.bot.desk.store.by_account(f"slack:{flags.get('team_id', TEAM)}:UKOFI")
    assert kofi
    assert kofi.roles == (Role.CHAIR,)


@pytest.mark.parametrize("flags", GUESTS)
@pytest.mark.parametrize("roles", [(Role.STAFF,), (Role.HEAD,), (Role.CHAIR, Role.LEADER)])
async def test_with_any_other_code_they_read_why_not(
    talk: Talk, stage: SlackStage, flags: dict[str, Any], roles: tuple[Role, ...]
) -> None:
    stage.slack.user("UKOFI", "Kofi B", **flags)
    code = await invited(stage, *roles)
    await talk(f"""
        Kofi> /join {code}
        bot>  such an account can join only as chair of governors. Nothing was joined
        Kofi> Somebody wrote something
        bot>  please ask the school for an invitation.
    """)
    stage.arrives("Lena", "Lena Ford")
    # Whoever is a full member may use it: it is still good.
    await talk(f"""
        Lena> /join {code}
        bot>  Welcome, Kofi Boateng.
    """)


async def test_a_further_account_of_the_chair_alone(talk: Talk, stage: SlackStage) -> None:
    stage.slack.user("UKOFI", "Kofi B", is_restricted=True)
    bens = await invited(stage, further="ben")
    efuas = await invited(stage, further="efua")
    await talk(f"""
        Kofi> /join {bens}
        bot>  can join only as chair of governors
        Kofi> /join {efuas}
        bot>  Please wait.
        Efua> (taps) Yes, that is me
        bot>  is yours now as well
        Kofi> /case list
        bot>  No open cases.
    """)


async def test_who_becomes_a_guest_or_loses_the_role_is_out(talk: Talk, stage: SlackStage) -> None:
    for user, name in (("UGITA", "Gita Rao"), ("UEFUA", "Efua Mensah")):
        stage.slack.user(user, name, is_restricted=True)
    await talk("""
        Gita> Somebody wrote something
        bot>  please ask the school for an invitation.
        Efua> /case list
        bot>  No open cases.
        technician> gives Dev Singh the role chair
        technician> takes Efua Mensah the role chair
        technician> gives Efua Mensah the role leader
        clock> +2m
        Efua> /case list
        bot>  please ask the school for an invitation.
    """)
