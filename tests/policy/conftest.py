"""The shipped texts, and the questions asked of them."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from store.policies import Policies

HERE = Path(__file__).parent
SHIPPED = HERE.parent.parent / "policy_texts"


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Policies:
    policies = Policies(SHIPPED, tmp_path_factory.mktemp("vectors") / "vectors.npz")
    policies.prepare()
    return policies


@pytest.fixture(scope="session")
def by_words() -> Policies:
    return Policies(SHIPPED, by_meaning=False)


@pytest.fixture(scope="session")
def answered() -> list[dict[str, list[str]]]:
    return tomllib.loads((HERE / "answered.toml").read_text(encoding="utf-8"))["asked"]


@pytest.fixture(scope="session")
def unanswered() -> list[str]:
    return (HERE / "unanswered.txt").read_text(encoding="utf-8").splitlines()
