"""A command that is typed in another folder than the bot's, where it would begin an empty one."""

from __future__ import annotations

from pathlib import Path

from bot.chats import chats_set
from bot.settings import Settings, env_path
from store.errors import Trouble

ELSEWHERE = (
    "there is no Heads Up in {here}: neither settings (.env) nor a folder {data}. Type it in the "
    "bot's own folder, or name its settings: headsup --env-file /etc/headsup/.env … If the bot is "
    "to be here, begin with: headsup setup"
)


def find_elsewhere(settings: Settings) -> str:
    """What to say where nothing of the bot's is here and nothing says where it is; else nothing."""
    is_named = (
        "headsup_data" in settings.model_fields_set or settings.database_url or settings.schools
    )
    is_here = env_path().exists() or settings.headsup_data.exists() or settings.school_file.exists()
    if is_named or is_here or chats_set(settings):
        return ""
    return ELSEWHERE.format(here=Path.cwd(), data=settings.headsup_data)


def refuse_elsewhere(settings: Settings) -> None:
    """Nobody is invited to a folder that no bot looks into. Raises Trouble."""
    words = find_elsewhere(settings)
    if words:
        raise Trouble(words)
