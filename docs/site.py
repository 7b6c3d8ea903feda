"""For the documentation as a site (`make site`): pages that lie above `docs/` are in it, too."""

from __future__ import annotations

import os
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]

#: Pages of the repository's root, and what they are called in the site.
ABOVE = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "CHANGELOG.md": "changelog.md",
    "LICENSE": "licence.md",
}
#: Links, and pictures that are given with their width.
LINK = re.compile(r"(?<=\]\()[^)#:]+(?=[)#])|(?<=src=\")[^\":]+(?=\")")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages of the root."""
    for source, page in ABOVE.items():
        text = (ROOT / source).read_text("utf-8")
        if source == "LICENSE":
            text = f"# Licence\n\n```text\n{text}\n```\n"
        files.append(File.generated(config, page, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Let links lead to where each page is in the site, as seen from this one."""
    is_above = page.file.src_path in ABOVE.values()
    here = ROOT if is_above else (ROOT / "docs" / page.file.src_path).parent
    return LINK.sub(lambda link: _in_site(here / link[0], page), markdown)


def _in_site(target: Path, page: Page) -> str:
    """A link to a file of the repository, relative to a page of the site."""
    path = Path(os.path.normpath(target)).relative_to(ROOT).as_posix()
    path = ABOVE.get(path, path.removeprefix("docs/"))
    if path == "decisions":
        path = min(Path(ROOT, "docs", path).glob("*.md")).relative_to(ROOT / "docs").as_posix()
    return os.path.relpath(path, Path(page.file.src_path).parent)
