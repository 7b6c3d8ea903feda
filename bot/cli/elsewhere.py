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


def refuse_elsewhere(settings: Settings) -> None:
    """Nobody is invited to a folder that no bot looks into. Raises Trouble where nothing of the
    bot's is here, and nothing says where it is.
    """
    if "headsup_data" in settings.model_fields_set or settings.database_url or settings.schools:
        return
    of_the_bots = (env_path(), settings.headsup_data, settings.school_file)
    is_here = any(path.exists() for path in of_the_bots)
    if not is_here and not chats_set(settings):
        raise Trouble(ELSEWHERE.format(here=Path.cwd(), data=settings.headsup_data))
