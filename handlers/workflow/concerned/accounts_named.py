"""Colleagues whom the platform itself names in what came in, by their accounts: no name need match.

Whoever has written what is forwarded, or is mentioned in it, is perhaps whom it is about or who
posted it, until somebody has said so or not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from handlers.desk import Desk
from handlers.messages import Incoming, Origin
from handlers.rules import access
from store.model.address import Address, Platform
from store.model.evidence import Evidence
from store.model.records import Person


async def people_named_in(incoming: Incoming, desk: Desk) -> Sequence[Person]:
    """Those who work on cases whom the platform names in it, each once, but for whoever sent it.

    Others see nothing of it; of whoever comes to work on cases it is weighed then.
    """
    found: dict[str, Person] = {}
    named = dict.fromkeys((*_authors_of(incoming), *incoming.mentioned))
    for account in filter(None, named):
        person = await desk.store.by_account(account)
        if person is None or incoming.sender.account in person.accounts:
            continue
        if person.has(*access.WORKERS):
            found[person.id] = person
    return list(found.values())


def _authors_of(incoming: Incoming) -> Iterator[str]:
    """The accounts of those who have written it; empty for each that is hidden."""
    for forwarded in incoming.forwarded:
        yield _author_of(forwarded.origin, incoming)
    for attachment in incoming.attachments:
        if attachment.origin:
            yield _author_of(attachment.origin, incoming)


def _author_of(origin: Origin, incoming: Incoming) -> str:
    """The author's account, in the workspace in which it was passed on; empty where it is hidden.

    `slack:T1:U7` of `U7` that `slack:T1:U9` has forwarded.
    """
    if not origin.author_id:
        return ""
    account = Address.parse(incoming.sender.account)
    place = ":".join((*account.parts[:-1], origin.author_id))
    return str(Address(account.platform, place))


def has_written(person: Person, item: Evidence) -> bool:
    """Tell whether a piece of evidence is this person's message, by the platform's own id."""
    author = item.origin.get("author_id", "")
    if not author or item.by in person.ids:
        return False
    platform = Address.parse(item.source).platform
    for account in map(Address.parse, person.accounts):
        is_of_chat = account.platform == platform and platform in (
            Platform.SLACK,
            Platform.TELEGRAM,
        )
        if is_of_chat and account.parts[-1] == author:
            return True
    return False
