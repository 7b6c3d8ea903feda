"""What each person was shown last, and the buttons in it that can still be pressed."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass

from bot.terminal import draw
from bot.terminal.typed import Misunderstood
from handlers.messages import Choice, Reply
from handlers.text.words import listed, shortened

NO_BUTTON = "There is no button “{label}” here."
SEVERAL_BUTTONS = "Several buttons begin with “{label}”: {labels}."

#: Messages of each person whose buttons can still be pressed.
REMEMBERED = 30
#: Digits of a button's number; more of them are words like any others.
DIGITS = 3

#: The buttons of one message.
Buttons = Sequence[Choice]


@dataclass(frozen=True, slots=True)
class _Shown:
    message: str
    reply: Reply


class ShownReplies:
    """The latest replies to each person, by the name that is typed after `as`."""

    def __init__(self) -> None:
        self._shown: defaultdict[str, deque[_Shown]] = defaultdict(lambda: deque(maxlen=REMEMBERED))

    def add(self, name: str, message: str, reply: Reply) -> None:
        self._shown[name].append(_Shown(message, reply))

    def remove(self, name: str, message: str) -> None:
        """Forget a message by its number; the buttons of one that is unknown are gone already."""
        left = [shown for shown in self._shown[name] if shown.message != message]
        self._shown[name] = deque(left, maxlen=REMEMBERED)

    def find_button(self, name: str, label: str) -> Choice:
        """The button that a person means. Raises Misunderstood where there is none, or several.

        By its number under the latest question; by its words, or how they begin, under the latest
        message with them.
        """
        latest_first = self._buttons_of(name)
        found = (
            _with_number(latest_first, label)
            or _with_words(latest_first, label)
            or _with_beginning(latest_first, label)
        )
        if found is None:
            raise Misunderstood(NO_BUTTON.format(label=shortened(label, 40)))
        return found

    def _buttons_of(self, name: str) -> list[Buttons]:
        messages = [draw.choices(shown.reply) for shown in reversed(self._shown[name])]
        return [buttons for buttons in messages if buttons]


def _with_number(latest_first: Sequence[Buttons], label: str) -> Choice | None:
    if not latest_first or not label.isdecimal() or len(label) > DIGITS:
        return None
    latest = latest_first[0]
    number = int(label)
    return latest[number - 1] if 0 < number <= len(latest) else None


def _with_words(latest_first: Sequence[Buttons], label: str) -> Choice | None:
    wanted = _simplify(label)
    for buttons in latest_first:
        for button in buttons:
            if _simplify(button.label) == wanted:
                return button
    return None


def _with_beginning(latest_first: Sequence[Buttons], label: str) -> Choice | None:
    wanted = _simplify(label)
    # `2` where there are no two buttons is a slip, not the beginning of `21 November`.
    if not wanted or label.isdecimal():
        return None
    for buttons in latest_first:
        found = [button for button in buttons if _simplify(button.label).startswith(wanted)]
        if len(found) > 1:
            labels = listed(f"“{button.label}”" for button in found)
            raise Misunderstood(SEVERAL_BUTTONS.format(label=shortened(label, 40), labels=labels))
        if found:
            return found[0]
    return None


def _simplify(label: str) -> str:
    """A label as it is compared: no capitals, quotes, dots around it, nor a leading `About`."""
    words = label.lower().replace("’", "'").strip(' .…“”"').split()
    if words[:1] == ["about"]:
        words = words[1:]
    return " ".join(words)
