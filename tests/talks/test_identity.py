"""Who somebody is, and that a button is no more than what its finger may type."""

from __future__ import annotations

from typing import Any

import pytest

from handlers.messages import Choice, Choices, say
from tests.talks.conftest import Talk
from tests.talks.stage import SlackStage, Stage, TelegramStage

only_slack = pytest.mark.parametrize("stage", ["slack"], indirect=True)
only_telegram = pytest.mark.parametrize("stage", ["telegram"], indirect=True)


async def _an_alert_to_ben(talk: Talk) -> str:
    cases = await talk("""
        Asha> They say somebody shouted at a child
        bot>  Case {a}
        Asha> (taps) The school
        bot>  What is it mostly about?
        Asha> (taps) Threat of violence
        clock> +1m
        bot to Ben> Urgent: case {a}
        bot to Cleo> Urgent: case {a}
        Asha> /case about {a} Cleo Martin
        bot>  Case {a}
    """)
    return cases["a"]


@only_slack
@pytest.mark.parametrize("name", ["Gita", "Cleo", "Finn", "Asha"])
async def test_a_button_in_somebody_elses_hand(name: str, talk: Talk, stage: Stage) -> None:
    """The value of a button of Ben's, as Slack would send it if others had the message."""
    assert isinstance(stage, SlackStage)
    case = await _an_alert_to_ben(talk)
    shown = next(s for s in stage.slack.shown("UBEN") if "I'll take it" in s.labels)
    before = len(stage.slack.shown("UBEN"))
    await stage.slack.tap("U" + name.upper(), shown, "I'll take it")
    await stage.slack.tap("U" + name.upper(), shown, "Open")
    await stage.quiet()
    assert (await stage.bot.desk.store.case(case)).owner is None
    assert len(stage.slack.shown("UBEN")) == before
    read = "\n".join(s.words for s in stage.slack.shown("U" + name.upper()))
    assert "I'll take it" not in read
    if name != "Asha":
        assert "shouted" not in read
        assert f"Case {case}" not in read


@only_slack
async def test_a_button_in_a_channel_is_answered_to_its_finger_alone(
    talk: Talk, stage: Stage
) -> None:
    assert isinstance(stage, SlackStage)
    case = await _an_alert_to_ben(talk)
    channel = stage.slack.channel("CALL", "all", "UBEN", "UCLEO", "UGITA", "UHEADSUP")
    front_end = stage.bot.front_ends["slack"]
    await front_end.send(
        f"slack:{channel}", say("Look", Choices((Choice("Open", f"case {case}"),)))
    )
    shown = next(s for s in stage.slack.world.current() if s.channel == channel)
    for name in ("UGITA", "UCLEO", "UBEN"):
        await stage.slack.tap(name, shown, "Open")
    await stage.quiet()
    told = {s.user: s for s in stage.slack.world.current() if s.channel == channel and s.ephemeral}
    assert told.keys() == {"UGITA", "UCLEO", "UBEN"}
    assert "shouted" in told["UBEN"].words
    assert all("I know no case" in told[name].words for name in ("UGITA", "UCLEO"))
    open_to_all = [
        s for s in stage.slack.world.current() if s.channel == channel and not s.ephemeral
    ]
    assert [s.words for s in open_to_all] == ["Look"]


@only_telegram
async def test_a_button_in_a_group_shows_nothing_there(talk: Talk, stage: Stage) -> None:
    assert isinstance(stage, TelegramStage)
    case = await _an_alert_to_ben(talk)
    group = stage.telegram.group(-1001, "Staff room")
    front_end = stage.bot.front_ends["telegram"]
    await front_end.send(
        f"telegram:{group.id}", say("Look", Choices((Choice("Open", f"case {case}"),)))
    )
    for name in ("Ben", "Gita", "Finn"):
        await stage.users[name].taps("Open", chat=group)
    await stage.quiet()
    read = "\n".join(s.text for s in stage.telegram.shown(group))
    assert "shouted" not in read
    assert case not in read


@only_telegram
async def test_a_tap_in_somebody_elses_private_chat_is_nobodys(talk: Talk, stage: Stage) -> None:
    assert isinstance(stage, TelegramStage)
    case = await _an_alert_to_ben(talk)
    ben, cleo = stage.users["Ben"], stage.users["Cleo"]
    # What Cleo was shown is taken back.
    await stage.quiet()
    before = (stage.seen("Ben"), stage.seen("Cleo"))
    message = next(m for (chat, _), m in stage.telegram.api.messages.items() if chat == ben.id)
    query: dict[str, Any] = {
        "id": "77",
        "from": cleo.who,
        "chat_instance": "1",
        "data": f"case take {case}",
        "message": message,
    }
    stage.telegram.updates.add({"callback_query": query}, False)
    await stage.quiet()
    assert (stage.seen("Ben"), stage.seen("Cleo")) == before
    assert (await stage.bot.desk.store.case(case)).owner is None


FOREIGN = {"team_id": "TELSE"}


@only_slack
@pytest.mark.parametrize("way", ["event", "command", "tap", "tapper", "form", "shortcut"])
async def test_nothing_of_another_workspace_is_obeyed(way: str, talk: Talk, stage: Stage) -> None:
    """Even where the user's id is one of ours."""
    assert isinstance(stage, SlackStage)
    case = await _an_alert_to_ben(talk)
    slack = stage.slack
    who = slack._who("UBEN")
    shown = next(s for s in slack.shown("UBEN") if "I'll take it" in s.labels)
    take = {
        "action_id": "a",
        "block_id": "b",
        "action_ts": "1.0",
        "type": "button",
        "value": f"case take {case}",
    }
    tap = {"type": "block_actions", "actions": [take], **who}
    tap["container"] = {"type": "message", "message_ts": shown.ts, "channel_id": shown.channel}
    tap["channel"] = {"id": shown.channel, "name": "directmessage"}
    view = {
        "type": "modal",
        "id": "V1",
        "hash": "1",
        "callback_id": "prompt",
        "private_metadata": f'{{"command": "case take {case}", "spot": {{"user": "UBEN"}}}}',
        "state": {"values": {"words": {"words": {"value": "now"}}}},
    }
    message = {
        "type": "message",
        "user": "UBEN",
        "text": f"case take {case}",
        "ts": "1.0",
        "channel_type": "im",
    }
    if way == "event":
        channel = slack.world.direct("UBEN")
        await slack.event({**message, "channel": channel, "team": slack.team}, **FOREIGN)
    elif way == "command":
        command = {
            "command": "/case",
            "text": f"take {case}",
            "user_id": "UBEN",
            "trigger_id": "1",
            **FOREIGN,
        }
        await slack._send("slash_commands", command)
    elif way == "tap":
        await slack._send("interactive", tap | {"team": {"id": "TELSE", "domain": "else"}})
    elif way == "tapper":
        await slack._send("interactive", tap | {"user": who["user"] | FOREIGN})
    elif way == "form":
        foreign = {"team": {"id": "TELSE", "domain": "else"}}
        await slack._send(
            "interactive", {"type": "view_submission", "view": view, **who, **foreign}
        )
    else:
        passed = {
            "type": "message_action",
            "callback_id": "pass_on",
            "action_ts": "1.0",
            "message_ts": "1.0",
        }
        channel = {"channel": {"id": shown.channel, "name": "x"}, "message": message}
        await slack._send(
            "interactive", {**passed, **channel, **who, "user": who["user"] | FOREIGN}
        )
    await stage.quiet()
    assert (await stage.bot.desk.store.case(case)).owner is None
    assert len(await stage.bot.desk.store.summaries()) == 1


@only_slack
async def test_a_form_is_its_senders_and_nobody_elses(talk: Talk, stage: Stage) -> None:
    """Whoever sends it back is whom it is checked for, whatever it says inside."""
    assert isinstance(stage, SlackStage)
    case = await _an_alert_to_ben(talk)
    view = {
        "type": "modal",
        "id": "V1",
        "hash": "1",
        "callback_id": "prompt",
        "private_metadata": f'{{"command": "case note {case}", "spot": {{"user": "UBEN"}}}}',
        "state": {"values": {"words": {"words": {"value": "let into it"}}}},
    }
    before = len(stage.slack.shown("UBEN"))
    await stage.slack._send(
        "interactive", {"type": "view_submission", "view": view, **stage.slack._who("UGITA")}
    )
    await stage.quiet()
    chronology = (await stage.bot.desk.store.case(case)).chronology
    assert "note" not in [entry.what for entry in chronology]
    assert len(stage.slack.shown("UBEN")) == before


async def test_a_changed_message_stands_beside_what_was_received(talk: Talk, stage: Stage) -> None:
    if isinstance(stage, SlackStage):
        said = await stage.slack.message("UASHA", "he hit a child")
        await stage.slack.edit(said, "he did not hit a child")
    elif isinstance(stage, TelegramStage):
        update = await stage.users["Asha"].says("he hit a child")
        await stage.telegram.taken_in()
        await stage.users["Asha"].edits(update, "he did not hit a child", later=9)
        await stage.telegram.taken_in()
    else:
        return
    await stage.quiet()
    (summary,) = await stage.bot.desk.store.summaries()
    case = await stage.bot.desk.store.case(summary.reference)
    assert [e.text for e in case.evidence] == ["he hit a child", "he did not hit a child"]
    assert [e.what for e in case.chronology][:2] == ["opened", "edited"]


async def test_a_role_that_was_taken_away_presses_no_old_button(talk: Talk, stage: Stage) -> None:
    cases = await talk("""
        Asha> They say something terrible
        bot>  Case {a}
        Asha> (taps) The school
        bot>  What is it mostly about?
        Asha> (taps) Threat of violence
        bot to Cleo> Urgent: case {a}
        Ben>  /people give Cleo Martin the role staff
        bot>  Cleo Martin is now
        Ben>  /people take Cleo Martin the role dsl
        bot>  I have asked Efua Mensah
        Efua> (taps) Yes, I agree
        bot>  Cleo Martin is now: staff.
        Cleo> (taps) I'll take it
        bot>  I know no case
        Ben>  /people take Cleo Martin the role staff
        bot>  has no role here now
    """)
    assert (await stage.bot.desk.store.case(cases["a"])).owner is None
    await stage.taps("Cleo", "I'll take it")
    await stage.quiet()
    assert (await stage.bot.desk.store.case(cases["a"])).owner is None
