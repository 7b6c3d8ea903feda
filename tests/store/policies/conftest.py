"""The shipped texts, and the questions asked of them."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from bot.open_texts import cache_file
from store.policies import Policies

Asked = tuple[str, list[str]]
"""A question, and the pieces of the texts that answer it; none where they do not."""

HERE = Path(__file__).parent
SHIPPED = Path(__file__).parents[3] / "policy_texts"


@pytest.fixture(scope="session")
def shipped(texts_are_ready: None) -> Policies:
    policies = Policies(SHIPPED, cache_file())
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


def asked_in(name: str) -> list[Asked]:
    """The questions of a file here: `question | pieces that answer`, or `near` or `other` for what is not said."""
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    pairs = [line.partition(" | ") for line in lines if not line.startswith("#")]
    return [(q, [] if said in ("near", "other") else said.split(" ; ")) for q, _, said in pairs]
