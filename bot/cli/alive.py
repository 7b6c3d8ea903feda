"""`headsup alive`: asks the bot of this machine whether it lives, as a container's health check."""

from __future__ import annotations

from http import HTTPStatus
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, build_opener

from bot.monitoring.health import HERE, place_of
from bot.settings import Settings
from store.errors import Trouble

#: Seconds for an answer.
PATIENCE = 4.0
#: What a process listens on that is reached from everywhere.
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104
NO_ANSWER = (
    "The bot does not answer at {url}: {why}. Is it running? It answers only where METRICS is "
    "set, or PORT for a bot over HTTP."
)
#: What `bot/monitoring/health.py` answers.
ALL_WELL = ("ok", "ready")
NOT_OURS = (
    "Something else answers at {url}, and not the bot: another program has the port. Set METRICS, "
    "or PORT for a bot over HTTP, to one that is free, and start the bot again."
)


def ask(settings: Settings, *, ready: bool) -> str:
    """What the bot says. Raises Trouble where it does not answer, or is not ready."""
    url = f"{_place(settings)}/{'ready' if ready else 'health'}"
    try:
        # No proxy leads to this machine.
        with build_opener(ProxyHandler({})).open(url, timeout=PATIENCE) as answer:
            words = str(answer.read(10_000).decode(errors="replace")).strip()
    except HTTPError as error:
        words = error.read(10_000).decode(errors="replace").strip()
        # What is not ready says so with this status.
        if error.code != HTTPStatus.SERVICE_UNAVAILABLE:
            raise Trouble(NOT_OURS.format(url=url)) from error
        raise Trouble(words) from error
    except (URLError, OSError) as error:
        reason = getattr(error, "reason", error)
        why = "no answer in time" if isinstance(reason, TimeoutError) else "no connection"
        raise Trouble(NO_ANSWER.format(url=url, why=why)) from error
    if words not in ALL_WELL:
        raise Trouble(NOT_OURS.format(url=url))
    return words


def _place(settings: Settings) -> str:
    """Where the bot answers on this machine. Raises Trouble where METRICS is no address.

    A worker has no port of its own but that of METRICS; so that one is asked first.
    """
    host, port = HERE, settings.port
    if settings.metrics:
        try:
            host, port = place_of(settings.metrics)
        except ValueError as error:
            raise Trouble(NO_ANSWER.format(url=settings.metrics, why="no address")) from error
    if host in EVERYWHERE:
        host = HERE
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
