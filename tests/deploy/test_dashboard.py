"""The dashboard for Grafana: whole, and of numbers that the bot gives."""

from __future__ import annotations

import itertools
import json
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.monitoring.health import disks_of
from bot.monitoring.metrics import Metrics
from bot.settings import load
from tests.talks.stage import ROOT

BOARD: dict[str, Any] = json.loads((ROOT / "deploy" / "dashboard.json").read_text("utf-8"))
PANELS: list[dict[str, Any]] = BOARD["panels"]
ASKED = [target["expr"] for panel in PANELS for target in panel["targets"]]
NUMBER = re.compile(r"\bheadsup_\w+")
#: Of those of each process, not of how it is built.
OURS = re.compile(r"^# TYPE (headsup_\w+) (\w+)", re.MULTILINE)


async def given() -> str:
    metrics = Metrics()
    now = datetime(2026, 11, 24, 10, tzinfo=UTC)
    metrics.away({"oak"}, {"oak"})
    metrics.backed_up("oak", now)
    metrics.digest_sent("oak", now)
    metrics.room("data", Path("/"))
    return (await metrics.page([], now)).decode()


async def test_each_number_that_it_asks_for_is_there_and_each_there_is_shown() -> None:
    page = await given()
    names = set(NUMBER.findall(page))
    asked = set(NUMBER.findall(" ".join(ASKED)))
    histograms = {f"{name}_bucket" for name, kind in OURS.findall(page) if kind == "histogram"}
    assert asked <= names | histograms
    # The client library names a moment for each counter, too.
    shown = {re.sub(r"_(bucket|total)$", "", name) for name in asked}
    there = {re.sub(r"_(total|created)$", "", name) for name, _ in OURS.findall(page)}
    assert there == shown


def test_it_is_one_that_grafana_takes() -> None:
    assert BOARD["title"]
    assert BOARD["uid"]
    assert BOARD["schemaVersion"] >= 36
    [source] = BOARD["templating"]["list"]
    assert (source["name"], source["type"]) == ("source", "datasource")
    assert len({panel["id"] for panel in PANELS}) == len(PANELS)
    for panel in PANELS:
        assert panel["title"]
        assert panel["targets"]
        for target in panel["targets"]:
            assert target["datasource"] == {"type": "prometheus", "uid": "${source}"}
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
    for one, other in itertools.combinations((panel["gridPos"] for panel in PANELS), 2):
        is_beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        is_below = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert is_beside or is_below


@pytest.mark.skipif(
    not shutil.which("promtool"), reason="promtool is not here (Debian: apt-get install prometheus)"
)
def test_each_question_is_one_that_prometheus_understands(tmp_path: Path) -> None:
    lines = ["groups:", "  - name: questions", "    rules:"]
    for number, asked in enumerate(ASKED):
        lines += [f"      - record: question:{number}", f"        expr: {json.dumps(asked)}"]
    rules = tmp_path / "questions.yml"
    rules.write_text("\n".join(lines) + "\n")
    done = subprocess.run(
        ["promtool", "check", "rules", str(rules)],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_disks_of_a_folder_and_of_a_database() -> None:
    assert set(disks_of(load({}))) == {"temporary", "data"}
    database = {"DATABASE_URL": "postgresql://x@/x", "BACKUP_TO": "/mnt/backup"}
    assert set(disks_of(load(database))) == {"temporary", "backups"}
    assert set(disks_of(load({**database, "BACKUP_TO": "s3://bucket"}))) == {"temporary"}
