"""What the store holds: people, cases and notices.

It changes nothing, so the bot may run meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace

from bot.cli.check.finding import Looked
from bot.open_store import address, evidence_bucket, open_store, refuse_moved_folder
from bot.settings import Settings
from store.base import Store
from store.disk.durable import unavailable
from store.errors import DamagedCase, Trouble
from store.model.memos import BackedUp
from store.replaying import find_contradictions
from store.tiny.reading import FolderContents, read_backed_up

DAMAGED = "case {reference}: its file cannot be read. Put {reference}/case.json back from a backup."
CONTRADICTS = "case {reference} is not as it was written: `headsup verify` says more."
UNBOUND = (
    "the database's role {role} is a superuser, or has BYPASSRLS: "
    "nothing but the bot itself keeps schools apart. "
    "Give DATABASE_URL an ordinary role that owns the tables."
)
BUCKET = (
    "EVIDENCE_URL: {why} Evidence waits until it can be kept there. "
    "See that the bucket is there, and that the "
    "AWS_… variables let the bot write, read, list and delete in it."
)
DAMAGED_FILE = "{path} cannot be read. Put it back from a backup: `headsup verify` says more."


async def read_store(looked: Looked) -> tuple[Looked, str]:
    """What was looked at so far, with all that the store holds.

    Beside it a sentence, which says why where nothing could be read.
    """
    try:
        url = address(looked.settings)
        if url is None:
            refuse_moved_folder(looked.settings)
            return _from_folder(looked), ""
        store = await open_store(looked.settings)
        try:
            looked = await _from_store(looked, store)
            running = await _is_running(url, looked.settings.headsup_school)
            return replace(looked, unbound_role=await _unbound_role(url), running=running), ""
        finally:
            await store.close()
    except Trouble as error:
        return replace(looked, readable=False), str(error)
    except OSError as error:
        trouble = unavailable(error, looked.settings.headsup_data)
        return replace(looked, readable=False), str(trouble)


async def bucket(settings: Settings) -> str:
    """What is wrong with the bucket of evidence; nothing where all is well, or there is none.

    It is tried with an object that is taken away again.
    """
    if not (settings.evidence_url and settings.database_url):
        return ""
    try:
        await evidence_bucket(settings).try_out()
    except Trouble as error:
        return BUCKET.format(why=error)
    return ""


def _from_folder(looked: Looked) -> Looked:
    reading = FolderContents(looked.settings.headsup_data)
    others = list(reading.others())
    notices = [record for name, record in others if name == "notices"]
    invitations = [record for name, record in others if name == "invitations"]
    return replace(
        looked,
        people=reading.people,
        cases=reading.cases,
        notices=notices,
        invitations=invitations,
        last_backup=read_backed_up(looked.settings.headsup_data, looked.settings.backup_place),
        # Last, since it grows while the others are read.
        unreadable=list(dict.fromkeys(reading.unreadable)),
    )


async def _from_store(looked: Looked, store: Store) -> Looked:
    cases, unreadable = [], []
    for summary in await store.summaries():
        try:
            cases.append(await store.case(summary.reference))
        except DamagedCase:
            unreadable.append(f"cases/{summary.reference}")
    people = await store.people()
    return replace(
        looked,
        people=people,
        cases=cases,
        notices=await store.loose(),
        invitations=await store.invitations(),
        last_backup=await store.memo(BackedUp, looked.settings.backup_place),
        unreadable=unreadable,
    )


async def _is_running(url: str, school: str) -> bool:
    from store.postgres.connection.presence import is_anybody_at_work

    return await asyncio.to_thread(is_anybody_at_work, url, school)


async def _unbound_role(url: str) -> str:
    from store.postgres.role import unbound_role

    return await asyncio.to_thread(unbound_role, url)


def unbound(looked: Looked) -> Iterator[str]:
    """A role of the database that row-level security does not bind.

    It keeps schools apart even where a query forgets to, unless the role is above it.
    """
    if looked.unbound_role:
        yield UNBOUND.format(role=looked.unbound_role)


def damaged(looked: Looked) -> Iterator[str]:
    """Files that could not be read, and cases that contradict themselves."""
    for path in looked.unreadable:
        folder, _, name = path.partition("/")
        if folder == "cases":
            yield DAMAGED.format(reference=name)
        else:
            yield DAMAGED_FILE.format(path=path)
    for case in looked.cases:
        if any(find_contradictions(case)):
            yield CONTRADICTS.format(reference=case.reference)
