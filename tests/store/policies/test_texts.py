"""Texts and their sections, as people call for them."""

from __future__ import annotations

import pytest

from store.policies import Policies

PHONES = """---
title: Phones in school
owner: Headteacher
---
Read this first.

# Phones in school

## Pupils

Phones stay in the locker.

### Trips

On trips, the teacher keeps them.

## Staff

You may:

- ring home at lunch;
- check the time.

## Pupils

They are given back at three.
"""


@pytest.fixture
def phones(tmp_path):
    (tmp_path / "phones.md").write_text(PHONES)
    (tmp_path / "phones-on-trips.md").write_text("# Trips abroad\n\n## Staff\n\nBring a charger.\n")
    return Policies(tmp_path, by_meaning=False)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("phones in school", [("phones.md", "")]),
        ("PHONES", [("phones.md", "")]),
        ("phon", [("phones-on-trips.md", ""), ("phones.md", "")]),
        ("phones-on-trips", [("phones-on-trips.md", "")]),
        ("phones in school: staff", [("phones.md", "Staff")]),
        ("abroad staff", [("phones-on-trips.md", "Staff")]),
        ("phones in school zebras", []),
        ("zebras", []),
        ("", []),
    ],
)
def test_a_text_or_section_is_found_by_what_people_call_it(phones, typed, meant):
    assert [(place.text.doc, place.section) for place in phones.find(typed)] == meant


def test_a_text_is_shown_whole_section_by_section(phones):
    whole = phones.whole("phones.md")
    assert [section[0].section for section in whole] == ["", "Pupils", "Trips", "Staff", "Pupils"]
    assert whole[3][0].text == "You may:\n\n- ring home at lunch;\n- check the time."
    assert phones.whole("none.md") == ()


def test_more_of_the_section_is_all_that_stands_under_its_heading(phones):
    (passage,) = phones.section_at("phones.md", PHONES.index("given back"))
    assert passage.text == "They are given back at three."
    assert phones.section_at("phones.md", 10_000) == ()
    assert phones.section_at("none.md", 0) == ()


def test_a_section_is_all_that_its_heading_says_wherever_it_stands(phones):
    assert [p.text for p in phones.section("phones.md", "pupils")] == [
        "Phones stay in the locker.",
        "They are given back at three.",
    ]
    assert phones.section("phones.md", "Phones in school")[0].text == "Phones stay in the locker."
    assert phones.section("phones.md", "Zebras") == ()


def test_a_lead_in_brings_its_list_and_says_what_is_too_much_of_it(tmp_path):
    bullets = [f"parent {n} " + "reads and signs the agreement " * 6 for n in range(9)]
    text = "# Parents\n\nEvery parent does this:\n\n" + "".join(f"- {b.strip()}\n" for b in bullets)
    (tmp_path / "a.md").write_text(text)
    policies = Policies(tmp_path, by_meaning=False)
    passage = next(p for p in policies.ask("every parent").ranked if p.text.startswith("Every"))
    within = [b.strip() for b in bullets if b.strip() in passage.text]
    assert within
    assert len(passage.text) <= 800
    assert all(bullet.startswith("• parent") for bullet in passage.rest)
    rest = [bullet.removeprefix("• ") for bullet in passage.rest]
    assert (*within, *rest) == tuple(b.strip() for b in bullets)


def test_a_bullet_brings_its_lead_in(phones):
    passage = phones.ask("can i check the time").ranked[0]
    assert (passage.lead_in + passage.text).startswith("You may:")
