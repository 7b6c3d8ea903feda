"""Bank holidays are those that the `holidays` package gives, without the memory that 150 countries take."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import holidays
import pytest

from handlers.rules.bank_holidays import NATIONS, bank_holidays

ROOT = Path(__file__).parents[3]

ALONE = """
import sys
from datetime import date
from handlers.rules.bank_holidays import bank_holidays
assert date(2026, 12, 25) in bank_holidays("Wales")
print(len([name for name in sys.modules if name.startswith("holidays.countries.")]))
"""


@pytest.mark.parametrize("nation", NATIONS)
def test_they_are_those_of_the_package(nation: str) -> None:
    years = range(2000, 2060)
    of_package = holidays.country_holidays("GB", subdiv=NATIONS[nation], years=years)
    ours = bank_holidays(nation)
    for day, name in of_package.items():
        assert ours[day] == name
    assert dict(ours) == dict(of_package)


def test_no_other_country_is_imported() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", ALONE], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert ran.stdout.strip() == "0"
