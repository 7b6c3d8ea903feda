"""A Slack on loopback, written from Slack's public documentation, and strict.

    async with SlackDouble() as slack:
        asha = slack.user("UASHA", "Asha Patel")
        # SLACK_API_URL=slack.api_url SLACK_BOT_TOKEN=slack.bot_token SLACK_APP_TOKEN=slack.app_token
        await slack.message(asha, "Have you seen https://example.com/post ?")
        answer = await slack.next(asha)           # the next thing the bot shows her: .words, .labels
        await slack.tap(asha, answer, "Urgent")

With `events_url` set it posts signed requests there; otherwise it speaks Socket Mode. Everything is on a real
port, so the bot may run in another process.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any

from tests.doubles.slack_blocks import Invalid, check_message, check_view, elements
from tests.doubles.slack_server import SlackServer
from tests.doubles.slack_sockets import Answer
from tests.doubles.slack_world import (
    APP,
    BOT,
    BOT_USER,
    ResponseUrl,
    Shown,
    View,
    encode,
    rich_text,
)


class SlackDouble(SlackServer):
    """The server, and everything that people do in Slack."""

    # --- people, places, files ----------------------------------------------------------------------------

    def user(self, user: str, name: str, **flags: Any) -> str:
        """A member; `is_restricted=True`, `is_bot=True`, `team_id="TOTHER"` … make somebody else of them."""
        return self.world.add_user(user, name, **flags)

    def channel(self, channel: str, name: str, *members: str, bot: bool = True) -> str:
        return self.world.add_channel(channel, name, *members, bot=bot)

    def file(
        self, user: str, name: str, data: bytes, media_type: str = "image/png", **more: Any
    ) -> dict[str, Any]:
        """A file that somebody uploaded; the object that goes into `files=`."""
        number = f"F{self.world.number()}"
        path = f"{self.url}/files-pri/{self.team}-{number}/download/{name}"
        self.world.content[number] = data
        self.world.files[number] = {
            "id": number,
            "created": 1732000000,
            "name": name,
            "title": name,
            "mimetype": media_type,
            "user": user,
            "size": len(data),
            "mode": "hosted",
            "is_external": False,
            "file_access": "visible",
            "url_private": path.replace("/download", ""),
            "url_private_download": path,
            **more,
        }
        return self.world.files[number]

    # --- what people do -----------------------------------------------------------------------------------

    async def message(
        self,
        user: str,
        text: str = "",
        *,
        files: Iterable[dict[str, Any]] = (),
        resend: int = 0,
        channel: str = "",
        **more: Any,
    ) -> dict[str, Any]:
        """A direct message. Gives the message, with `answer`: how the bot acknowledged it."""
        files = list(files)
        said: dict[str, Any] = {
            "type": "message",
            "user": user,
            "team": self.world.users[user]["team_id"],
            "ts": self.world.ts(),
            "client_msg_id": secrets.token_hex(8),
            "text": encode(text),
            **({"blocks": rich_text(text)} if text else {}),
            **({"files": files, "upload": False, "subtype": "file_share"} if files else {}),
            **more,
        }
        channel = channel or self.world.direct(user)
        self.world.sent[channel, said["ts"]] = said
        event = {**said, "channel": channel, "channel_type": "im", "event_ts": said["ts"]}
        return {**said, "channel": channel, "answer": await self._event(event, resend=resend)}

    async def post(
        self, user: str, channel: str, text: str, *, files: Iterable[dict[str, Any]] = ()
    ) -> dict[str, Any]:
        """A message in a channel, of which the bot is told nothing; for `forward` and `message_shortcut`."""
        said = {
            "type": "message",
            "user": user,
            "ts": self.world.ts(),
            "text": encode(text),
            "files": list(files),
        }
        self.world.sent[channel, str(said["ts"])] = said
        return {**said, "channel": channel}

    async def forward(
        self,
        user: str,
        message: dict[str, Any],
        comment: str = "",
        *,
        stubs: bool = False,
        resend: int = 0,
    ) -> dict[str, Any]:
        """Share a message with the bot: its words and files are in `attachments[]` alone."""
        author, channel = self.world.users[message["user"]], self.world.channels[message["channel"]]
        files = [_stub(file) if stubs else file for file in message.get("files", [])]
        shared = {
            "ts": message["ts"],
            "channel_id": channel["id"],
            "channel_name": channel["name"],
            "channel_team": self.team,
            "author_id": author["id"],
            "author_name": author["real_name"],
            "author_subname": author["profile"]["display_name"],
            "from_url": self.permalink(message),
            "is_msg_unfurl": True,
            "is_share": True,
            "text": message["text"],
            "fallback": f"[November 20th, 2026 9:00 AM] {author['name']}: {message['text']}",
            "mrkdwn_in": ["text"],
            "footer": f"Posted in #{channel['name']}",
            **({"files": files} if files else {}),
        }
        return await self.message(user, comment, attachments=[shared], resend=resend)

    async def edit(self, message: dict[str, Any], text: str, **more: Any) -> Answer:
        """Change the words of a message; the same words make it the change that a preview makes."""
        before = {k: v for k, v in message.items() if k not in ("answer", "channel")}
        now = {**before, "text": encode(text), "blocks": rich_text(text), **more}
        if now["text"] != before["text"]:
            now["edited"] = {"user": message["user"], "ts": self.world.ts()}
        change = {
            "subtype": "message_changed",
            "message": now,
            "previous_message": before,
            "hidden": True,
        }
        return await self._event({**self._notice(message), **change})

    async def delete(self, message: dict[str, Any]) -> Answer:
        before = {k: v for k, v in message.items() if k not in ("answer", "channel")}
        gone = {
            "subtype": "message_deleted",
            "previous_message": before,
            "deleted_ts": message["ts"],
        }
        return await self._event({**self._notice(message), **gone})

    async def mention(self, user: str, channel: str, text: str, *, resend: int = 0) -> Answer:
        """The bot's name in a channel, and then `text`."""
        ts = self.world.ts()
        said = {
            "type": "app_mention",
            "user": user,
            "text": f"<@{BOT_USER}> {encode(text)}",
            "ts": ts,
        }
        return await self._event(
            {**said, "team": self.team, "channel": channel, "event_ts": ts}, resend=resend
        )

    async def event(self, event: dict[str, Any], *, resend: int = 0, **wrapper: Any) -> Answer:
        """Any event, as it stands."""
        return await self._event(event, resend=resend, **wrapper)

    async def slash(
        self, user: str, command: str, text: str = "", *, channel: str = "", resend: int = 0
    ) -> Answer:
        """`/case status` typed anywhere. What comes back in the acknowledgement is shown to the person."""
        channel = channel or self.world.direct(user)
        payload = {
            "token": "unused",
            "team_id": self.world.users[user]["team_id"],
            "team_domain": "school",
            "channel_id": channel,
            "channel_name": self.world.channels[channel]["name"],
            "user_id": user,
            "user_name": self.world.users[user]["name"],
            "command": command,
            "text": text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"),
            "api_app_id": APP,
            "is_enterprise_install": "false",
            "response_url": self._response_url(user, channel),
            "trigger_id": self.world.trigger(user),
        }
        answer = await self._send("slash_commands", payload, resend=resend)
        await self._show_answer(answer, user, channel)
        return answer

    async def tap(self, user: str, message: Shown, label: str, *, resend: int = 0) -> Answer:
        """Press a button, and confirm where Slack asks."""
        for block, element in elements(message.blocks):
            if element["type"] == "button" and element["text"]["text"] == label:
                action = {"type": "button", "value": element.get("value"), "text": element["text"]}
                return await self._act(user, message, block, element, action, resend)
        raise AssertionError(f"no button {label!r} among {message.labels}")

    async def open_home(self, user: str, tab: str = "home", *, resend: int = 0) -> Answer:
        """Open a tab of the bot's: https://docs.slack.dev/reference/events/app_home_opened"""
        home = self.world.homes.get(user)
        event = {
            "type": "app_home_opened",
            "user": user,
            "channel": self.world.direct(user),
            "tab": tab,
            "event_ts": self.world.ts(),
            **({"view": self._view(home)} if home and tab == "home" else {}),
        }
        return await self._event(event, resend=resend)

    async def tap_home(self, user: str, label: str, *, resend: int = 0) -> Answer:
        """Press a button of the Home tab."""
        home = self.world.homes[user]
        for block, element in elements(home.view["blocks"]):
            if element["type"] == "button" and element["text"]["text"] == label:
                action = {"type": "button", "value": element.get("value"), "text": element["text"]}
                place = {
                    "container": {"type": "view", "view_id": home.id},
                    "view": self._view(home),
                }
                return await self._send_action(user, place, block, element, action, resend)
        raise AssertionError(f"no button {label!r} among {home.buttons}")

    async def choose(self, user: str, message: Shown, label: str, *, resend: int = 0) -> Answer:
        """Choose from a menu."""
        for block, element in elements(message.blocks):
            for option in element.get("options", []):
                if option["text"]["text"] == label:
                    action = {"type": "static_select", "selected_option": option}
                    return await self._act(user, message, block, element, action, resend)
        raise AssertionError(f"no choice {label!r} among {message.labels}")

    async def shortcut(self, user: str, callback: str = "report") -> Answer:
        """A global shortcut."""
        payload = {
            "type": "shortcut",
            "callback_id": callback,
            "action_ts": self.world.ts(),
            **self._who(user),
        }
        return await self._send("interactive", payload)

    async def message_shortcut(
        self, user: str, message: dict[str, Any], callback: str = "pass_on", *, resend: int = 0
    ) -> Answer:
        """A shortcut from a message's menu."""
        channel = self.world.channels[message["channel"]]
        said = {k: v for k, v in message.items() if k not in ("answer", "channel")}
        payload = {
            "type": "message_action",
            "callback_id": callback,
            "action_ts": self.world.ts(),
            "message_ts": message["ts"],
            "channel": {"id": channel["id"], "name": channel["name"]},
            "message": said,
            "response_url": self._response_url(user, channel["id"]),
            **self._who(user),
        }
        return await self._send("interactive", payload, resend=resend)

    async def submit(
        self,
        user: str,
        view: View,
        words: str = "",
        *,
        files: Iterable[dict[str, Any]] = (),
        day: str = "",
        resend: int = 0,
    ) -> Answer:
        """Fill in a form and send it. It stays open where the bot answers with errors."""
        assert view.open, "the form is closed"
        values: dict[str, Any] = {}
        for block in view.view["blocks"]:
            if block["type"] == "input":
                element = block["element"]
                filled: dict[str, Any] = {"value": words or None}
                if element["type"] == "file_input":
                    filled = {"files": list(files)}
                elif element["type"] == "datepicker":
                    filled = {"selected_date": day or element.get("initial_date")}
                assert any(filled.values()) or block.get("optional"), (
                    f"{block['label']['text']}: please fill in"
                )
                values[block["block_id"]] = {
                    element["action_id"]: {"type": element["type"], **filled}
                }
        payload = {
            "type": "view_submission",
            "view": {**view.view, "id": view.id, "hash": view.hash, "state": {"values": values}},
            "response_urls": [],
            **self._who(user),
        }
        answer = await self._send("interactive", payload, resend=resend)
        action = answer.body.get("response_action")
        if action == "errors":
            unknown = set(answer.body["errors"]) - set(values)
            assert not unknown, f"errors for blocks that are not there: {unknown}"
        elif action == "update":
            check_view(answer.body["view"])
            view.view = answer.body["view"]
        elif answer.acknowledged:
            view.open = False
        return answer

    # --- inside -------------------------------------------------------------------------------------------

    async def _event(self, event: dict[str, Any], *, resend: int = 0, **wrapper: Any) -> Answer:
        payload = {
            "type": "event_callback",
            "team_id": self.team,
            "api_app_id": APP,
            "event": event,
            "event_id": f"Ev{self.world.number()}",
            "event_time": int(float(event.get("event_ts", 0))),
            "authorizations": [{"team_id": self.team, "user_id": BOT_USER, "is_bot": True}],
            "is_ext_shared_channel": False,
            **wrapper,
        }
        return await self._send("events_api", payload, resend=resend)

    async def _send(self, kind: str, payload: dict[str, Any], *, resend: int = 0) -> Answer:
        way = self.posts if self.events_url else self.sockets
        answer = await way.send(kind, payload)
        for number in range(resend):
            answer = await way.send(kind, payload, attempt=number + 1)
        return answer

    async def _act(
        self,
        user: str,
        message: Shown,
        block: dict[str, Any],
        element: dict[str, Any],
        action: dict[str, Any],
        resend: int,
    ) -> Answer:
        container = {"type": "message", "message_ts": message.ts, "channel_id": message.channel}
        place: dict[str, Any] = {
            "container": {**container, "is_ephemeral": message.ephemeral},
            "channel": {
                "id": message.channel,
                "name": self.world.channels[message.channel]["name"],
            },
            "response_url": self._response_url(user, message.channel, message),
        }
        if not message.ephemeral:
            place["message"] = {
                "type": "message",
                "user": BOT_USER,
                "bot_id": BOT,
                "ts": message.ts,
                "text": message.text,
                "blocks": message.blocks,
                **({"thread_ts": message.thread} if message.thread else {}),
            }
        return await self._send_action(user, place, block, element, action, resend)

    async def _send_action(
        self,
        user: str,
        place: dict[str, Any],
        block: dict[str, Any],
        element: dict[str, Any],
        action: dict[str, Any],
        resend: int,
    ) -> Answer:
        """https://docs.slack.dev/reference/interaction-payloads/block_actions-payload"""
        payload = {
            "type": "block_actions",
            **place,
            "actions": [
                {
                    "action_id": element["action_id"],
                    "block_id": block.get("block_id", "b1"),
                    "action_ts": self.world.ts(),
                    **action,
                }
            ],
            **self._who(user),
        }
        return await self._send("interactive", payload, resend=resend)

    def _view(self, home: View) -> dict[str, Any]:
        """The Home tab as it stands in payloads."""
        return {
            "id": home.id,
            "team_id": self.team,
            "private_metadata": "",
            "callback_id": "",
            "state": {"values": {}},
            "hash": home.hash,
            "root_view_id": home.id,
            "app_id": APP,
            "external_id": "",
            "bot_id": BOT,
            **home.view,
        }

    def _who(self, user: str) -> dict[str, Any]:
        known = self.world.users[user]
        return {
            "user": {"id": user, "username": known["name"], "team_id": known["team_id"]},
            "team": {"id": self.team, "domain": "school"},
            "api_app_id": APP,
            "trigger_id": self.world.trigger(user),
        }

    def _notice(self, message: dict[str, Any]) -> dict[str, Any]:
        ts = self.world.ts()
        return {
            "type": "message",
            "channel": message["channel"],
            "channel_type": "im",
            "ts": ts,
            "event_ts": ts,
        }

    def _response_url(self, user: str, channel: str, origin: Shown | None = None) -> str:
        key = secrets.token_hex(12)
        self.world.response_urls[key] = ResponseUrl(user, channel, origin=origin)
        return f"{self.url}/actions/{key}"

    async def _show_answer(self, answer: Answer, user: str, channel: str) -> None:
        if not answer.body:
            return
        try:
            check_message(answer.body.get("blocks", []))
        except (Invalid, UnicodeEncodeError) as why:
            self.refusals.append(f"acknowledgement: {why}")
            return
        public = answer.body.get("response_type") == "in_channel"
        text, blocks = answer.body.get("text", ""), answer.body.get("blocks", [])
        who = "" if public else user
        await self.world.show(
            Shown(channel, self.world.ts(), who, text, blocks, ephemeral=not public)
        )


def _stub(file: dict[str, Any]) -> dict[str, Any]:
    """How a file of a shared channel comes: https://docs.slack.dev/apis/slack-connect (files)."""
    return {
        "id": file["id"],
        "mode": "file_access",
        "file_access": "check_file_info",
        "created": 0,
        "user": "",
    }
