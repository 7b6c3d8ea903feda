"""Staff lists as spreadsheets save them, and as people write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cli.people.invite_many.staff_list import Listed, read_staff, role_meant
from store.errors import Trouble
from store.model.records import Role

GITA = Listed(2, "Gita Rao", ("staff",), "gita@oak.sch.uk")
ZOE = Listed(3, "Zoë Łukasz", ("dsl", "leader"), "")

PLAIN = "Name,Role,E-mail\nGita Rao,Staff,gita@oak.sch.uk\nZoë Łukasz,DSL and leadership,\n"
TURNED = PLAIN.replace(",", ";").replace("Role", "ROLE(S) ").replace("E-mail", " e-Mail Address")
SPLIT = (
    "Surname\tForename\tEmail\tRoles\n"
    "Rao\tGita\tgita@oak.sch.uk\tstaff\nŁukasz\tZoë\t\tSafeguarding Lead / leader\n"
)
QUOTED = '"name","mail","role"\r\n="Gita Rao",mailto:gita@oak.sch.uk,Staff,,\r\n"Zoë\u00a0Łukasz","","dsl+leader"\r\n,,\r\n"","",""\r\n'


def staff(folder: Path, content: bytes) -> list[Listed]:
    (folder / "staff.csv").write_bytes(content)
    return read_staff(folder / "staff.csv")


@pytest.mark.parametrize("text", [PLAIN, TURNED, SPLIT, QUOTED])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_list_is_read_however_it_was_saved(
    tmp_path: Path, text: str, encoding: str, end: str
) -> None:
    zoe = ZOE
    if encoding == "cp1252":
        # Windows' own letters have no Ł.
        text, zoe = text.replace("Ł", "L"), Listed(3, "Zoë Lukasz", ZOE.roles, "")
    written = text.replace("\r\n", "\n").replace("\n", end)
    assert staff(tmp_path, written.encode(encoding)) == [GITA, zoe]


def test_lines_are_counted_as_the_file_has_them(tmp_path: Path) -> None:
    text = 'sep=;\n\nname;role\n\n"Gita\nRao";staff\n;;\nBen Okafor;head teacher\n'
    assert [(one.line, one.name) for one in staff(tmp_path, text.encode())] == [
        (5, "Gita Rao"),
        (8, "Ben Okafor"),
    ]


def test_every_role_is_known_by_both_its_words(tmp_path: Path) -> None:
    roles = "\n".join(f"Person {n}, {role.upper()}" for n, role in enumerate(Role))
    read = staff(tmp_path, f"name, role\n{roles}\n".encode())
    assert [one.roles for one in read] == [(role.value,) for role in Role]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("Gita,staff,\n\nBen,boss,", ["line 4: “boss”, for Ben, is no role. Roles are: staff, le"]),
        ("Gita,,", ["line 2: Gita has no role."]),
        (",staff,a@b.uk", ["line 2: no name. It says: staff, a@b.uk."]),
        ("Gita,staff,gita at oak", ["line 2: “gita at oak”, for Gita, is no e-mail address."]),
        ("Gita,staff,a@b.uk; c@d.uk", ["is no e-mail address."]),
        ('"Rao, Gita",staff,', ["“Rao, Gita” has a comma in it. Write the first name first: “Gi"]),
        (f"{'G' * 81},staff,", ["line 2: the name is longer than 80 characters."]),
        ("Gita Rao,staff,\nMrs GITA  RAO,head,", ["line 3: Mrs GITA RAO is on line 2 already."]),
        ("Gita,staff,a@b.uk\nGita,staff,", ["line 3: Gita is on line 2 already."]),
        ("Gita,staff,\nGita,staff,a@b.uk", ["line 3: Gita is on line 2 already."]),
        ("Gita,staff,a@b.uk\nBen,head,A@B.uk", ["A@B.uk, for Ben, is the address of Gita on line"]),
        ("Gita,x,\nBen,y,\nBen,staff,", ["line 2: “x”", "line 3: “y”", "line 4: Ben is on line 3"]),
    ],
)
def test_each_mistake_is_a_sentence_that_names_its_line(
    tmp_path: Path, rows: str, said: list[str]
) -> None:
    with pytest.raises(Trouble) as raised:
        staff(tmp_path, f"name,role,mail\n{rows}\n".encode())
    lines = str(raised.value).split("\n")
    assert len(lines) == len(said)
    for line, part in zip(lines, said, strict=True):
        assert line.startswith(f"{tmp_path / 'staff.csv'}, line ")
        assert part in line


def test_two_of_one_name_have_two_addresses(tmp_path: Path) -> None:
    text = "name,role,mail\nGita Rao,staff,a@b.uk\nGita Rao,staff,c@d.uk\n"
    assert [one.mail for one in staff(tmp_path, text.encode())] == ["a@b.uk", "c@d.uk"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "nothing stands in it"),
        (b"\n;;;\n", "nothing stands in it"),
        (b"name,role\n", "there is nobody below the first row"),
        (b"Gita Rao,staff\nBen,head\n", "line 1: the first row has to name the columns"),
        (b"name,mail\nGita,a@b.uk\n", "line 1: the first row has to name the columns"),
        (b"name,role,Name\nGita,staff,Rao\n", "two columns are called Name"),
        (b"PK\x03\x04 and so on", "is a workbook"),
        (b"%PDF-1.7\n\xff\x00\x01\x02", "is not text"),
        (b"name,role\n" + b"x" * 2_000_000, "larger than 2 MB"),
    ],
)
def test_what_is_no_list_is_said_to_be_none(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(Trouble, match=said):
        staff(tmp_path, content)


def test_a_list_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="There is no file"):
        read_staff(tmp_path / "staff.csv")


@pytest.mark.parametrize(
    ("typed", "role"),
    [
        ("Class teacher", Role.STAFF),
        ("HLTA", Role.STAFF),
        ("SLT", Role.LEADER),
        ("Headteacer", None),
    ],
)
def test_a_job_title_is_a_role_and_a_slip_is_asked_about(typed: str, role: Role | None) -> None:
    assert role_meant(typed) == role
