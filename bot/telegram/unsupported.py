"""What is neither text nor a file, in a line of text, so that nothing is lost unsaid."""

from __future__ import annotations

from collections.abc import Iterator

from telegram import Checklist, Contact, ExternalReplyInfo, Location, Message, Poll, Venue

UNREADABLE = "[Something that a bot cannot read: {what}]"
_UNREADABLE = {
    "story": "a story",
    "paid_media": "paid pictures or videos",
    "game": "a game",
    "invoice": "an invoice",
    "gift": "a gift",
    "unique_gift": "a gift",
    "giveaway": "a giveaway",
    "giveaway_winners": "a giveaway",
    "passport_data": "identity documents",
    "web_app_data": "data of a web app",
}


def describe_unsupported(message: Message | ExternalReplyInfo) -> str:
    """A line for a place, contact, poll and the like; empty where there is none of them."""
    return next(_descriptions(message), "")


def _descriptions(message: Message | ExternalReplyInfo) -> Iterator[str]:
    # A venue comes with a location too, which says less: it is asked for first.
    if message.venue:
        yield _describe_venue(message.venue)
    if message.location:
        yield f"[Place: {_coordinates(message.location)}]"
    if message.contact:
        yield _describe_contact(message.contact)
    if message.poll:
        yield _describe_poll(message.poll)
    if message.dice:
        yield f"[{message.dice.emoji} {message.dice.value}]"
    if message.checklist:
        yield _describe_checklist(message.checklist)

    for field, what in _UNREADABLE.items():
        if getattr(message, field, None):
            yield UNREADABLE.format(what=what)


def _describe_venue(venue: Venue) -> str:
    return f"[Place: {venue.title}, {venue.address} ({_coordinates(venue.location)})]"


def _coordinates(location: Location) -> str:
    return f"{location.latitude}, {location.longitude}"


def _describe_contact(contact: Contact) -> str:
    names = filter(None, (contact.first_name, contact.last_name))
    return f"[Contact: {' '.join(names)}, {contact.phone_number}]"


def _describe_poll(poll: Poll) -> str:
    options = " / ".join(option.text for option in poll.options)
    return f"[Poll: {poll.question} {options}]"


def _describe_checklist(checklist: Checklist) -> str:
    tasks = "; ".join(task.text for task in checklist.tasks)
    return f"[List: {checklist.title}: {tasks}]"
