"""`deploy/compose.yaml`: what it names is there, and the database is made as the bot needs it."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import psycopg
import yaml
from pgserver._commands import POSTGRES_BIN_PATH
from typer.main import get_command

from bot.__main__ import app
from bot.settings import load
from store.postgres import migrate
from store.postgres.role import unbound_role
from tests.databases import server

DEPLOY = Path(__file__).parents[1] / "deploy"
TEXT = (DEPLOY / "compose.yaml").read_text()
SERVICES: dict[str, Any] = yaml.safe_load(TEXT)["services"]
ROLE = DEPLOY / "database-role.sh"
#: What the school puts beside it.
GIVEN = {".env", "school.toml"}
OURS = ("bot", "tables", "backup")


def test_each_image_is_built_here_or_named_by_its_digest() -> None:
    for name, service in SERVICES.items():
        if name in OURS:
            assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).exists()
        else:
            assert re.search(r"@sha256:[0-9a-f]{64}$", service["image"])


def test_what_is_mounted_is_there_or_a_volume() -> None:
    volumes = yaml.safe_load(TEXT)["volumes"]
    for service in SERVICES.values():
        for mount in service["volumes"]:
            source = mount.split(":")[0]
            if source.startswith("./"):
                assert source[2:] in GIVEN or (DEPLOY / source).exists()
            else:
                assert source in volumes
        for other, when in service.get("depends_on", {}).items():
            is_job = SERVICES[other].get("restart") == "no"
            wanted = "service_completed_successfully" if is_job else "service_healthy"
            assert when["condition"] == wanted


def test_the_bot_gets_settings_that_there_are_and_no_password_but_its_own() -> None:
    for name in OURS:
        service = SERVICES[name]
        given = dict(service["environment"])
        assert given.pop("DATABASE_ADMIN_PASSWORD") == ""
        read = load(given)
        assert read.model_fields_set == {setting.lower() for setting in given}
        assert read.database_url
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
        program, command = service.get("command", ["headsup", "run"])
        assert program == "headsup"
        assert command in get_command(app).commands  # type: ignore[attr-defined]


def test_the_role_is_one_that_row_level_security_binds(tmp_path: Path) -> None:
    administrator = server().get_uri()
    script = tmp_path / "role.sh"
    # The server of the tests has a role of that name already.
    script.write_text(
        ROLE.read_text().replace("headsup;", "composed;").replace("E headsup", "E composed")
    )
    environment = {
        **os.environ,
        "PATH": f"{POSTGRES_BIN_PATH}:{os.environ['PATH']}",
        "PGHOST": str(server().pgdata),
        "DATABASE_PASSWORD": 'it\'s "mine"',
    }
    done = subprocess.run(
        ["sh", script], env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")

    url = administrator.replace("postgres:@/postgres", "composed:@/composed")
    assert url != administrator
    migrate(url)
    assert unbound_role(url) == ""
    with psycopg.connect(administrator) as connection:
        [[kept]] = connection.execute(
            "SELECT rolpassword FROM pg_authid WHERE rolname = 'composed'"
        )
        assert kept.startswith("SCRAM-SHA-256$")
