"""The chats in which one app of the platform's serves every school: each installs it by a link.

The app's own packages load only where it is used.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from bot.settings import Settings, SettingsError, public_url
from handlers.messages import DeliveryFailed
from store.errors import Conflict, Trouble
from store.model.address import Platform
from store.postgres.installations import Installation, Installations

if TYPE_CHECKING:
    from bot.schools.run import Schools

NO_APP = (
    "Slack needs SLACK_CLIENT_ID, SLACK_CLIENT_SECRET and SLACK_SIGNING_SECRET: "
    "from the app's page, Basic Information, App Credentials."
)
STILL_THERE = (
    "{why} So nothing was changed. "
    "Try again, or remove the app in Slack: it is forgotten then by itself."
)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class SharedApp:
    """What an app does that one deployment has for all its schools."""

    #: Whether schools may be connected. Raises SettingsError for half of the app's credentials.
    is_set: Callable[[Settings], bool]
    #: What to say where it is not set.
    missing: str
    #: Makes the address at which somebody installs the app for the school that is meant.
    make_link: Callable[[Settings, Installations], Awaitable[str]]
    #: Takes the app out of a school's chat, by its token. Raises Trouble.
    uninstall: Callable[[Settings, str], Awaitable[None]]
    #: What the platform and browsers call, for all schools.
    routes: Callable[[Schools], list[web.RouteDef]]


def has_slack(settings: Settings) -> bool:
    """Whether workspaces may be connected.

    Raises SettingsError for half of the app's credentials.
    """
    given = (settings.slack_client_id, settings.slack_client_secret, settings.slack_signing_secret)
    if any(given) and not all(given):
        raise SettingsError(NO_APP)
    return all(given)


async def _make_slack_link(settings: Settings, installations: Installations) -> str:
    from bot.slack.app.manifest import INSTALL
    from bot.slack.app.oauth import LINK_HOURS

    now = datetime.now(UTC)
    until = now + timedelta(hours=LINK_HOURS)
    words = await installations.link(settings.headsup_school, now, until)
    return f"{public_url(settings)}{INSTALL}?state={words}"


async def _uninstall_slack(settings: Settings, token: str) -> None:
    """Raises Trouble: with the app in the workspace, people would write, and nobody would read."""
    from bot.slack.app.workspaces import uninstall

    try:
        await uninstall(settings, token)
    except DeliveryFailed as failure:
        raise Trouble(STILL_THERE.format(why=failure)) from failure


def _slack_routes(schools: Schools) -> list[web.RouteDef]:
    from bot.slack.app.oauth import install_routes
    from bot.slack.app.workspaces import Workspaces
    from bot.slack.front_end import PATH

    settings = schools.settings
    secret = settings.slack_signing_secret
    workspaces = Workspaces(
        secret.get_secret_value() if secret else "",
        partial(schools.find, Platform.SLACK),
        partial(_forget_if_refused, schools),
    )
    installing = install_routes(settings, schools.installations, partial(_keep_installed, schools))
    return [web.post(PATH, workspaces.receive), *installing]


async def _keep_installed(schools: Schools, school: str, team: str, name: str, token: str) -> bool:
    """Keep a workspace in which somebody has installed the app, and start its school's bot.

    False where the workspace is another school's, or the school has another workspace.
    """
    made = Installation(Platform.SLACK.value, team, school, name, token, datetime.now(UTC))
    try:
        await schools.installations.put(made)
    except Conflict:
        return False
    await schools.refresh()
    return True


async def _forget_if_refused(schools: Schools, team: str) -> None:
    """Forget a token that Slack takes no more; an old event may speak of one replaced since.

    Raises StoreUnavailable, and DeliveryFailed where Slack cannot be asked.
    """
    from bot.slack.app.workspaces import is_refused

    for found in await schools.installations.all():
        is_meant = (found.platform, found.key) == (Platform.SLACK, team)
        if not is_meant or found.token is None:
            continue
        if await is_refused(found.token, schools.settings.slack_api_url):
            await schools.installations.drop(found)
            log.warning("slack removed", school=found.school)
            await schools.refresh()


#: The chats of the list that are connected by installing; the others are, by a bot's token.
SHARED_APPS: Mapping[Platform, SharedApp] = {
    Platform.SLACK: SharedApp(
        is_set=has_slack,
        missing=NO_APP,
        make_link=_make_slack_link,
        uninstall=_uninstall_slack,
        routes=_slack_routes,
    ),
}


def refuse_half_set(settings: Settings) -> None:
    """Raises SettingsError where an app has only some of its credentials."""
    for app in SHARED_APPS.values():
        app.is_set(settings)
