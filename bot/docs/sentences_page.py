"""Every sentence that the bot can say, on one page: `make sentences`.

Whatever is said has a name of its own in the module that says it; it is read from there.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("handlers", "bot", "store")
#: What is asked of a database or a pattern is no sentence.
NO_SENTENCES = ("store/postgres/", "bot/docs/")


def sentences(source: str) -> Iterator[str]:
    """The texts to which a module's constants give names."""
    for statement in ast.parse(source).body:
        if isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value:
            for node in ast.walk(statement.value):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value


def page() -> str:
    """Module by module, each sentence once."""
    said: set[str] = set()
    parts = ["# What the bot says"]
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if name.startswith(NO_SENTENCES):
                continue
            found = [text for text in sentences(path.read_text("utf-8")) if " " in text.strip()]
            fresh = [text for text in dict.fromkeys(found) if text not in said]
            said.update(fresh)
            if fresh:
                lines = [f"- {' '.join(text.split())}" for text in fresh]
                parts += [f"## {name}", "\n".join(lines)]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
