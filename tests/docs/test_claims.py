"""What the documents say is there is there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
THREATS = (ROOT / "docs" / "threat-model.md").read_text("utf-8")


@cache
def functions(path: Path) -> set[str]:
    nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    return {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


@pytest.mark.parametrize(("path", "name"), sorted(set(TEST.findall(THREATS))))
def test_each_test_that_the_threat_model_names_exists(path: str, name: str) -> None:
    assert name in functions(ROOT / path)
    assert name.startswith("test_")


def test_each_threat_names_its_test() -> None:
    rows = [row for row in THREATS.splitlines() if row.startswith("|")][2:]
    assert len(rows) > 15
    assert [row for row in rows if not TEST.search(row.split("|")[-2])] == []


@pytest.mark.parametrize("document", sorted(path.name for path in (ROOT / "docs").glob("*.md")))
def test_links_between_documents_lead_somewhere(document: str) -> None:
    text = (ROOT / "docs" / document).read_text("utf-8")
    for link in re.findall(r"\]\((?!https?:)([^)#]+)", text):
        assert (ROOT / "docs" / link).exists(), link


def test_each_file_that_a_contributor_is_sent_to_exists() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    paths = re.findall(r"`((?:bot|handlers|store|tests|docs|policy_texts)/[\w./-]*)`", page)
    assert len(paths) > 30
    assert [path for path in paths if not (ROOT / path).exists()] == []
