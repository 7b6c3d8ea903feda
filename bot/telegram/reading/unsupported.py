"""What is neither plain text nor a file, in lines of text, so that nothing is lost unsaid.

Kinds that are known have a line in words of ours; of any other, every text that stands in it is
given.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from telegram import Checklist, Contact, ExternalReplyInfo, Location, Message, Poll, Story, Venue

from bot.telegram.reading.raw_message import Raw, files_in, visible_strings

UNREADABLE = "[Something that a bot cannot read: {what}]"
UNKNOWN = "[Something that a bot cannot read]"
READABLE = "[{what}]"

#: What a kind of message is called, by its key; any other is called by its key.
_NAMES = {
    "caption_entities": "links",
    "entities": "links",
    "external_reply": "in reply to",
    "forward_origin": "forwarded from",
    "gift": "a gift",
    "game": "a game",
    "giveaway": "a giveaway",
    "giveaway_winners": "a giveaway",
    "invoice": "an invoice",
    "link_preview_options": "link",
    "paid_media": "paid pictures or videos",
    "reply_markup": "buttons",
    "reply_to_story": "in reply to a story",
    "unique_gift": "a gift",
}
#: Keys that may well hold nothing to read.
_MAY_BE_EMPTY = frozenset(
    {"caption_entities", "entities", "forward_origin", "link_preview_options", "reply_markup"}
)
#: Keys of which a line, a file or the text itself says enough; what it does not say follows it.
_NEED_NO_NAME = frozenset(
    {
        "caption",
        "chat",
        "checklist",
        "contact",
        "dice",
        "location",
        "origin",
        "poll",
        "quote",
        "story",
        "reply_to_story",
        "text",
        "venue",
    }
)


def describe_known(message: Message | ExternalReplyInfo) -> str:
    """Lines for a place, contact, poll and the like; empty where there is none of them."""
    return "\n".join(_descriptions(message))


def describe_rest(content: Raw, said: Iterable[str]) -> str:
    """Lines for all that can be read of what somebody sent, and is not among what was `said`.

    What cannot be read at all is named. Empty where all was said.
    """
    everything = "\n".join(said)
    lines = []
    for key, value in content.items():
        fresh = []
        for words in dict.fromkeys(visible_strings(value, key)):
            if words.strip() not in everything:
                fresh.append(words)
        lines += _lines_for(key, value, fresh)
    return "\n".join(lines)


def _lines_for(key: str, value: object, fresh: list[str]) -> list[str]:
    if key in _NEED_NO_NAME:
        return fresh
    name = _NAMES.get(key, key.replace("_", " "))
    if fresh:
        return [READABLE.format(what=name[:1].upper() + name[1:]), *fresh]
    # A mark or a number beside a message is no content of its own.
    if key in _MAY_BE_EMPTY or not isinstance(value, dict | list):
        return []
    if _has_unpaid(key, value) or not (any(visible_strings(value, key)) or any(files_in(value))):
        return [UNREADABLE.format(what=name)]
    return []


def _has_unpaid(key: str, value: object) -> bool:
    """Tells paid media of which something was not paid for: a bot is given nothing of that."""
    if key != "paid_media" or not isinstance(value, dict):
        return False
    media = value.get("paid_media")
    if not isinstance(media, list):
        return False
    return any(isinstance(item, dict) and item.get("type") == "preview" for item in media)


def _descriptions(message: Message | ExternalReplyInfo) -> Iterator[str]:
    # A venue comes with a location too, which says less.
    if message.venue:
        yield _describe_venue(message.venue)
    elif message.location:
        yield f"[Place: {_coordinates(message.location)}]"
    if message.contact:
        yield _describe_contact(message.contact)
    if message.poll:
        yield _describe_poll(message.poll)
    if message.dice:
        yield f"[{message.dice.emoji} {message.dice.value}]"
    if message.checklist:
        yield _describe_checklist(message.checklist)
    if message.story:
        yield UNREADABLE.format(what=f"a story{_place_of(message.story)}")
    if isinstance(message, Message) and message.reply_to_story:
        yield f"[In reply to a story{_place_of(message.reply_to_story)}]"


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


def _place_of(story: Story) -> str:
    """Who posted it, and its address where that is public: https://core.telegram.org/api/links"""
    chat = story.chat
    place = f" of {chat.effective_name}" if chat.effective_name else ""
    if chat.username:
        place += f" (https://t.me/{chat.username}/s/{story.id})"
    return place
