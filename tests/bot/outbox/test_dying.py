"""Killed at whatever step, delivery sends everything, and to each reader one message twice at most."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

from tests.bot.outbox.dying import LEADERS, OTHERS, URGENT
from tests.crash.processes import ROOT

#: Steps between the moment in which a message has arrived and its note's being durable: two within the chat,
#: the file, its new name, and the folder.
STEPS_OF_ONE = 5


def test_killed_at_each_step_each_reader_has_one_message_twice_at_most(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "tests.bot.outbox.dying", str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=240,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    lives = [json.loads(line) for line in ran.stdout.splitlines()]
    assert len(lives) > 20
    repeated = 0
    for life in lives:
        again = Counter[str]()
        told: dict[str, set[str]] = {f"slack:{name}": set() for name in LEADERS}
        for line, times in life:
            address, words = json.loads(line)
            told[address].update(re.findall(r"case (\w{4})", "\n".join(words), re.IGNORECASE))
            again[address] += times - 1
        assert set(map(frozenset, told.values())) == {frozenset((*URGENT, *OTHERS))}
        assert max(again.values()) <= 1
        repeated += sum(again.values())
    messages = (len(URGENT) + 1) * len(LEADERS)
    assert repeated <= messages * STEPS_OF_ONE * 2
