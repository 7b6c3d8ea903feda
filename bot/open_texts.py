"""The policy texts of one school, opened once for all who ask, and where what is worked out of them is kept."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from store.policies import Policies

if TYPE_CHECKING:  # PostgreSQL's packages are an extra
    pass


SHARED = 16  # folders of texts


@lru_cache(maxsize=SHARED)
def _texts_in(folder: Path) -> Policies:
    """Schools that have no texts of their own share those in memory."""
    return Policies(folder, cache_file())


def cache_file() -> Path:
    """Where vectors are kept between runs of the command, for whoever runs it."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "headsup" / "vectors.npz"
