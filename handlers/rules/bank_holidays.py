"""The bank holidays of the United Kingdom."""

from __future__ import annotations

import importlib.util
from functools import cache
from importlib.machinery import PathFinder

import holidays

#: In the `holidays` package: the folder of the countries, and one of them in it.
COUNTRIES = "holidays.countries"
KINGDOM = "united_kingdom"

NATIONS = {"England": "ENG", "Scotland": "SCT", "Wales": "WLS", "Northern Ireland": "NIR"}


def bank_holidays(nation: str) -> holidays.HolidayBase:
    """Dates with their names; whatever year is asked for is worked out then."""
    kingdom = _load_kingdom()
    if kingdom is None:
        return holidays.country_holidays("GB", subdiv=NATIONS[nation])
    return kingdom(subdiv=NATIONS[nation])


@cache
def _load_kingdom() -> type[holidays.HolidayBase] | None:
    """One country by itself; None where the package has it elsewhere.

    Asked for it, the package imports 150 countries, which take 14 MB and a sixth of a second.
    """
    countries = importlib.util.find_spec(COUNTRIES)
    if countries is None:
        return None
    found = PathFinder.find_spec(KINGDOM, countries.submodule_search_locations)
    if found is None or found.loader is None:
        return None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    kingdom: type[holidays.HolidayBase] | None = getattr(module, "UnitedKingdom", None)
    return kingdom
