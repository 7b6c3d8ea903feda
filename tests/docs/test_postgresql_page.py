"""The page on PostgreSQL, word for word: a dump as it says, the server lost, put back into an empty one, and verified."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bot.open_store import open_store
from bot.settings import load
from store.postgres import migrate
from tests.bot.cli.keeping.test_backup_database import add_picture
from tests.buckets import client, keys, new_bucket
from tests.databases import server as a_server
from tests.patience import PATIENCE
from tests.places import in_memory
from tests.store.made import person
from tests.talks.stage import ROOT

PAGE = (ROOT / "docs" / "postgresql.md").read_text("utf-8")
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)
ROLES, DUMP, RESTORE = BLOCK.findall(PAGE)
_numbers = itertools.count()


@dataclass
class Machine:
    """A folder where the bot is installed, and a server of its own that has never heard of it."""

    folder: Path
    server: Any
    env: dict[str, str]

    @property
    def place(self) -> str:
        return f"?host={self.server.pgdata}"

    def write_env(self, **more: str) -> None:
        given = {
            "DATABASE_URL": f"postgresql://headsup@/headsup{self.place}",
            "DUMP_URL": f"postgresql://headsup_dump@/headsup{self.place}",
            **more,
        }
        lines = [f'{name}="{value}"\n' for name, value in given.items()]
        (self.folder / ".env").write_text("".join(lines))

    def types(self, script: str, *, status: int = 0, **more: str) -> str:
        done = subprocess.run(
            ["/bin/sh", "-e", "-c", script],
            cwd=self.folder,
            env={**self.env, **more},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        said = done.stdout + done.stderr
        assert "Traceback" not in said
        assert done.returncode == status, said
        return said


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[tuple[Machine, Machine]]:
    """Two of them, the second for when the first is lost."""
    started = [_machine(tmp_path / name) for name in ("one", "other")]
    yield started[0], started[1]
    for machine in started:
        machine.server.cleanup()


def _machine(folder: Path) -> Machine:
    a_server()  # what it needs to start is in the environment then
    import pgserver

    (folder / ".venv").mkdir(parents=True)
    (folder / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
    started = pgserver.get_server(Path(tempfile.mkdtemp(prefix="pg", dir=in_memory())))
    programs = Path(pgserver.__file__).parent / "pginstall" / "bin"
    kept = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    env = {
        **kept,
        "PATH": f"{programs}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "PGHOST": str(started.pgdata),
        "PGUSER": "postgres",
    }
    return Machine(folder, started, env)


def _furnish(url: str, school: str, evidence_url: str = "") -> str:
    """The reference of a case with a picture."""
    given = {"DATABASE_URL": url, "HEADSUP_SCHOOL": school, "EVIDENCE_URL": evidence_url}

    async def furnish() -> str:
        store = await open_store(load(given))
        try:
            await store.add_person(person(f"asha-{school}"))
            return await add_picture(store, school.encode())
        finally:
            await store.close()

    return asyncio.run(furnish())


@pytest.mark.parametrize("is_in_bucket", [False, True], ids=["database", "bucket"])
def test_a_dump_as_documented_comes_back_whole(
    machines: tuple[Machine, Machine], is_in_bucket: bool
) -> None:
    one, other = machines
    bucket, copy = new_bucket(), new_bucket()
    for machine in machines:
        machine.env |= {name: os.environ[name] for name in os.environ if name.startswith("AWS_")}
    evidence_url = f"s3://{bucket}/path" if is_in_bucket else ""
    one.write_env(EVIDENCE_URL=evidence_url)
    one.types(ROLES)
    one.types("createdb --owner=headsup headsup")
    url = f"postgresql://headsup@/headsup{one.place}"
    migrate(url)
    references = {school: _furnish(url, school, evidence_url) for school in ("school", "another")}

    # What the page warns of is so: the bot's own role dumps nothing, or is refused.
    said = one.types('. ./.env; pg_dump --file=x "$DATABASE_URL"', status=1)
    assert "row-level security" in said
    one.types('. ./.env; pg_dump --enable-row-security --file=x "$DATABASE_URL"')
    assert not any(reference in (one.folder / "x").read_text() for reference in references.values())

    one.types(DUMP)
    for name in keys(bucket):
        client().copy_object(Bucket=copy, Key=name, CopySource={"Bucket": bucket, "Key": name})
        client().delete_object(Bucket=bucket, Key=name)
    one.server.cleanup()

    other.write_env(EVIDENCE_URL=evidence_url.replace(bucket, copy))
    for name in ("roles.sql", "headsup.dump"):
        (other.folder / name).write_bytes((one.folder / name).read_bytes())
    assert "All is well." in other.types(RESTORE)
    found = other.types(".venv/bin/headsup verify --json", HEADSUP_SCHOOL="another")
    assert json.loads(found)["looked_at"] == {"cases": 1, "evidence": 1, "records": 1}
    # The schools are kept apart there as they were.
    assert _cases(f"postgresql://headsup@/headsup{other.place}") == 0
    assert _cases(f"postgresql://headsup_dump@/headsup{other.place}") == 2


def _cases(url: str) -> int:
    with psycopg.connect(url) as connection:
        [number] = connection.execute("SELECT count(*) FROM cases").fetchone() or (0,)
    return int(number)


def test_check_tries_the_role_of_the_dump(machines: tuple[Machine, Machine]) -> None:
    one, _ = machines
    one.write_env()
    one.types(ROLES)
    one.types("createdb --owner=headsup headsup")
    one.types(".venv/bin/headsup migrate")
    assert "DUMP_URL" not in one.types(".venv/bin/headsup check --offline", status=1)
    wrong = {
        f"postgresql://headsup@/headsup{one.place}": "may not read all of the table accounts",
        f"postgresql://nobody@/headsup{one.place}": "cannot be reached",
        f"postgresql://headsup_dump@/postgres{one.place}": "no tables of Heads Up",
    }
    for url, why in wrong.items():
        said = one.types(".venv/bin/headsup check --offline", status=1, DUMP_URL=url)
        [line] = [line for line in said.splitlines() if line.startswith("DUMP_URL:")]
        assert why in line


def test_the_roles_may_be_made_again(machines: tuple[Machine, Machine]) -> None:
    one, _ = machines
    one.write_env()
    for _ in range(2):
        assert "ERROR" not in one.types(ROLES)
    bound = "SELECT rolname FROM pg_roles WHERE rolname LIKE 'headsup%' AND NOT rolbypassrls"
    assert one.types(f'psql -d postgres -At -c "{bound}"').split() == ["headsup"]
