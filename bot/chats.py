"""The one list of the chats in which the bot can be, and all that differs between them elsewhere.

A chat is added by a member of Platform, by settings, by a folder such as `bot/slack` with its
front-end, and by a Chat in CHATS. What it needs is imported inside the functions below: the
packages of a chat take their time, and load only where it is used.
"""

from __future__ import annotations

from collections.abc import Collection
from hashlib import sha256
from typing import TYPE_CHECKING

from bot.chat import Believed, Chat, SchoolConnection, Token
from store.model.address import Address, Platform

# The command line asks this module for its choices, and settings take half a second to load.
if TYPE_CHECKING:
    from bot.front_end import FrontEnd
    from bot.settings import Settings
    from bot.tokens import Tried
    from store.model.records import Person

MAIL_ALONE = (
    "MAIL_URL is set, and no chat is: mail only goes out, so nobody could pass anything on. "
    "Run: headsup setup"
)
HALF = "{rest} set, but {missing} is not. Set it in the environment or in .env."
SWAPPED = (
    "{name} begins with {wrong}: the two tokens of Slack are swapped. The bot's begins with xoxb-."
)


# --- Slack ---------------------------------------------------------------------------------------


def _make_slack(settings: Settings) -> FrontEnd:
    from bot.slack import SlackFrontEnd

    return SlackFrontEnd(settings)


async def _try_slack_bot_token(token: str, api_url: str) -> Tried:
    from bot.slack.token_check import try_bot_token

    return await try_bot_token(token, api_url)


async def _try_slack_app_token(token: str, api_url: str) -> Tried:
    from bot.slack.token_check import try_app_token

    return await try_app_token(token, api_url)


async def _compare_slack(settings: Settings, believed: Believed) -> list[str]:
    from bot.slack.installation import compare

    return await compare(settings, believed.connected_to, believed.workspaces)


def _find_swapped_tokens(settings: Settings) -> str:
    for token, wrong in ((SLACK_BOT_TOKEN, "xapp-"), (SLACK_APP_TOKEN, "xoxb-")):
        if token.value_in(settings).startswith(wrong):
            return SWAPPED.format(name=token.variable, wrong=wrong)
    return ""


def _slack_settings(settings: Settings, key: str, token: str) -> dict[str, object]:
    from pydantic import SecretStr

    return {
        "slack_bot_token": SecretStr(token),
        "slack_signing_secret": settings.slack_signing_secret,
    }


SLACK_BOT_TOKEN = Token(
    setting="slack_bot_token",
    question="Slack's bot token (xoxb-…)",
    where_from=(
        "  Make the app: open the link that `headsup manifest --link` prints, which fills in "
        "Slack's own page;\n"
        "  then Install to Workspace. The bot token is under OAuth & Permissions. "
        "It is not shown as you paste it."
    ),
    attempt=_try_slack_bot_token,
)
SLACK_APP_TOKEN = Token(
    setting="slack_app_token",
    question="Slack's app token (xapp-…)",
    where_from=(
        "  The app token you make under Basic Information, App-Level Tokens, "
        "with the scope connections:write."
    ),
    attempt=_try_slack_app_token,
)
SLACK = Chat(
    platform=Platform.SLACK,
    token=SLACK_BOT_TOKEN,
    app_token=SLACK_APP_TOKEN,
    make_front_end=_make_slack,
    api_url="slack_api_url",
    companions=("slack_app_token", "slack_signing_secret"),
    companions_are="Slack's other settings are",
    find_mix_up=_find_swapped_tokens,
    join_command="/headsup join {code}",
    how_to_let_in="/invite @heads-up",
    compare=_compare_slack,
    connection=SchoolConnection(
        alone=("slack_bot_token", "slack_app_token"),
        only_connected="slack_signing_secret",
        settings=_slack_settings,
    ),
)


# --- Telegram ------------------------------------------------------------------------------------


def _make_telegram(settings: Settings) -> FrontEnd:
    from bot.outbox.menus import USUAL
    from bot.telegram import TelegramFrontEnd

    return TelegramFrontEnd(settings, commands=USUAL)


async def _try_telegram_token(token: str, api_url: str) -> Tried:
    from bot.telegram.token_check import try_token

    return await try_token(token, api_url)


async def _try_telegram_group(settings: Settings, group: str) -> str:
    from bot.telegram.token_check import try_group

    return await try_group(TELEGRAM_TOKEN.value_in(settings), settings.telegram_api_url, group)


async def _compare_telegram(settings: Settings, believed: Believed) -> list[str]:
    from bot.telegram.installation import compare

    return await compare(settings, believed.now)


async def _give_telegram_back(settings: Settings) -> None:
    from bot.telegram.installation import give_back

    await give_back(settings)


async def _find_telegram_link(settings: Settings, code: str) -> str | None:
    from bot.telegram.join_link import join_link

    return await join_link(settings, code)


def _telegram_settings(settings: Settings, key: str, token: str) -> dict[str, object]:
    from pydantic import SecretStr

    from bot.settings import public_url

    return {
        "telegram_bot_token": SecretStr(token),
        "telegram_webhook_url": f"{public_url(settings)}/{Platform.TELEGRAM}/{key}",
        "telegram_webhook_secret": SecretStr(_webhook_secret(token)),
    }


def _webhook_secret(token: str) -> str:
    """By which Telegram proves to be Telegram; whoever knows it knows nothing of the token."""
    return sha256(f"webhook\n{token}".encode()).hexdigest()


def _bot_number(token: str) -> str:
    """`4242` of `4242:AAE…`."""
    return token.partition(":")[0]


TELEGRAM_TOKEN = Token(
    setting="telegram_bot_token",
    question="Telegram's token",
    where_from="  Talk to @BotFather in Telegram: /newbot. The token is not shown as you paste it.",
    attempt=_try_telegram_token,
)
TELEGRAM = Chat(
    platform=Platform.TELEGRAM,
    token=TELEGRAM_TOKEN,
    make_front_end=_make_telegram,
    api_url="telegram_api_url",
    companions=("telegram_webhook_url", "telegram_webhook_secret"),
    companions_are="Telegram's webhook is",
    join_command="/join {code}",
    how_to_let_in="add it to the group",
    compare=_compare_telegram,
    # A group has a number, below zero; a person or a public channel a number or an @name.
    channel_initials="-@0123456789",
    try_channel=_try_telegram_group,
    find_join_link=_find_telegram_link,
    connection=SchoolConnection(
        alone=("telegram_bot_token", "telegram_webhook_url"),
        only_connected="telegram_webhook_secret",
        settings=_telegram_settings,
        token_question="The bot's token, from @BotFather (it is not shown)",  # noqa: S106
        key_of=_bot_number,
        give_back=_give_telegram_back,
    ),
)


# --- all of them ---------------------------------------------------------------------------------

#: Every chat that needs a token. The terminal is none of them: it runs where no other does. Nor is
#: mail, where nobody can say anything.
CHATS: tuple[Chat, ...] = (SLACK, TELEGRAM)

#: A channel that no other chat knows as its own is Slack's: `C0123`, `#heads`.
OTHER_CHANNELS = Platform.SLACK


def chat_on(platform: str) -> Chat:
    """The chat of a platform, by its value. Raises KeyError for any other word."""
    return {chat.platform: chat for chat in CHATS}[Platform(platform)]


def label_of(platform: str) -> str:
    """How people call a platform; a word that is no chat's stays as it was typed."""
    for chat in CHATS:
        if chat.platform == platform:
            return chat.platform.label
    return platform


def chats_to_connect() -> str:
    """The choices of `headsup connect`, in words: `slack, or telegram`."""
    return ", or ".join(chat.platform for chat in CHATS)


def chats_set(settings: Settings) -> Collection[Platform]:
    """The platforms of the chats that have a token, each once."""
    return {chat.platform for chat in CHATS if chat.is_set(settings)}


def platforms_reached(settings: Settings) -> Collection[Platform]:
    """The platforms on which somebody can be told something: the chats, and mail."""
    reached = set(chats_set(settings))
    return reached | {Platform.MAIL} if settings.mail_url else reached


def address_of(channel: str) -> str:
    """The address of a channel as settings have it: `slack:C0123` for `C0123`.

    What names its platform already stays as it is.
    """
    if ":" in channel:
        return channel
    for chat in CHATS:
        if chat.channel_initials and channel[:1] in chat.channel_initials:
            return str(Address(chat.platform, channel))
    return str(Address(OTHER_CHANNELS, channel))


def is_made_up(person: Person) -> bool:
    """Tells the people who are made up for the terminal: they have an account there."""
    platforms = {Address.parse(account).platform for account in person.accounts}
    return Platform.TERMINAL in platforms


def make_front_ends(settings: Settings) -> dict[str, FrontEnd]:
    """The front-ends of all chats that have a token, by platform.

    Raises SettingsError for half of a chat's settings, and for what a front-end cannot use.
    """
    refuse_halves(settings)

    # By the plain word, not the member of Platform: logs print the keys.
    made = {
        chat.platform.value: chat.make_front_end(settings)
        for chat in CHATS
        if chat.is_set(settings)
    }
    # Of several schools, one that no chat is connected to yet is not running.
    if settings.mail_url and (made or not settings.schools):
        made[Platform.MAIL.value] = _make_mail(settings)
    return made


def _make_mail(settings: Settings) -> FrontEnd:
    """Raises SettingsError where nobody could be heard."""
    from bot.mail import MailFrontEnd
    from bot.settings import SettingsError

    chats = [chat.platform.label for chat in CHATS if chat.is_set(settings)]
    if not chats:
        raise SettingsError(MAIL_ALONE)
    return MailFrontEnd(settings, chats=chats)


def refuse_halves(settings: Settings) -> None:
    """Half of a chat's settings is a slip, not a wish for the terminal. Raises SettingsError."""
    from bot.settings import SettingsError

    for chat in CHATS:
        has_companions = any(getattr(settings, name) for name in chat.companions)
        if has_companions and not chat.is_set(settings):
            raise SettingsError(HALF.format(rest=chat.companions_are, missing=chat.token.variable))

    if settings.mail_from and not settings.mail_url:
        raise SettingsError(HALF.format(rest="MAIL_FROM is", missing="MAIL_URL"))

    for chat in CHATS:
        mix_up = chat.find_mix_up(settings)
        if mix_up:
            raise SettingsError(mix_up)
