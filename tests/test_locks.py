"""What is locked: everything by its hash, from no place by name, and the same in each of the three."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCKS = ("requirements.txt", "requirements-postgres.txt", "requirements-dev.txt")
PIN = re.compile(
    r"^([A-Za-z0-9._-]+)==(\S+)((?: \\\n    --hash=sha256:[0-9a-f]{64})*)", re.MULTILINE
)


def pins(name: str) -> dict[str, str]:
    found = PIN.findall((ROOT / name).read_text("utf-8"))
    assert all(hashes for _, _, hashes in found)
    return {canonicalize_name(package): version for package, version, _ in found}


@pytest.mark.parametrize("name", LOCKS)
def test_nothing_but_pins_with_hashes(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert "://" not in text
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    others = [line for line in lines if not line.startswith("    --hash=") and "==" not in line]
    assert others == []


def test_one_version_of_each() -> None:
    runs, database, develops = map(pins, LOCKS)
    for name, version in runs.items():
        assert develops[name] == version
    for name, version in database.items():
        assert develops[name] == version


def test_each_that_is_wanted_is_there_as_it_is_wanted() -> None:
    project = PROJECT["project"]
    groups = PROJECT["dependency-groups"]
    postgres = project["optional-dependencies"]["postgres"]
    wanted = {
        "requirements.txt": [*project["dependencies"], *groups["build"]],
        "requirements-postgres.txt": [*project["dependencies"], *postgres],
        "requirements-dev.txt": [*project["dependencies"], *postgres, *groups["dev"]],
    }
    for name, requirements in wanted.items():
        locked = pins(name)
        for requirement in map(Requirement, requirements):
            version = locked[canonicalize_name(requirement.name)]
            assert requirement.specifier.contains(version), f"{requirement}: run make lock"


def test_development_is_no_extra_of_the_package() -> None:
    assert PROJECT["project"]["optional-dependencies"].keys() == {"postgres"}
    assert PROJECT["dependency-groups"]["build"] == PROJECT["build-system"]["requires"]
