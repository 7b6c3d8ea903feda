"""Every pattern of the product over long texts that were made to keep it busy: none takes more than a moment."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import itertools
import pkgutil
import re
import signal
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

import pytest

import bot
import handlers
import store
from handlers.menu import COMMANDS
from tests.crash.nursery import NOT_OF_THE_BOT

LENGTH = 100_000

#: Seconds of the processor for LENGTH characters. A pattern with two greedy gaps takes minutes.
MOST = 0.5

#: Characters of the texts that are all tried; how many of them, the slowest, are tried at more; and so on.
#: What grows with the square of a text stands out at a few hundred already.
ROUNDS = ((600, 40), (3_000, 3))

#: Pieces of which evil texts are made.
PIECES = (
    *" \t\n-.,:;|*_#'\"()<>[]“…éa1Z%\\/~=+^@&",
    *(
        "a ",
        " a",
        "1 ",
        "1.",
        ". ",
        "a.",
        "a-",
        "- ",
        " - ",
        " -",
        "\n ",
        " \n",
        "a\n",
        "\n-",
        "1\n",
        "a'",
    ),
    *(" by a", " on ", " to ", " and ", " as ", " the ", "because ", "is the ", "how ", "page 1"),
    *(
        "http://a",
        "http://a)",
        "www.",
        "**",
        "**a",
        "__",
        "[a](",
        "<a",
        "£1",
        "1,",
        "12:",
        "a@",
        "7K4M ",
    ),
    *(
        "# ",
        "\n# ",
        "\n| ",
        "owner ",
        "owner\n",
        "review ",
        "date: ",
        " 1 ",
        "day ",
        "year ",
        "\r\n",
    ),
)
BEGINNINGS = ("", "a ", "7K4M ", "# a", "a: b")

METHODS = {"match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer"}

#: Patterns that the search below cannot make out, as they are built of what a caller gives: each
#: from a few words of the technician's, or named again here.
BUILT = {
    # A setting's name.
    "bot.env_file",
    # What a command may be typed like: see `test_commands_without_a_slash`.
    "handlers.reception",
    "handlers.school.role_words",
    # A word of a name, escaped, letter by letter.
    "handlers.rules.names.spellings",
    # Names to be erased, or taken out, escaped.
    "store.erasing",
    "bot.cli.export.folded",
    # Words of the house.
    "store.policies.search.answer_kinds",
    # Names of tags, from a list.
    "store.policies.tags",
    # A table or key of a file, escaped.
    "store.school.toml",
}


@dataclasses.dataclass(frozen=True)
class Used:
    """A pattern, and how the product asks it."""

    module: str
    where: str
    pattern: re.Pattern[Any]
    methods: frozenset[str]


class TooSlow(Exception):
    pass


def modules() -> list[str]:
    """Their names."""
    found = []
    for room in (bot, handlers, store):
        for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            if not any(part in module.name for part in (*NOT_OF_THE_BOT, "__main__")):
                found.append(module.name)
    return found


def _tree(module: ModuleType) -> ast.Module:
    return ast.parse(Path(str(module.__file__)).read_text())


@cache
def patterns() -> tuple[list[Used], set[str]]:
    """Every pattern that a module holds or uses in place, and the modules that build others.

    To read all of them takes seconds, so that it is not done before a test asks for it.
    """
    trees = {module: _tree(module) for module in map(importlib.import_module, modules())}
    asked = _methods_by_name(trees.values())
    found: dict[tuple[Any, int], tuple[ModuleType, str, set[str]]] = {}
    built = set()

    def add(module: ModuleType, where: str, pattern: re.Pattern[Any], methods: set[str]) -> None:
        known = found.setdefault((pattern.pattern, pattern.flags), (module, where, set()))
        known[2].update(methods)

    for module, tree in trees.items():
        for name, value in vars(module).items():
            for pattern in _inside(value):
                add(module, name, pattern, asked.get(name) or METHODS)
        for call in _calls_of_re(tree):
            try:
                pattern = _pattern_of(call, vars(module))
            except NameError:
                built.add(module.__name__)
            else:
                method = call.func.attr  # type: ignore[attr-defined]
                if method != "compile":
                    add(module, f"line {call.lineno}", pattern, {method})
    used = [
        Used(module.__name__, where, re.compile(pattern, flags), frozenset(methods))
        for (pattern, flags), (module, where, methods) in found.items()
    ]
    return used, built


def _inside(value: Any, depth: int = 4) -> Iterator[re.Pattern[Any]]:
    """The patterns in a value of a module, as far down as a table of records goes."""
    parts: Any = ()
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        parts = value.values()
    elif isinstance(value, tuple | list | set | frozenset):
        parts = value
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        parts = [getattr(value, field.name) for field in dataclasses.fields(value)]
    if depth:
        for part in parts:
            yield from _inside(part, depth - 1)


def _methods_by_name(trees: Any) -> dict[str, set[str]]:
    """`{"LINK": {"finditer"}}`: what is asked of a pattern that has a name."""
    found = defaultdict(set)
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in METHODS:
                owner = node.value
                name = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
                found[name].add(node.attr)
    return found


def _calls_of_re(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            is_of_re = isinstance(owner, ast.Name) and owner.id == "re"
            if is_of_re and node.func.attr in {*METHODS, "compile"}:
                yield node


def _pattern_of(call: ast.Call, names: dict[str, Any]) -> re.Pattern[Any]:
    """Raises NameError where it is made of what only a caller knows."""

    def value(node: ast.expr) -> Any:
        return eval(compile(ast.Expression(node), "pattern", "eval"), names)  # noqa: S307

    flags = 0
    for argument in (*call.args[1:], *(keyword.value for keyword in call.keywords)):
        if ast.unparse(argument).startswith("re."):
            flags = value(argument)
    return re.compile(value(call.args[0]), flags)


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raises TooSlow after so many seconds of the processor, also in the middle of a pattern."""

    def stop(_: int, __: FrameType | None) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _ask(pattern: re.Pattern[Any], method: str, text: Any) -> None:
    if method == "fullmatch":
        pattern.fullmatch(text)
    elif method == "match":
        pattern.match(text)
    else:
        # The others look for it at every place, as this does.
        for _ in pattern.finditer(text):
            pass


def evil(beginning: str, piece: str, length: int) -> str:
    return beginning + piece * (length // len(piece)) + "!"


def _worst(pattern: re.Pattern[Any], methods: frozenset[str]) -> str:
    """What keeps it busy for too long; nothing where nothing does."""
    ways = {method if method in ("match", "fullmatch") else "finditer" for method in methods}
    tried = list(itertools.product(ways, BEGINNINGS, PIECES))
    for length, slowest in ROUNDS:
        took = {
            (way, beginning, piece): _time(pattern, way, evil(beginning, piece, length))
            for way, beginning, piece in tried
        }
        tried = sorted(tried, key=took.__getitem__, reverse=True)[:slowest]
    for way, beginning, piece in tried:
        if _time(pattern, way, evil(beginning, piece, LENGTH)) >= MOST:
            return f"{way} in {beginning + piece!r} and so on"
    return ""


def _time(pattern: re.Pattern[Any], way: str, text: str) -> float:
    """Seconds of the processor, up to MOST."""
    given = text.encode() if isinstance(pattern.pattern, bytes) else text
    begun = time.process_time()
    try:
        with at_most(MOST):
            _ask(pattern, way, given)
    except TooSlow:
        return MOST
    return time.process_time() - begun


@pytest.mark.parametrize("module", modules())
def test_no_pattern_is_kept_busy(module: str) -> None:
    used, _ = patterns()
    for one in used:
        if one.module == module:
            worst = _worst(one.pattern, one.methods)
            assert not worst, f"{one.where}: {worst}: {one.pattern.pattern!r}"


def test_those_that_are_built_are_known() -> None:
    used, building = patterns()
    assert building == BUILT
    assert {one.module for one in used} <= set(modules())
    assert len(used) > 200


@pytest.mark.parametrize("command", COMMANDS.all, ids=[command.name for command in COMMANDS.all])
def test_commands_without_a_slash(command: Any) -> None:
    pattern = re.compile(command.bare, re.DOTALL | re.IGNORECASE)
    assert not _worst(pattern, frozenset({"fullmatch"}))


def test_the_bound_is_felt() -> None:
    """Of the kind that once stopped the bot for 35 seconds."""
    assert _worst(re.compile(r"(.+)\s+by\s+(.+)", re.DOTALL), frozenset({"fullmatch"}))
