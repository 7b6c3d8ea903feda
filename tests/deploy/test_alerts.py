"""The alerts for Prometheus: of numbers that the bot gives, each for its cause, none on a good day."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.monitoring.metrics import Metrics
from tests.talks.stage import ROOT

ALERTS = ROOT / "deploy" / "alerts.yml"
TESTS = Path(__file__).with_name("alerts_test.yml")
NUMBER = re.compile(r"\bheadsup_\w+")


async def test_each_number_that_an_alert_asks_for_is_there() -> None:
    metrics = Metrics()
    now = datetime(2026, 11, 24, 10, tzinfo=UTC)
    metrics.away({"oak"}, {"oak"})
    metrics.backed_up("oak", now)
    metrics.room("data", Path("/"))
    given = set(NUMBER.findall((await metrics.page([], now)).decode()))
    asked = set(NUMBER.findall(ALERTS.read_text()))  # noqa: ASYNC240
    assert len(asked) >= 7
    assert asked <= given


def test_each_alert_is_tried_both_ways() -> None:
    alerts = re.findall(r"alert: (\w+)", ALERTS.read_text())
    healthy, _, broken = TESTS.read_text().partition("everything is wrong")
    assert len(alerts) == 10
    for alert in alerts:
        assert f"alertname: {alert}" in healthy
        assert f"alertname: {alert}\n" in broken


@pytest.mark.skipif(
    not shutil.which("promtool"), reason="promtool is not here (Debian: apt-get install prometheus)"
)
def test_promtool_takes_them_and_each_fires_for_its_cause(tmp_path: Path) -> None:
    written = tmp_path / "alerts_test.yml"
    written.write_text(TESTS.read_text().replace("ALERTS", str(ALERTS)))
    for words in (["check", "rules", str(ALERTS)], ["test", "rules", str(written)]):
        done = subprocess.run(
            ["promtool", *words],  # noqa: S607
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
