"""`headsup figures --all`: sums over the schools of a database, in which none can be told apart."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader

from bot.cli.figures import HIDDEN, Wanted, figures_of_all
from bot.settings import Settings
from store.errors import Trouble
from store.model.records import About, Role, Subject
from store.model.removals import PostRemoval, RemovalRequest, RemovalWay
from store.postgres import PostgresStore
from tests.bot.cli.test_check import settings
from tests.databases import database
from tests.store.made import NOW, case, person

KEYS = ("trust-ash", "trust-beech", "trust-cedar")
#: Of each school: complaints about the school, threats, and others.
COUNTS = {"trust-ash": (9, 1, 5), "trust-beech": (10, 0, 9), "trust-cedar": (8, 2, 8)}
KINDS = ("school-complaint", "threat", "bullying")


@pytest.fixture
def trust(tmp_path: Path) -> Settings:
    for key in KEYS:
        (tmp_path / key).mkdir()
        (tmp_path / key / "school.toml").write_text(f'name = "{key}"\n')
    return settings(tmp_path, DATABASE_URL=database(), SCHOOLS=str(tmp_path))


async def furnish(key: str) -> None:
    store = await PostgresStore.open(database(), key)
    if not await store.people():
        await store.add_person(person(f"{key}-ben", roles=(Role.HEAD,)))
        for kind, number in zip(KINDS, COUNTS[key], strict=True):
            for n in range(number):
                request = RemovalRequest(RemovalWay.SITE, NOW.date(), "ben")
                removal = PostRemoval(0).ask(request).see_gone(NOW.date(), "ben")
                made = case(at=NOW + n * timedelta(minutes=1), category=kind, removals=(removal,))
                await store.add(made)
        about_head = About(Subject.HEAD, f"{key}-ben", "Ben")
        await store.add(case(category="school-complaint", about=about_head))
    await store.close()


async def test_the_sums_of_all_schools_are_shown_where_none_could_be_taken_apart(
    trust: Settings,
) -> None:
    for key in KEYS:
        await furnish(key)
    later = NOW + timedelta(days=1)
    said = await figures_of_all(trust, Wanted("this term", as_csv=False), later)
    page = "\n".join(said)
    assert "Figures of 3 schools together: Autumn term 2026" in page
    lines = {line.rsplit("  ", 1)[-1]: line.split()[0] for line in page.splitlines() if line}
    # What concerns a headteacher is in none of these.
    assert lines["Complaint about the school"] == "27"
    assert lines["Threat of violence"] == "–"
    # The smallest of the others goes with what is under 5.
    assert lines["Other kinds"] == "–"
    assert HIDDEN in said
    # That not one of so few is left would be told by how many are gone.
    assert "Gone: not shown." in page
    for key in (*KEYS, "Ben", "4 schools"):
        assert key not in page
    table = await figures_of_all(trust, Wanted("", as_csv=True), later)
    assert "kind,Complaint about the school,27," in table[0]


async def test_the_sums_are_a_page_of_a4_that_hides_what_the_screen_hides(
    trust: Settings, tmp_path: Path
) -> None:
    for key in KEYS:
        await furnish(key)
    later = NOW + timedelta(days=1)
    file = tmp_path / "sums.pdf"
    said = await figures_of_all(trust, Wanted("this term", as_csv=False, pdf=file), later)
    assert said == [f"The page is in {file}."]
    assert file.stat().st_mode & 0o777 == 0o600
    (printed,) = PdfReader(file).pages
    assert (round(printed.mediabox.width), round(printed.mediabox.height)) == (595, 842)
    page = " ".join(printed.extract_text().split())
    for expected in (
        *("3 schools together", "Figures: Autumn term 2026, so far"),
        *("Complaint about the school 27", "Threat of violence not shown", "Other kinds not shown"),
        *("Gone: not shown.", "count under 5 of the others", "terms of its own"),
        "Cases that concern a headteacher are not on this page.",
    ):
        assert expected in page
    for hidden in (*KEYS, "Ben", "fewer than"):
        assert hidden not in page

    # What is there stays, and one way of handing it on is enough.
    content = file.read_bytes()
    with pytest.raises(Trouble, match="is there already"):
        await figures_of_all(trust, Wanted("", as_csv=False, pdf=file), later)
    assert file.read_bytes() == content
    with pytest.raises(Trouble, match="one of --csv and --pdf"):
        await figures_of_all(trust, Wanted("", as_csv=True, pdf=tmp_path / "new.pdf"), later)
    assert not (tmp_path / "new.pdf").exists()


async def test_one_school_alone_or_a_folder_has_no_sums(tmp_path: Path, trust: Settings) -> None:
    with pytest.raises(Trouble, match="DATABASE_URL"):
        await figures_of_all(settings(tmp_path), Wanted("", as_csv=False), NOW)
    alone = tmp_path / "alone"
    (alone / "trust-ash").mkdir(parents=True)
    (alone / "trust-ash" / "school.toml").write_text('name = "Ash"\n')
    one = settings(tmp_path, DATABASE_URL=database(), SCHOOLS=str(alone))
    with pytest.raises(Trouble, match="only one school"):
        await figures_of_all(one, Wanted("", as_csv=False), NOW)
    with pytest.raises(Trouble, match="cannot read"):
        await figures_of_all(trust, Wanted("the year dot", as_csv=False), NOW)
