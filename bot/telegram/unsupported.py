"""What is neither text nor a file, in a line of text, so that nothing is lost without being said."""

from __future__ import annotations

from telegram import ExternalReplyInfo, Message

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


def described(message: Message | ExternalReplyInfo) -> str:
    """A line for a place, contact, poll and the like; empty where there is none of them."""
    if venue := message.venue:
        where = f"{venue.location.latitude}, {venue.location.longitude}"
        return f"[Place: {venue.title}, {venue.address} ({where})]"
    if place := message.location:
        return f"[Place: {place.latitude}, {place.longitude}]"
    if contact := message.contact:
        name = " ".join(filter(None, (contact.first_name, contact.last_name)))
        return f"[Contact: {name}, {contact.phone_number}]"
    if poll := message.poll:
        return f"[Poll: {poll.question} {' / '.join(option.text for option in poll.options)}]"
    if dice := message.dice:
        return f"[{dice.emoji} {dice.value}]"
    if checklist := message.checklist:
        return f"[List: {checklist.title}: {'; '.join(task.text for task in checklist.tasks)}]"
    for field, what in _UNREADABLE.items():
        if getattr(message, field, None):
            return UNREADABLE.format(what=what)
    return ""
