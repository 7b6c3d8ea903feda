"""Greetings and thanks: what somebody says that nobody is to be told of."""

from __future__ import annotations

import re
import unicodedata

#: Signs that say thanks or yes. Any other may be all that somebody has to say of what they saw.
FRIENDLY = frozenset("👍👌🙏🙂😊😀😃😄😉👋❤♥✅✔🎉💐🌹")
#: Skin colours, and what makes a sign coloured or joins two.
MODIFIERS = frozenset("🏻🏼🏽🏾🏿\ufe0f\u200d")

COURTESIES = {
    *(
        "hi",
        "hello",
        "hey",
        "hiya",
        "hi there",
        "good morning",
        "good afternoon",
        "good evening",
        "morning",
    ),
    *(
        "thanks",
        "thank you",
        "many thanks",
        "thanks very much",
        "thank you very much",
        "thanks a lot",
        "cheers",
        "ta",
    ),
    *(
        "ok",
        "okay",
        "ok thanks",
        "ok thank you",
        "great",
        "great thanks",
        "will do",
        "got it",
        "sorry",
        "bye",
    ),
}
#: What says nothing of its own beside the words of a mistake.
AROUND = {
    *("sorry", "oops", "whoops", "oh", "no", "please", "pls", "just", "last", "message", "thing"),
    *("that", "this", "it", "was", "is", "i", "i've", "ive", "the", "a", "an", "my", "me", "have"),
    *("to", "been", "so", "very", "again"),
}
#: What people say of a message that they should not have sent, without what may stand around it.
MISTAKES = frozenset(
    (
        *("mistake", "by mistake", "sent by mistake", "mistakenly sent", "sent mistakenly"),
        *("by accident", "sent by accident", "accidentally sent", "sent accidentally"),
        *("in error", "sent in error", "ignore", "disregard", "forget", "scrap", "delete", "undo"),
        *("cancel", "take back", "didn't mean send", "didnt mean send"),
        *("did not mean send", "didn't mean", "didnt mean", "not meant for you", "not for you"),
        *("wasn't meant for you", "wasnt meant for you", "wasn't for you", "wasnt for you"),
        *("meant for somebody else", "meant for someone else", "wrong person"),
        *("wrong one", "wrong chat", "wrong place", "wrong picture", "wrong photo", "wrong file"),
        *("wrong screenshot", "wrong link", "sent wrong", "sent wrong one", "sent wrong chat"),
        *("sent wrong place", "sent wrong person", "sent wrong picture", "sent wrong photo"),
        *("sent wrong file", "sent wrong screenshot", "sent wrong link"),
    )
)
#: What they say where they tapped something else than they meant.
MISTAPS = frozenset(
    (
        *("wrong tap", "wrong button", "wrong category", "wrong kind", "wrong choice"),
        *("misclick", "mistap", "misclicked", "mistapped"),
        *(
            f"{deed} wrong{what}"
            for deed in ("tapped", "pressed", "picked", "chose", "clicked", "hit", "selected")
            for what in ("", " one", " button", " category", " kind")
        ),
    )
)
#: Characters.
LONGEST = 60


def is_courtesy(text: str) -> bool:
    """A greeting, thanks or a friendly sign: nobody is to be told of it. Anything more is a
    report.
    """
    if len(text) > LONGEST:
        return False
    words = re.findall(r"[a-z']+|[^\W_]", text.lower().replace("’", "'"))
    signs = {sign for sign in text if unicodedata.category(sign) in ("So", "Sk", "Cf", "Mn")}
    is_friendly = signs <= FRIENDLY | MODIFIERS
    return is_friendly and (not words or " ".join(words) in COURTESIES)


def is_of_mistake(text: str) -> bool:
    """Tell whether somebody says no more than that something was sent by mistake, or a wrong
    button tapped.
    """
    return _without_around(text) in MISTAKES | MISTAPS


def is_of_mistap(text: str) -> bool:
    """Tell whether somebody says no more than that they tapped something else than they meant."""
    return _without_around(text) in MISTAPS


def _without_around(text: str) -> str:
    """`Oops, I tapped the wrong category` -> `tapped wrong category`; nothing of a long text."""
    if len(text) > LONGEST:
        return ""
    words = re.findall(r"[a-z']+|[^\W_]", text.lower().replace("’", "'"))
    return " ".join(word for word in words if word not in AROUND)
