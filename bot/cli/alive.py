"""`headsup alive`: asks the bot of this machine whether it lives, as a container's health check."""

from __future__ import annotations

from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, build_opener

from bot.health import HERE, place_of
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
NOT_READY = "{words}"


def ask(settings: Settings, *, ready: bool) -> str:
    """What the bot says. Raises Trouble where it does not answer, or is not ready.

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
    shown = f"[{host}]" if ":" in host else host
    url = f"http://{shown}:{port}/{'ready' if ready else 'health'}"
    try:
        # No proxy leads to this machine.
        with build_opener(ProxyHandler({})).open(url, timeout=PATIENCE) as answer:
            return str(answer.read(10_000).decode()).strip()
    except HTTPError as error:
        words = error.read(10_000).decode(errors="replace").strip()
        raise Trouble(NOT_READY.format(words=words)) from error
    except (URLError, OSError) as error:
        reason = getattr(error, "reason", error)
        why = "no answer in time" if isinstance(reason, TimeoutError) else "no connection"
        raise Trouble(NO_ANSWER.format(url=url, why=why)) from error
