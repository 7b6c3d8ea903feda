"""The policy texts of one school, and where what is worked out of them is kept."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from store.policies import Policies

#: Folders of texts that are held in memory.
SHARED = 16


@lru_cache(maxsize=SHARED)
def texts_in(folder: Path) -> Policies:
    """Schools that have no texts of their own share those in memory."""
    return Policies(folder, cache_file())


def cache_file() -> Path:
    """Where vectors are kept between runs of the command, for whoever runs it."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "headsup" / "vectors.npz"
