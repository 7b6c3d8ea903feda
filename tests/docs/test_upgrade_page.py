"""“Upgrade, and back” word for word: from what an earlier version kept to this one, to the next, and back to this."""

from __future__ import annotations

import itertools
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest

from store.documents import LISTS, case_from
from store.fields_kept import LATER
from store.postgres.documents import to_jsonb
from store.postgres.migrating import TOO_NEW, known
from store.tiny.files import read_tables
from tests.databases import database_of, new_database, server
from tests.docs.test_readme import LEFT_OUT, environment
from tests.patience import PATIENCE
from tests.talks.stage import ROOT
from tests.test_installed import build_wheel, copy_source, install_wheel

PAGE = (ROOT / "docs" / "technician.md").read_text("utf-8")
[PART] = re.findall(r"^## Upgrade, and back\n(.*?)^## ", PAGE, re.DOTALL | re.MULTILINE)
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", PART, re.DOTALL | re.MULTILINE)
CLONE, WHEEL, CLONE_BACK, WHEEL_BACK = [block.splitlines() for block in BLOCKS]
KEPT = ROOT / "tests" / "store" / "versions" / "0.1" / "kept"

#: The next version keeps one more thing of a case, and has a migration more.
LAST_FIELD = "    version: int = 0\n"
MIGRATION = f"""
from alembic import op
revision = "9999"
down_revision = "{known()}"
def upgrade() -> None:
    op.execute("ALTER TABLE cases ADD COLUMN mood text")
"""
REPORT = "forward look https://example.org/{}\n"
CASE = """
INSERT INTO cases (school, reference, version, document, summary, status, reporters, links, hashes, likenesses)
VALUES ('school', %s, %s, %s, %s, %s, %s, '{}', '{}', '{}')
"""
EVIDENCE = "INSERT INTO evidence VALUES ('school', %s, %s, 'bytes', 0, %s)"
FOLDER, DATABASE = "a folder", "a database"
_numbers = itertools.count()


@dataclass
class Machine:
    """Where the bot is installed, in one version after another."""

    folder: Path
    env: dict[str, str]
    headsup: str
    has_database: bool

    def types(self, line: str, *, status: int = 0, typed: str = "") -> str:
        done = subprocess.run(
            ["/bin/sh", "-e", "-c", line],
            cwd=self.folder,
            env=self.env,
            input=typed,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        said = done.stdout + done.stderr
        assert "Traceback" not in said, said
        assert done.returncode == status, f"{line}\n{said}"
        return said

    def follows(self, lines: list[str], restored: str = "data-before") -> str:
        """Type lines of the page, as they stand but for what it leaves to the reader."""
        said = ""
        for line in lines:
            line = line.replace("/mnt/before-upgrade", "../before-upgrade")
            line = line.replace("-NEW-", "-0.3.0-").replace("-OLD-", "-0.2.0-")
            if self.has_database:
                line = line.replace("make install", "make postgres")
                line = line.replace("HEADSUP_DATA=", "DATABASE_URL=")
                line = line.replace("data-before", f'"{restored}"')
            # No chat is connected here, so `check` always finds something.
            said += self.types(line, status=1 if line.endswith(" check") else 0)
        return said

    def uses(self, place: str) -> None:
        """Write into `.env` where everything is kept."""
        name = "DATABASE_URL" if self.has_database else "HEADSUP_DATA"
        (self.folder / ".env").write_text(f'{name}="{place}"\n')

    def reports(self, link: str) -> None:
        """Run the bot in the terminal, in which somebody passes on what is urgent."""
        assert "Kept: " in self.types(f"{self.headsup} run", typed=REPORT.format(link))

    def cases(self, place: str) -> dict[str, dict[str, Any]]:
        """What is kept of each case, as it lies there."""
        if not self.has_database:
            files = (self.folder / place / "cases").glob("*/case.json")
            read = {file.parent.name: orjson.loads(file.read_bytes()) for file in files}
            return {name: tables["case"]["1"] for name, tables in read.items()}
        name = place.removeprefix("postgresql://headsup@/").partition("?")[0]
        with psycopg.connect(server().get_uri(name)) as everything:
            return dict(everything.execute("SELECT reference, document FROM cases").fetchall())


def links(cases: dict[str, dict[str, Any]]) -> set[str]:
    """What was passed on in the terminal."""
    texts = {item["text"] for case in cases.values() for item in case["evidence"]}
    return {text for text in texts if text.startswith("https://example.org/")}


def make_next(source: Path) -> None:
    """Turn a copy of this version into the next."""
    model = source / "store" / "model" / "case_parts" / "record.py"
    text = model.read_text()
    assert text.count(LAST_FIELD) == 1
    model.write_text(text.replace(LAST_FIELD, f'{LAST_FIELD}    mood: str = "calm"\n'))
    versions = source / "store" / "postgres" / "migrations" / "versions"
    (versions / "9999_mood.py").write_text(MIGRATION)


def keep_as_before(machine: Machine) -> str:
    """What version 0.1 kept, or the tables as they were first. Gives the place."""
    if not machine.has_database:
        shutil.copytree(KEPT, machine.folder / "data")
        return "data"
    name = f"upgraded_{next(_numbers)}"
    url = database_of(name, "0001")
    with psycopg.connect(server().get_uri(name)) as everything:
        everything.execute("INSERT INTO schools (school) VALUES ('school')")
        for folder in (KEPT / "cases").iterdir():
            tables = read_tables(folder / "case.json")
            document = dict(tables["case"]["1"])
            for rows in LISTS:
                document[rows] = list(tables.get(rows, {}).values())
            made = case_from(tables)
            summary, reporters = to_jsonb(made.summary), list(made.summary.reporters)
            documents = (made.version, to_jsonb(document), summary)
            row = (folder.name, *documents, made.status, reporters)
            everything.execute(CASE, row)
            for file in folder.glob("evidence/*"):
                everything.execute(EVIDENCE, (folder.name, file.name, file.read_bytes()))
    return url


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=Gita", "-c", "user.email=gita@school.example")
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


def clone_in(tmp_path: Path, *, has_database: bool) -> Machine:
    """A clone of what is published; the next version is published after that."""
    if not shutil.which("git"):
        pytest.skip("git is not installed")
    published, folder = tmp_path / "published", tmp_path / "heads-up"
    shutil.copytree(ROOT, published, ignore=LEFT_OUT)
    git(published, "init", "-q", "-b", "main")
    git(published, "add", "-A")
    git(published, "commit", "-q", "-m", "This version")
    git(tmp_path, "clone", "-q", str(published), folder.name)
    # Everything is installed already: nothing here needs the network.
    (folder / ".venv").mkdir()
    (folder / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
    for marker in ("installed", "installed-postgres"):
        (folder / ".venv" / marker).touch()
    make_next(published)
    git(published, "add", "-A")
    git(published, "commit", "-q", "-m", "The next version")
    return Machine(folder, environment(folder), ".venv/bin/headsup", has_database)


def wheel_in(tmp_path: Path, *, has_database: bool) -> Machine:
    """This version's wheel is installed; the next lies beside it. `pipx` is pip, in its environment."""
    source, folder, env = tmp_path / "source", tmp_path / "bot", tmp_path / "env"
    copy_source(source)
    install_wheel(build_wheel(source, folder / "dist"), env)
    make_next(source)
    project = source / "pyproject.toml"
    project.write_text(project.read_text().replace('version = "0.2.0"', 'version = "0.3.0"'))
    shutil.rmtree(source / "build")
    build_wheel(source, folder / "dist")
    pipx = env / "bin" / "pipx"
    pip = f'"{sys.executable}" -m pip --python "{env}" install -q --no-deps --no-index'
    pipx.write_text(f'#!/bin/sh\nexec {pip} --force-reinstall "${{3%%[*}}"\n')
    pipx.chmod(0o755)
    variables = environment(folder)
    del variables["PYTHONPATH"]
    variables["PATH"] = f"{env / 'bin'}:{variables['PATH']}"
    return Machine(folder, variables, "headsup", has_database)


# Each way to install, and each store, once: all four would say no more, and take twice as long.
@pytest.mark.parametrize(("installed", "kept_in"), [("clone", DATABASE), ("wheel", FOLDER)])
def test_from_what_was_kept_before_to_now_to_the_next_and_back(
    installed: str, kept_in: str, tmp_path: Path
) -> None:
    make, there, back, is_forward = {
        "clone": (clone_in, CLONE, CLONE_BACK, "git switch -q main"),
        "wheel": (wheel_in, WHEEL, WHEEL_BACK, WHEEL[2]),
    }[installed]
    machine = make(tmp_path, has_database=kept_in == DATABASE)
    place = keep_as_before(machine)
    machine.uses(place)
    before = set(machine.cases(place))
    assert before == {"2222", "2223"}

    # What an earlier version left is brought up to date by the lines that follow the new one.
    migrate = [line.endswith("headsup migrate") for line in there].index(True)
    assert "All is well." in machine.follows(there[migrate:])
    assert set(machine.cases(place)) == before
    machine.reports("1")
    kept = machine.cases(place)
    assert links(kept) == {"https://example.org/1"}

    # To the next version, which is used.
    said = machine.follows(there)
    assert f"Backed up {len(kept)} cases" in said
    assert "All is well." in said
    assert "damaged" not in said
    machine.reports("2")
    newer = machine.cases(place)
    assert links(newer) == links(kept) | {"https://example.org/2"}
    assert "calm" in {case.get("mood") for case in newer.values()}

    # The earlier one refuses what the next has used.
    restore = [" restore " in line for line in back].index(True)
    machine.follows(back[:restore])
    refused = machine.types(f"{machine.headsup} run", status=1, typed=REPORT.format(3))
    why = TOO_NEW.format(found="9999", known=known())
    assert (why if machine.has_database else LATER.format(fields="Case.mood")) in refused
    assert machine.cases(place) == newer

    # It goes on with what was put back, and the newer place is left as it is.
    restored = "data-before"
    if machine.has_database:
        restored = new_database(f"before_{next(_numbers)}")
    assert machine.follows(back[restore:], restored).count("All is well.") == 2
    assert machine.cases(restored) == kept
    machine.uses(restored)
    machine.reports("4")
    assert links(machine.cases(restored)) == links(kept) | {"https://example.org/4"}
    assert machine.cases(place) == newer

    # And forward again, to all that there was.
    machine.follows([is_forward])
    machine.uses(place)
    machine.reports("5")
    assert links(machine.cases(place)) == links(newer) | {"https://example.org/5"}
