"""`headsup check` names what is wrong, and how to mend it."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

from bot.check import problems
from bot.settings import Settings, load
from store.case import Case
from store.records import About, Notice, Person, Report, Role, Subject
from store.tiny import TinyStore
from tests.talks.stage import ROOT

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


def settings(folder: Path, **more: str) -> Settings:
    (folder / "school.toml").write_text('safeguarding_phone = "01632 960123"\n')
    return load(
        {
            "HEADSUP_DATA": str(folder / "data"),
            "SCHOOL_FILE": str(folder / "school.toml"),
            "POLICY_TEXTS": str(ROOT / "policy_texts"),
            **more,
        }
    )


async def furnished(folder: Path) -> None:
    store = TinyStore.open(folder / "data")
    for n, role in enumerate((Role.HEAD, Role.DSL, Role.CHAIR)):
        await store.add_person(Person(f"p{n}", f"Person {n}", (role,), (f"telegram:{n}",), NOW))
    failed = Notice("7K4M alert p0", "alert", "p0", NOW, settled=NOW, result="failed")
    case = Case("7K4M", NOW, (Report("p1", NOW, ("s",), "telegram:1"),), notices=(failed,))
    await store.add(case.enter(NOW, "p1", "opened"))
    await store.add(Case("2222", NOW, (Report("p1", NOW, ("t",), "telegram:1"),)).enter(NOW, "p1", "opened"))
    await store.close()


async def test_undelivered_notices_and_damaged_files_are_named(tmp_path: Path) -> None:
    await furnished(tmp_path)
    (tmp_path / "data" / "cases" / "2222" / "case.json").write_text("{")
    found = list(problems(settings(tmp_path)))
    assert len(found) == 2
    assert found[0].startswith("case 2222: its file cannot be read")
    assert found[1].startswith("case 7K4M: 1 notices could not be delivered to Person 0")


async def test_missing_people_and_halves_of_settings_are_named(tmp_path: Path) -> None:
    found = "\n".join(problems(settings(tmp_path, SLACK_APP_TOKEN="xapp-1")))
    for words in ("SLACK_BOT_TOKEN is not", "headteacher", "safeguarding lead", "chair of governors"):
        assert words in found


async def test_an_outcome_that_is_none_is_named(tmp_path: Path) -> None:
    await furnished(tmp_path)
    given = settings(tmp_path)
    with (tmp_path / "school.toml").open("a") as file:
        file.write("[retention.outcome]\nunfounded = 1\nunfuonded = 1\n")
    [said] = [line for line in problems(given) if "outcome" in line]
    assert "“unfuonded”" in said


async def test_a_broken_reference_of_the_procedure_is_named_by_line(tmp_path: Path) -> None:
    await furnished(tmp_path)
    texts = tmp_path / "texts"
    shutil.copytree(ROOT / "policy_texts", texts)
    procedure = texts / "procedure.toml"
    lines = procedure.read_text().split("\n")
    number = next(n for n, line in enumerate(lines, 1) if line == 'after = "talk"')
    procedure.write_text("\n".join(lines).replace('after = "talk"', 'after = "tolk"', 1))
    found = list(problems(settings(tmp_path, POLICY_TEXTS=str(texts))))
    assert f"line {number}: procedure.step.after: “tolk”" in found[0]


async def test_a_case_that_nobody_may_see_is_named(tmp_path: Path) -> None:
    await furnished(tmp_path)
    store = TinyStore.open(tmp_path / "data")
    await store.remove_person("p2")
    about = About(Subject.HEAD, heads=("p0",))
    case = Case("3333", NOW, (Report("p1", NOW, ("u",), "telegram:1"),), about=about)
    await store.add(case.enter(NOW, "p1", "opened"))
    part = Case("4444", NOW, (Report("p1", NOW, ("v",), "telegram:1"),), joined_to="3333")
    await store.add(part.enter(NOW, "p1", "opened"))
    await store.close()
    found = [line for line in problems(settings(tmp_path)) if "nobody who could" in line]
    assert len(found) == 1
    assert found[0].startswith("case 3333")
    assert found[0].endswith("--role chair")
