"""Which Heads Up this is."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

NAME = "headsup"
UNKNOWN = "unknown"


def current() -> str:
    """As in CHANGELOG.md; `unknown` where it was never installed, only copied."""
    try:
        return version(NAME)
    except PackageNotFoundError:
        return UNKNOWN


def version_line() -> str:
    system = f"{platform.system()} {platform.release()}"
    return f"Heads Up {current()}, Python {platform.python_version()}, {system}"
