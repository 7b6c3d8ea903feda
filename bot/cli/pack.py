"""`headsup pack`: a case as a ZIP file in a folder, where a chat could not carry it.

It only reads, so the bot may run meanwhile, but for one new record: that this was made, from which
the bot makes an entry of the case.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.cli.export.export import desk_for
from bot.cli.export.held_records import Held, all_held
from bot.cli.export.included import matter_of
from bot.settings import Settings
from handlers.cases.chronology import cases_named_in, entries_of
from handlers.cases.packs.contents import Pack
from handlers.cases.packs.pack import KEYS
from handlers.cases.packs.packing import packed
from handlers.desk import Desk, normal_reference
from store.backup.keys import ToKey
from store.disk.durable import unavailable
from store.errors import Trouble
from store.model.identifiers import new_id
from store.model.memos import Exported

NO_SUCH_CASE = "There is no case {reference} that can be read."
NO_SUCH_RECEIVER = "Say who gets the pack: --for police, authority, governors or person."
NO_REASON = "Say why it is handed over: --because “the police have asked for it”"
THERE_ALREADY = "{path} is there already. Name another folder."
INSIDE = "{folder} is inside the bot's own folder. Name another one."
MADE = "The pack is {path}. Check it before it is handed over."
NOTED = "The case gets an entry that the pack was made: within a minute, or when the bot starts."
BY = "the technician"


@dataclass(frozen=True, slots=True)
class Order:
    """What was typed."""

    reference: str
    receiver: str
    because: str
    #: A public key of age, or empty.
    encrypt: str = ""


async def pack_to(folder: Path, order: Order, settings: Settings, now: datetime) -> list[str]:
    """Make it, and say where it is. `now`: UTC. Raises Trouble."""
    if order.receiver not in KEYS:
        raise Trouble(NO_SUCH_RECEIVER)
    if not order.because.strip():
        raise Trouble(NO_REASON)
    _must_be_outside(folder, settings.headsup_data)
    key = ToKey(order.encrypt) if order.encrypt else None
    try:
        async with all_held(settings) as held:
            desk = desk_for(settings, held, now)
            pack = _pack(order, held, desk)
            root = pack.matter.case.reference
            # One that was noted and not made is seen at once; the other way round, nobody knows.
            await held.note(_note(order, pack, now))
            path = await _write(pack, folder, order.receiver, key, desk)
    except OSError as error:
        raise unavailable(error, folder) from error
    return [MADE.format(path=path, reference=root), NOTED]


def _pack(order: Order, held: Held, desk: Desk) -> Pack:
    """Raises Trouble."""
    cases = {case.reference: case for case in held.cases}
    reference = normal_reference(order.reference)
    case = cases.get(reference)
    if case is None:
        raise Trouble(NO_SUCH_CASE.format(reference=reference))
    root = cases[matter_of(case, held).summaries[0].reference]
    matter = matter_of(root, held)
    # What it was joined to once may be about anybody.
    rows = [r for r in entries_of(matter) if cases_named_in(matter, [r]) <= matter.references]
    receiver = KEYS[order.receiver]
    reason = order.because.strip()
    return Pack(matter, receiver, reason, BY, desk.now(), rows, desk.procedure)


def _note(order: Order, pack: Pack, now: datetime) -> Exported:
    return Exported(
        new_id(),
        "",
        (pack.matter.case.reference,),
        now,
        packed_for=pack.receiver.value,
        reason=pack.reason,
    )


async def _write(pack: Pack, folder: Path, receiver: str, key: ToKey | None, desk: Desk) -> Path:
    """Where it was written. Raises Trouble, OSError."""
    suffix = ".zip.age" if key else ".zip"
    path = folder / f"{pack.matter.case.reference}-{receiver}{suffix}"
    _make(folder, path)
    async with packed(pack, desk) as made:
        await asyncio.to_thread(_copy, made, path, key)
    return path


def _must_be_outside(folder: Path, data: Path) -> None:
    """Raises Trouble for a folder that lies within the bot's own."""
    if folder.resolve().is_relative_to(data.resolve()):
        raise Trouble(INSIDE.format(folder=folder))


def _make(folder: Path, path: Path) -> None:
    """Raises Trouble where there is such a file already."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.path.lexists(path):
        raise Trouble(THERE_ALREADY.format(path=path))


def _copy(made: Path, path: Path, key: ToKey | None) -> None:
    """Copy it, or encrypt it, into a new file that nobody else may read. Raises OSError."""
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with open(descriptor, "wb") as out, made.open("rb") as content:
            if key:
                key.encrypt(content, out)
            else:
                shutil.copyfileobj(content, out)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
