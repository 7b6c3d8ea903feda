"""The process that `store/limited.py` starts: one function of a module, within bounds.

There is one for each picture, so it imports no more than it needs.
"""

from __future__ import annotations

import json
import resource
import sys
from contextlib import suppress
from importlib import import_module


def main(memory: str, seconds: str, module: str, name: str, *words: str) -> None:
    """Print what the function gives for these words, as JSON."""
    bounds = {
        resource.RLIMIT_AS: int(memory),
        resource.RLIMIT_CPU: int(seconds),
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
    }
    for kind, most in bounds.items():
        resource.setrlimit(kind, (most, most))
    # Where memory runs out for all, this goes first, and not the bot.
    with suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:
        score.write("1000")
    function = getattr(import_module(module), name)
    print(json.dumps(function(*words)))  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
