"""What `make run` says on a machine that lacks something, before anything is fetched."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.talks.stage import ROOT

OLD = """#!/bin/sh
case "$*" in
  --version) echo "Python 3.9.2";;
  *version_info*) exit 1;;
  *) echo "went on with $*";;
esac
"""
WITHOUT_VENV = """#!/bin/sh
case "$*" in
  *version_info*) exit 0;;
  *ensurepip*) echo "No module named ensurepip" >&2; exit 1;;
  *) echo "went on with $*";;
esac
"""


@pytest.mark.parametrize(
    ("python", "words"),
    [
        (OLD, "needs Python 3.11 or newer, and {python} is Python 3.9.2."),
        (WITHOUT_VENV, "Install that first: sudo apt install python3-venv"),
    ],
)
def test_what_is_missing_is_said_in_one_sentence(tmp_path: Path, python: str, words: str) -> None:
    program = tmp_path / "python"
    program.write_text(python)
    program.chmod(0o755)
    typed = ["make", "-f", str(ROOT / "Makefile"), "UV=", f"PYTHON={program}", ".venv/bin/python"]
    run = subprocess.run(typed, cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode != 0
    assert words.format(python=program) in run.stdout
    assert "went on" not in run.stdout
    assert "No module named" not in run.stdout + run.stderr
    assert not (tmp_path / ".venv").exists()
