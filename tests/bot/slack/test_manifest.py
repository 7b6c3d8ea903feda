"""The Slack app's manifest: of the documented shape, and of what the bot really hears and needs."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from bot.settings import SettingsError
from bot.slack.app.manifest import EVENTS, manifest
from bot.slack.app.scopes import APP_SCOPE, SCOPES
from bot.slack.reading.translate import translate_slash
from handlers.menu import COMMANDS
from handlers.messages import Sender
from tests.bot.slack.slack_stage import ASHA, STAFF, on_stage
from tests.talks.stage import ROOT

YES_OR_NO = "yes or no"
# https://docs.slack.dev/reference/app-manifest: a key's kind; for text, (shortest, longest, pattern)
SHAPE: dict[str, Any] = {
    "display_information": {
        "name": (1, 35, r".+"),
        "description": (1, 140, r".+"),
        "long_description": (174, 4000, r".+"),
        "background_color": (4, 7, r"#([\dA-Fa-f]{3}){1,2}"),
    },
    "features": {
        "app_home": {
            "home_tab_enabled": YES_OR_NO,
            "messages_tab_enabled": YES_OR_NO,
            "messages_tab_read_only_enabled": YES_OR_NO,
        },
        "bot_user": {"display_name": (1, 80, r"[a-z0-9_.-]+"), "always_online": YES_OR_NO},
        "shortcuts": [
            {
                "name": (1, 24, r".+"),
                "type": (1, 7, r"global|message"),
                "callback_id": (1, 255, r"\S+"),
                "description": (1, 150, r".+"),
            }
        ],
        "slash_commands": [
            {
                "command": (2, 32, r"/[a-z0-9_-]+"),
                "description": (1, 2000, r".+"),
                "usage_hint": (1, 1000, r".+"),
                "should_escape": YES_OR_NO,
                "url": (9, 3000, r"https://\S+"),
            }
        ],
    },
    "oauth_config": {"scopes": {"bot": [(1, 60, r"[a-z_]+(:[a-z_.]+)?")]}},
    "settings": {
        "event_subscriptions": {
            "request_url": (9, 3000, r"https://\S+"),
            "bot_events": [(1, 60, r"[a-z_.]+")],
        },
        "interactivity": {"is_enabled": YES_OR_NO, "request_url": (9, 3000, r"https://\S+")},
        "org_deploy_enabled": YES_OR_NO,
        "socket_mode_enabled": YES_OR_NO,
        "token_rotation_enabled": YES_OR_NO,
    },
}
ONLY_OVER_HTTP = {"url", "request_url"}
MOST = {"shortcuts": 10, "slash_commands": 50, "bot": 255, "bot_events": 100}
TAKEN = "archive away call collapse dm expand feed help invite join leave me msg mute open remind remove rename search"
# https://docs.slack.dev/reference/methods and /events: the scope that each asks for
NEEDS = {
    "auth_test": None,
    "views_open": None,  # it comes with a trigger
    "views_publish": None,
    "app_home_opened": None,
    "apps_connections_open": APP_SCOPE,
    "apps_uninstall": None,
    "chat_postMessage": "chat:write",
    "chat_postEphemeral": "chat:write",
    "chat_update": "chat:write",
    "chat_delete": "chat:write",  # the bot's own messages
    "conversations_open": "im:write",
    "users_info": "users:read",
    "files_info": "files:read",
    "files_delete": "files:write",
    "files_getUploadURLExternal": "files:write",
    "files_completeUploadExternal": "files:write",
    "message.im": "im:history",
    "app_mention": "app_mentions:read",
}
OVER_SOCKETS = None
OVER_HTTP = "https://headsup.example.org"


def mistakes(given: Any, shape: Any, where: str, optional: set[str]) -> list[str]:
    if isinstance(shape, dict):
        missing = [f"{where}: no {key}" for key in shape.keys() - given.keys() - optional]
        unknown = [f"{where}: {key}?" for key in given.keys() - shape.keys()]
        inside = [
            m
            for k in given.keys() & shape.keys()
            for m in mistakes(given[k], shape[k], k, optional)
        ]
        return missing + unknown + inside
    if isinstance(shape, list):
        several = [] if 0 < len(given) <= MOST[where] else [f"{where}: {len(given)} of them"]
        return several + [m for one in given for m in mistakes(one, shape[0], where, optional)]
    if shape == YES_OR_NO:
        return [] if isinstance(given, bool) else [f"{where}: {given!r}"]
    least, most, pattern = shape
    return (
        []
        if least <= len(given) <= most and re.fullmatch(pattern, given)
        else [f"{where}: {given!r}"]
    )


@pytest.mark.parametrize("url", [OVER_SOCKETS, OVER_HTTP])
def test_the_manifest_has_the_documented_shape(url: str | None) -> None:
    made = manifest(url)
    assert mistakes(made, SHAPE, "manifest", set() if url else ONLY_OVER_HTTP) == []
    assert bool(ONLY_OVER_HTTP & set(re.findall(r'"(\w+)":', json.dumps(made)))) is (
        url is not None
    )
    assert made["settings"]["socket_mode_enabled"] is (url is None)


def test_the_shape_is_strict() -> None:
    made = manifest()
    made["display_information"]["name"] = "x" * 36
    made["features"]["slash_commands"][0]["usage"] = "x"
    del made["features"]["bot_user"]["display_name"]
    assert len(mistakes(made, SHAPE, "manifest", ONLY_OVER_HTTP)) == 3


@pytest.mark.parametrize("url", [OVER_HTTP, f"{OVER_HTTP}/", f"{OVER_HTTP}/slack/events"])
def test_every_request_goes_to_the_one_address(url: str) -> None:
    addresses = set(re.findall(r'"(?:url|request_url)": "(.*?)"', json.dumps(manifest(url))))
    assert addresses == {f"{OVER_HTTP}/slack/events"}


@pytest.mark.parametrize(
    "url", ["http://headsup.example.org", "headsup.example.org", "https://", "https://a/?b=c"]
)
def test_an_address_that_slack_would_not_take_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="https://"):
        manifest(url)


def test_every_command_is_reached_by_what_the_manifest_offers() -> None:
    offered = {command["command"] for command in manifest()["features"]["slash_commands"]}
    for command in COMMANDS.all:
        first, _, rest = command.name.partition(" ")
        word, text = (f"/{first}", rest) if f"/{first}" in offered else ("/headsup", command.name)
        body = {
            "command": word,
            "text": text if command.alone else f"{text} 7K4M",
            "user_id": "U1",
            "channel_id": "D1",
            "trigger_id": "1",
        }
        found = COMMANDS.find(
            translate_slash(body, Sender("slack:T1:U1", "Asha"), "T1").command or ""
        )
        assert found
        assert found[0] is command


def test_nothing_is_offered_that_slack_keeps_to_itself() -> None:
    offered = [
        command["command"].removeprefix("/") for command in manifest()["features"]["slash_commands"]
    ]
    assert not set(TAKEN.split()) & set(offered)
    assert len(offered) == len(set(offered))


async def test_what_the_manifest_declares_is_heard() -> None:
    """Each way in of the manifest comes to `receive`, or opens the form."""
    async with on_stage() as stage:
        slack, made = stage.slack, manifest()
        said = await slack.post(ASHA, STAFF, "Look at this")
        for command in made["features"]["slash_commands"]:
            assert (await slack.slash(ASHA, command["command"], "help")).acknowledged
        for shortcut in made["features"]["shortcuts"]:
            if shortcut["type"] == "message":
                await slack.message_shortcut(ASHA, said, shortcut["callback_id"])
            else:
                await slack.shortcut(ASHA, shortcut["callback_id"])
                assert (await slack.next_view(ASHA)).open
        heard = {
            "message.im": slack.message(ASHA, "Hello"),
            "app_mention": slack.mention(ASHA, STAFF, "hello"),
            "app_home_opened": slack.open_home(ASHA),
        }
        assert (
            set(made["settings"]["event_subscriptions"]["bot_events"]) == set(heard) == set(EVENTS)
        )
        for said_so in heard.values():
            await said_so
        await slack.until(lambda: len(stage.heard) == len(made["features"]["slash_commands"]) + 4)


def test_the_scopes_are_those_that_it_needs_and_no_more() -> None:
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "bot" / "slack").glob("*.py"))
    methods = set(re.findall(r"client\.([a-z]+_\w+)", sources))
    needed = (
        {NEEDS[method] for method in methods} | {NEEDS[event] for event in EVENTS} | {"commands"}
    )
    assert needed - {None, APP_SCOPE} == set(SCOPES)


def test_each_scope_and_event_has_its_reason_in_the_docs() -> None:
    page = (ROOT / "docs" / "technician.md").read_text("utf-8")
    reasons = dict(
        re.findall(r"^\| `([a-z_]+(?::[a-z_]+)?)` \| (\w.{20,}) \|$", page, re.MULTILINE)
    )
    scopes = {name for name in reasons if ":" in name or name == "commands"} - {"connections:write"}
    assert scopes == set(manifest()["oauth_config"]["scopes"]["bot"]) == set(SCOPES)


def test_the_command_prints_a_link_that_fills_in_slacks_page() -> None:
    done = CliRunner().invoke(app, ["manifest", "--url", OVER_HTTP, "--link"])
    link = done.output.strip()
    # Browsers and servers take more; proxies may not.
    assert len(link) < 8_000
    parts = urlsplit(link)
    assert (parts.netloc, parts.path) == ("api.slack.com", "/apps")
    asked = parse_qs(parts.query, strict_parsing=True)
    assert asked["new_app"] == ["1"]
    assert json.loads(asked["manifest_json"][0]) == manifest(OVER_HTTP)


def test_the_command_prints_it() -> None:
    done = CliRunner().invoke(app, ["manifest", "--url", OVER_HTTP])
    assert json.loads(done.output) == manifest(OVER_HTTP)
