"""Of what has not begun nothing is counted: a 0 would be read as good news."""

from __future__ import annotations

import csv
import io

import pytest

from handlers.messages import File
from tests.handlers.cases.test_pack import Office, office
from tests.handlers.shown import words_in

__all__ = ["office"]


@pytest.mark.parametrize("period", ["2027-28", "1 January 2027 to 31 March 2027"])
async def test_a_period_to_come_is_refused(office: Office, period: str) -> None:
    for form in ("", "pdf ", "csv "):
        reply = await office.asks("ben", f"figures {form}{period}")
        assert "has not begun, so there is nothing to count yet." in "\n".join(words_in(reply))


async def test_months_to_come_are_not_listed(office: Office) -> None:
    """It is November 2026."""
    [file] = (await office.asks("ben", "figures csv 2026-27")).parts
    assert isinstance(file, File)
    assert isinstance(file.content, bytes)
    rows = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))
    months = [row[1] for row in rows if row[0] == "month"]
    assert months == ["2026-09", "2026-10", "2026-11"]
