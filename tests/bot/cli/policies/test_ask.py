"""`headsup ask`, for people and for machines."""

from __future__ import annotations

import io
import json
from datetime import date

import pytest

from bot.cli.policies.ask import NOT_SAID, NoTexts, ask_lines, ask_one, open_texts
from tests.store.policies.conftest import SHIPPED


def test_lines_come_back_in_order_with_exact_places(shipped):
    asked = [
        {"qid": "b", "question": "who edits the website"},
        {"qid": "a", "question": ""},
        {"qid": 3, "question": "x"},
    ]
    out = io.StringIO()
    assert (
        ask_lines(
            shipped, [json.dumps(a) + "\n" for a in asked] + ["\n", "no json\n", "[1]\n"], out
        )
        == 5
    )
    answers = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [a["qid"] for a in answers] == ["b", "a", 3, None, None]
    assert [a["refused"] for a in answers] == [False, True, True, True, True]
    for passage in answers[0]["ranked"]:
        text = (SHIPPED / passage["doc"]).open(encoding="utf-8", newline="").read()
        assert text[passage["start"] : passage["end"]] == passage["text"]
    assert 1 <= len(answers[0]["ranked"]) <= 10


def test_a_person_reads_the_quotation_and_its_place(shipped):
    out = io.StringIO()
    assert ask_one(shipped, "who edits the school website", out, today=date(2026, 11, 20))
    assert "Edits the school website" in out.getvalue()
    assert "E-safety: who does what · ICT manager" in out.getvalue()
    assert "should have been reviewed" not in out.getvalue()


def test_a_text_past_its_review_day_is_said_to_be(shipped):
    out = io.StringIO()
    ask_one(shipped, "who edits the school website", out, today=date(2028, 1, 1))
    assert "should have been reviewed by 6 September 2027" in out.getvalue()


def test_what_the_texts_do_not_say(shipped):
    out = io.StringIO()
    assert not ask_one(shipped, "what is the capital of france", out)
    assert out.getvalue().startswith(NOT_SAID)


def test_a_folder_without_texts_is_named(tmp_path):
    with pytest.raises(NoTexts, match=tmp_path.name):
        open_texts(tmp_path)


def test_texts_that_disagree_are_said_to(tmp_path):
    for name, days in (("one", "2 school days"), ("two", "5 working days")):
        (tmp_path / f"{name}.md").write_text(
            f"# Text {name}\n\nA complaint is answered within {days}.\n"
        )
    out = io.StringIO()
    ask_one(open_texts(tmp_path), "how soon is a complaint answered", out)
    assert out.getvalue().startswith("The texts disagree:\n\n> A complaint is answered within")
    assert "2 school days" in out.getvalue()
    assert "5 working days" in out.getvalue()


def test_a_bullet_is_read_with_its_lead_in(shipped):
    out = io.StringIO()
    ask_one(shipped, "do gambling sites get blocked", out)
    assert "> The filter blocks:" in out.getvalue()
