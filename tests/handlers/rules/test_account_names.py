"""Whose an account may be, by what it is called."""

from __future__ import annotations

import pytest

from handlers.rules.names.alike import may_be_account


@pytest.mark.parametrize(
    "account",
    [
        "@ben_okafor",
        "@ben.okafor",
        "BenOkafor77",
        "@benokafor",
        "@okaforben",
        "bokafor",
        "@MrOkafor",
        "@mrokafor",
        "Okafor, Ben",
        "Mr Ben Okafor's page",
        "https://www.facebook.com/ben.okafor",
        "https://t.me/benokafor",
        "@benjamin_okafor",
        "@BEN_ÓKAFOR",
        "@ben",
    ],
)
def test_an_account_that_may_be_a_colleagues(account: str) -> None:
    assert may_be_account(account, "Ben Okafor")


@pytest.mark.parametrize(
    "account", ["@benny_hill", "@elm_road_mums", "@okaforian_dinners", "@77", "@", ""]
)
def test_an_account_that_is_hardly_anybodys(account: str) -> None:
    assert not may_be_account(account, "Ben Okafor")


@pytest.mark.parametrize("account", ["@gita", "", "@77"])
def test_a_name_of_one_word_or_none(account: str) -> None:
    assert may_be_account(account, "Gita") is (account == "@gita")
    assert not may_be_account(account, "…")
