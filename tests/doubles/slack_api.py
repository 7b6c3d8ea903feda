"""Slack's Web API, as far as a chat bot uses it; what the real one refuses, this refuses.

https://docs.slack.dev/reference/methods
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.doubles.slack_blocks import (
    MAX_TOGETHER,
    MAX_VIEW,
    Invalid,
    characters,
    check_home,
    check_message,
    check_view,
)
from tests.doubles.slack_world import APP, BOT, BOT_USER, Shown, Upload, View

if TYPE_CHECKING:
    from tests.doubles.slack_server import SlackServer

Arguments = dict[str, Any]


PAGE = "\n<!DOCTYPE html><html><body>This address is blocked.</body></html>"


class Refuse(Exception):
    """`{"ok": false, "error": …}`"""


@dataclass
class Fault:
    """What is to go wrong with a method, and how often."""

    error: str
    times: float
    retry_after: int | None = None
    status: int = 200
    #: Slack does what it is asked to, and its answer is lost on the way.
    is_lost: bool = False
    #: There is no answer for as long as this is not set.
    until: asyncio.Event | None = None
    #: Somebody in between shows a page, as a school's filter does.
    is_page: bool = False

    def page(self) -> web.Response:
        """The page."""
        return web.Response(status=self.status, text=PAGE, content_type="text/html")


class Api:
    """One method of this class for each method of Slack's."""

    def __init__(self, double: SlackServer) -> None:
        self.double = double
        self.world = double.world
        self.calls: list[tuple[str, Arguments]] = []
        self.faults: dict[str, Fault] = {}
        self.methods: dict[str, Callable[[Arguments], Awaitable[Arguments]]] = {
            "auth.test": self.auth_test,
            "bots.info": self.bots_info,
            "apps.connections.open": self.apps_connections_open,
            "users.info": self.users_info,
            "conversations.open": self.conversations_open,
            "conversations.info": self.conversations_info,
            "chat.postMessage": self.post_message,
            "chat.postEphemeral": self.post_ephemeral,
            "chat.update": self.update,
            "chat.delete": self.delete,
            "chat.getPermalink": self.permalink,
            "views.open": self.views_open,
            "views.update": self.views_update,
            "views.publish": self.views_publish,
            "files.info": self.files_info,
            "files.delete": self.files_delete,
            "files.getUploadURLExternal": self.upload_url,
            "files.completeUploadExternal": self.complete_upload,
        }

    async def handle(self, request: web.Request) -> web.Response:
        """One request to `/api/<method>`."""
        name = request.match_info["method"]
        arguments = await _arguments(request)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ") or arguments.pop(
            "token", ""
        )
        self.calls.append((name, arguments))
        fault = self._fault(name)
        if fault and fault.until:
            await fault.until.wait()
        elif fault and not fault.is_lost:
            return _refusal(fault)
        answer = await self._answer(name, token, arguments)
        await self.world.notify()
        if fault and fault.is_lost and request.transport:
            request.transport.close()
        given = self.double.scopes if token == self.double.bot_token else {"connections:write"}
        return web.json_response(answer, headers={"X-OAuth-Scopes": ",".join(sorted(given))})

    async def _answer(self, name: str, token: str, arguments: Arguments) -> Arguments:
        try:
            if name not in self.methods:
                raise Refuse("unknown_method")
            self._check_token(name, token)
            return {"ok": True, **await self.methods[name](arguments)}
        except Refuse as refused:
            return {"ok": False, "error": str(refused)}
        except (Invalid, UnicodeEncodeError) as why:
            self.double.refusals.append(f"{name}: {why}")
            error = "invalid_arguments" if name.startswith("views.") else "invalid_blocks"
            return {"ok": False, "error": error, "response_metadata": {"messages": [str(why)]}}
        except KeyError as missing:
            return {"ok": False, "error": "invalid_arguments", "needed": str(missing)}

    def _fault(self, name: str) -> Fault | None:
        fault = self.faults.get(name)
        if fault is None or fault.times <= 0:
            return None
        fault.times -= 1
        return fault

    def _check_token(self, name: str, token: str) -> None:
        if not token:
            raise Refuse("not_authed")
        if token == self.double.bot_token and self.double.is_revoked:
            raise Refuse("token_revoked")
        if token not in (self.double.bot_token, self.double.app_token):
            raise Refuse("invalid_auth")
        if (token == self.double.app_token) != (name == "apps.connections.open"):
            raise Refuse("not_allowed_token_type")

    # --- methods ------------------------------------------------------------------------------------------

    async def auth_test(self, arguments: Arguments) -> Arguments:
        return {
            "url": "https://school.slack.com/",
            "team": "School",
            "user": "headsup",
            "team_id": self.world.team,
            "user_id": BOT_USER,
            "bot_id": BOT,
            "is_enterprise_install": False,
        }

    async def bots_info(self, arguments: Arguments) -> Arguments:
        if arguments["bot"] != BOT:
            raise Refuse("bot_not_found")
        return {"bot": {"id": BOT, "deleted": False, "app_id": APP, "user_id": BOT_USER}}

    async def apps_connections_open(self, arguments: Arguments) -> Arguments:
        return {"url": self.double.sockets.ticket()}

    async def users_info(self, arguments: Arguments) -> Arguments:
        if arguments["user"] not in self.world.users:
            raise Refuse("user_not_found")
        return {"user": self.world.users[arguments["user"]]}

    async def conversations_open(self, arguments: Arguments) -> Arguments:
        user = self.world.users.get(arguments["users"])
        if user is None:
            raise Refuse("user_not_found")
        if user["is_bot"]:
            raise Refuse("cannot_dm_bot")
        if user["deleted"]:
            raise Refuse("user_disabled")
        if user["is_stranger"]:
            raise Refuse("user_not_visible")
        return {"channel": {"id": self.world.direct(user["id"])}}

    async def conversations_info(self, arguments: Arguments) -> Arguments:
        return {"channel": self._channel(arguments["channel"])}

    async def post_message(self, arguments: Arguments) -> Arguments:
        channel = self._channel(arguments["channel"])
        self._check_message(arguments)
        shown = self._shown(arguments, channel, channel.get("user", ""), self.world.ts())
        await self.world.show(shown)
        message = {
            "type": "message",
            "user": BOT_USER,
            "bot_id": BOT,
            "app_id": APP,
            "ts": shown.ts,
        }
        return {"channel": channel["id"], "ts": shown.ts, "message": message | {"text": shown.text}}

    async def post_ephemeral(self, arguments: Arguments) -> Arguments:
        channel = self._channel(arguments["channel"])
        if arguments["user"] not in channel["members"]:
            raise Refuse("user_not_in_channel")
        self._check_message(arguments)
        shown = self._shown(arguments, channel, arguments["user"], self.world.ts())
        shown.ephemeral = True
        await self.world.show(shown)
        return {"message_ts": shown.ts}

    async def update(self, arguments: Arguments) -> Arguments:
        channel = self._channel(arguments["channel"])
        ts = arguments["ts"]
        if (channel["id"], ts) in self.world.sent:
            raise Refuse("cant_update_message")
        before = [
            s
            for s in self.world.current()
            if (s.channel, s.ts) == (channel["id"], ts) and not s.ephemeral
        ]
        if not before:
            raise Refuse("message_not_found")
        self._check_message(arguments)
        shown = self._shown(arguments, channel, before[0].user, ts)
        shown.replaced = True
        await self.world.show(shown)
        return {"channel": channel["id"], "ts": ts, "text": shown.text}

    async def delete(self, arguments: Arguments) -> Arguments:
        """https://docs.slack.dev/reference/methods/chat.delete: what the bot has posted itself."""
        channel = self._channel(arguments["channel"])
        place = channel["id"], arguments["ts"]
        if place in self.world.sent:
            raise Refuse("cant_delete_message")
        shown = [s for s in self.world.current() if (s.channel, s.ts) == place and not s.ephemeral]
        if not shown:
            raise Refuse("message_not_found")
        history = self.world.history
        history[:] = [s for s in history if (s.channel, s.ts) != place]
        return {"channel": channel["id"], "ts": arguments["ts"]}

    async def permalink(self, arguments: Arguments) -> Arguments:
        channel = self._channel(arguments["channel"])
        stamp = arguments["message_ts"].replace(".", "")
        return {"permalink": f"https://school.slack.com/archives/{channel['id']}/p{stamp}"}

    async def views_open(self, arguments: Arguments) -> Arguments:
        view = _json(arguments["view"])
        check_view(view)
        user, error = self.world.exchange(arguments["trigger_id"])
        if error:
            raise Refuse(error)
        opened = View(
            f"V{self.world.number()}", user, f"{self.world.ts()}.{secrets.token_hex(4)}", view
        )
        self.world.views.append(opened)
        return {"view": {"id": opened.id, "hash": opened.hash, **view}}

    async def views_update(self, arguments: Arguments) -> Arguments:
        view = _json(arguments["view"])
        check_view(view)
        for opened in self.world.views:
            if opened.id == arguments.get("view_id"):
                opened.view, opened.hash = view, f"{self.world.ts()}.{secrets.token_hex(4)}"
                return {"view": {"id": opened.id, "hash": opened.hash, **view}}
        raise Refuse("not_found")

    async def views_publish(self, arguments: Arguments) -> Arguments:
        """https://docs.slack.dev/reference/methods/views.publish"""
        view = _json(arguments["view"])
        if len(json.dumps(view).encode()) > MAX_VIEW:
            raise Refuse("view_too_large")
        check_home(view)
        user = self.world.users.get(arguments["user_id"])
        if user is None or user["is_bot"]:
            raise Invalid("invalid `user_id`")
        if not self.world.has_home:
            raise Refuse("not_enabled")
        before = self.world.homes.get(user["id"])
        if before and arguments.get("hash", before.hash) != before.hash:
            raise Refuse("hash_conflict")
        shown = View(
            before.id if before else f"V{self.world.number()}",
            user["id"],
            f"{self.world.ts()}.{secrets.token_hex(4)}",
            view,
        )
        self.world.homes[user["id"]] = shown
        self.world.homes_shown.append(shown)
        return {"view": {"id": shown.id, "hash": shown.hash, **view}}

    async def files_info(self, arguments: Arguments) -> Arguments:
        file = self.world.files.get(arguments["file"])
        if file is None:
            raise Refuse("file_not_found")
        if file.get("mode") == "tombstone":
            raise Refuse("file_deleted")
        return {"file": file}

    async def files_delete(self, arguments: Arguments) -> Arguments:
        mine = [upload for upload in self.world.uploads if upload.id == arguments["file"]]
        if not mine:
            raise Refuse(
                "file_not_found"
                if arguments["file"] not in self.world.files
                else "cant_delete_file"
            )
        self.world.uploads.remove(mine[0])
        return {}

    async def upload_url(self, arguments: Arguments) -> Arguments:
        length = int(arguments["length"])
        if length <= 0 or not arguments["filename"]:
            raise Refuse("missing_argument")
        if len(arguments.get("alt_txt", "")) > 1_000:
            raise Refuse("alt_txt_too_large")
        upload = Upload(f"F{self.world.number()}UP", arguments["filename"], length)
        self.world.pending_uploads[upload.id] = upload
        return {"upload_url": f"{self.double.url}/upload/v1/{upload.id}", "file_id": upload.id}

    async def complete_upload(self, arguments: Arguments) -> Arguments:
        files = []
        channel = (
            self._channel(arguments["channel_id"]) if arguments.get("channel_id") else {"id": ""}
        )
        for one in _json(arguments["files"]):
            upload = self.world.pending_uploads.get(one["id"])
            if upload is None or len(upload.data) != upload.length:
                raise Refuse("file_not_found")
            upload.channel, upload.title = channel["id"], one.get("title", upload.name)
            self.world.uploads.append(self.world.pending_uploads.pop(one["id"]))
            files.append({"id": upload.id, "title": upload.title})
        return {"files": files}

    # --- what they have in common -------------------------------------------------------------------------

    def _channel(self, name: str) -> dict[str, Any]:
        if name in self.world.users:
            if self.world.users[name]["is_bot"]:
                raise Refuse("cannot_dm_bot")
            name = self.world.direct(name)
        channel = self.world.channels.get(name)
        if channel is None:
            raise Refuse("channel_not_found")
        if channel.get("is_archived"):
            raise Refuse("is_archived")
        if BOT_USER not in channel["members"]:
            raise Refuse("not_in_channel")
        return channel

    def _check_message(self, arguments: Arguments) -> None:
        arguments["blocks"] = _json(arguments.get("blocks") or [])
        if not arguments["blocks"] and not arguments.get("text"):
            raise Refuse("no_text")
        if len(arguments.get("text") or "") > 40_000:
            raise Refuse("msg_too_long")
        check_message(arguments["blocks"])
        if characters(arguments["blocks"]) > MAX_TOGETHER:
            raise Refuse("msg_blocks_too_long")

    def _shown(self, arguments: Arguments, channel: dict[str, Any], user: str, ts: str) -> Shown:
        text, thread = arguments.get("text") or "", arguments.get("thread_ts") or ""
        return Shown(channel["id"], ts, user, text, arguments["blocks"], thread=thread)


def _refusal(fault: Fault) -> web.Response:
    if fault.is_page:
        return fault.page()
    if fault.retry_after is None:
        return web.json_response({"ok": False, "error": fault.error}, status=fault.status)
    # In front of Slack's methods, there is no JSON yet.
    headers = {"Retry-After": str(fault.retry_after)}
    if not fault.error:
        return web.Response(text="Too Many Requests", status=429, headers=headers)
    refusal = {"ok": False, "error": fault.error}
    return web.json_response(refusal, status=429, headers=headers)


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


async def _arguments(request: web.Request) -> Arguments:
    if request.content_type == "application/json":
        return dict(await request.json())
    return {**request.query, **await request.post()}
