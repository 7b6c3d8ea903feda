"""`headsup policy match`: what the procedure rests on, found again in a school's own texts.

A step of `procedure.toml` may name a passage that is not among the texts. This proposes the nearest
one that is, and writes what was accepted into the file. Everything else in it, comments included,
stays as it was.
"""

from __future__ import annotations

import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import tomlkit

from bot.open_texts import texts_in
from bot.settings import PACKAGED_TEXTS
from handlers.policies.passages import MissingPassage, find_missing_passages
from handlers.text.words import shortened
from store.disk.durable import replace_file, unavailable
from store.errors import Trouble
from store.school.procedure import PROCEDURE_FILE, load_procedure, procedure_file

WELL = "Every passage that procedure.toml names is in the texts. There is nothing to do."
NOT_THERE = "“{place}” is not in the texts. These rely on it:"
NEAREST = "Nearest is “{proposal}”:"
NOTHING_NEAR = "Nothing in the texts comes near."
TAKE_IT = "Use that?"
WRITTEN = "Written into {file}: {number} of {all}. Start the bot again, so that it uses them."
NOTHING_WRITTEN = "Nothing was changed."
PACKAGED = (
    "The procedure in use is part of the program. "
    "Make a folder of your own first: cp -r {folder} policy_texts"
)

#: Characters of a passage that is proposed.
SHOWN = 300

Say = Callable[[str], object]
Confirm = Callable[[str], bool]


def match_passages(folder: Path, say: Say, confirm: Confirm | None) -> None:
    """Propose a passage for each that is missing, and write those that are accepted.

    `confirm` is asked of each; None takes those that the texts bear out. Raises Trouble.
    """
    if folder == PACKAGED_TEXTS:
        raise Trouble(PACKAGED.format(folder=folder))
    missing = find_missing_passages(load_procedure(folder), texts_in(folder))
    if not missing:
        say(WELL)
        return

    accepted: dict[str, str] = {}
    for each in missing:
        for line in _describe(each):
            say(line)
        if _is_accepted(each, confirm):
            accepted[each.place] = each.proposal
        say("")

    if accepted:
        file = folder / PROCEDURE_FILE
        _write(procedure_file(folder), file, accepted)
        say(WRITTEN.format(file=file, number=len(accepted), all=len(missing)))
    else:
        say(NOTHING_WRITTEN)


def _describe(missing: MissingPassage) -> list[str]:
    lines = [NOT_THERE.format(place=missing.place)]
    lines += [f"  {words}" for words in missing.resting]
    if missing.nearest is None:
        return [*lines, NOTHING_NEAR]
    words = " ".join(missing.nearest.words.split())
    return [*lines, NEAREST.format(proposal=missing.proposal), f"  > {shortened(words, SHOWN)}"]


def _is_accepted(missing: MissingPassage, confirm: Confirm | None) -> bool:
    if not missing.proposal:
        return False
    if confirm is None:
        return missing.is_near
    return confirm(TAKE_IT)


def _write(source: Path, file: Path, accepted: Mapping[str, str]) -> None:
    """Put other passages in the place of some: old place -> new place. Raises StoreUnavailable.

    `source`: the procedure as it is, which comes with the bot where the school has none of its own.
    """
    try:
        mode = stat.S_IMODE(source.stat().st_mode)
        procedure = tomlkit.parse(source.read_bytes())
        for row in _rows(procedure):
            if row.get("passage") in accepted:
                row["passage"] = accepted[row["passage"]]
        replace_file(file, tomlkit.dumps(procedure).encode())
        # The bot may run as somebody else.
        file.chmod(mode)
    except OSError as error:
        raise unavailable(error, file) from error


def _rows(procedure: tomlkit.TOMLDocument) -> list[Any]:
    """Every table that may name a passage: steps and duties."""
    rows: list[Any] = []
    for steps in procedure.get("procedure", ()):
        rows += steps.get("step", ())
    rows += procedure.get("duty", ())
    return rows
