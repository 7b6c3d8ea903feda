"""`make site`: every page is in it, every link leads somewhere, and nothing is fetched from elsewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.talks.stage import ROOT

FETCHED = re.compile(r'<(?:script|img|link)\b[^>]*?\b(?:src|href)="(https?://[^"]*)"')
PICTURE = re.compile(r'<img\b[^>]*?\bsrc="([^"]*)"')


def test_each_page_is_there_and_each_link_leads_somewhere(tmp_path: Path) -> None:
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--site-dir", str(tmp_path / "site")],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    pages = {page.relative_to(tmp_path / "site") for page in tmp_path.rglob("*.html")}
    for source in (ROOT / "docs").rglob("*.md"):
        assert source.relative_to(ROOT / "docs").with_suffix(".html") in pages, source
    for above in ("index", "contributing", "security", "changelog", "licence"):
        assert Path(f"{above}.html") in pages
    for page in tmp_path.rglob("*.html"):
        html = page.read_text("utf-8")
        assert FETCHED.findall(html) == [], page
        for picture in PICTURE.findall(html):
            assert (page.parent / picture).is_file(), f"{page.name}: {picture}"


def test_a_link_that_leads_nowhere_fails_it(tmp_path: Path) -> None:
    """With a page beside the others of which a link is wrong."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text("# A page\n\n[nowhere](nowhere.md)\n")
    config = (ROOT / "mkdocs.yml").read_text("utf-8")
    config = re.sub(r"^nav:.*", "", config, flags=re.MULTILINE | re.DOTALL)
    config = config.replace("hooks: [docs/site.py]", "")
    (tmp_path / "mkdocs.yml").write_text(config)
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build"],
        cwd=tmp_path,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
    )
    assert built.returncode != 0
    assert "nowhere.md" in built.stderr
