"""Whatever a hostile person, platform or file may send, and payloads that were tampered with."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Iterator
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

PROFILE = int(os.environ.get("HEADSUP_EXAMPLES", "1"))
"""How many times as many examples as by default: HEADSUP_EXAMPLES=50 for a night."""


def examples(number: int) -> settings:
    return settings(
        max_examples=number * PROFILE,
        deadline=None,
        database=None,
        suppress_health_check=[*HealthCheck],
        phases=[Phase.explicit, Phase.generate],  # to make a failure smaller takes minutes
    )


DEEP = "a value that is a thousand deep"
"""Stands for one in a payload until it is written down: few programs can copy such a thing."""


def written(payload: Any) -> str:
    """The payload as JSON."""
    return json.dumps(payload).replace(json.dumps(DEEP), '[{"a":' * 500 + "1" + "}]" * 500)


LINKS = " ".join(f"https://example.org/{n}" for n in range(10_000))
WORDS = (
    "",
    " ",
    "\0",
    "a\0b",
    "\ud800 lone",
    "\u202eabc\u202c\u2066def\u2069\u200f",
    "\x1b]0;title\x07\x1b[2J\x1b[31mred",
    "<!channel> <@U1> <https://evil.example|the school> *b* _i_ ~s~ `c` ```p```",
    "<b>b</b> <a href='https://evil.example'>x</a> &lt;&amp; [x](https://evil.example) @everyone",
    "../../x",
    "CON",
    "%s %d {0} {name} %(x)s ${PATH}",
    "7K4M" * 3,
    "\r\n\u2028\u2029\t",
    "👩\u200d👩\u200d👧\u200d👦🏴\U000e0067\U000e0062\U000e007f",
    "a" * 50_000,
    "very long " * 5_000,
    LINKS,
    "9" * 5_000,
    "١٢٣ ²³ ⅷ",
)
VALUES: tuple[Any, ...] = (
    *WORDS,
    None,
    True,
    False,
    0,
    -1,
    2**31,
    2**70,
    -(2**70),
    1e308,
    0.1,
    [],
    {},
    [None],
    [[]],
    {"id": None},
    {"id": {"id": []}},
    ["x"] * 1_000,
    DEEP,
)

words = (
    st.sampled_from(WORDS)
    | st.text(max_size=200)
    | st.text(st.characters(categories=["Cc", "Cf", "Cs"]))
)
values = st.sampled_from(VALUES)


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield (*path, key)
            yield from _paths(item, (*path, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield (*path, number)
            yield from _paths(item, (*path, number))


@st.composite
def tampered(draw: st.DrawFn, payload: Any) -> Any:
    """The payload with one to three of its values missing, of another type, huge or hostile."""
    changed = copy.deepcopy(payload)
    for _ in range(draw(st.integers(1, 3))):
        paths = sorted(_paths(changed), key=repr)
        if not paths:
            break
        *way, last = draw(st.sampled_from(paths))
        place = changed
        for step in way:
            place = place[step]
        if draw(st.integers(0, 3)) == 0:
            del place[last]
        else:
            place[last] = copy.deepcopy(draw(values))
    return changed
