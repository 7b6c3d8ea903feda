"""How long tests wait for what is to happen. It mostly happens at once; a busy machine takes longer."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import Any

#: Seconds after which it is believed that something will not happen. Fewer are enough for whoever
#: mends a test on a quiet machine.
PATIENCE = float(os.environ.get("TEST_PATIENCE", "120"))


async def until(true: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """Wait until `true()` is, and give what it gives; for what has no event. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not (found := true()):  # noqa: ASYNC110
            await asyncio.sleep(0.005)
    return found
