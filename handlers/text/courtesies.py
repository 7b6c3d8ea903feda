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
#: What people say of a message that they should not have sent, without what may stand around it.
MISTAKES = frozenset(
    (
        "mistake",
        "sent by mistake",
        "by mistake",
        "by accident",
        "sent by accident",
        "sent in error",
        "wrong tap",
        "wrong button",
        "wrong category",
        "wrong person",
        "wrong chat",
        "wrong one",
        "tapped wrong one",
        "tapped wrong category",
        "tapped wrong button",
        "pressed wrong button",
        "ignore",
    )
)
#: What says nothing of its own beside them.
AROUND = {
    *("sorry", "oops", "whoops", "please", "just", "last", "message"),
    *("that", "this", "it", "was", "is", "i", "the", "a", "my", "me"),
}
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
    """Tell whether somebody says no more than that something was sent by mistake."""
    if len(text) > LONGEST:
        return False
    words = re.findall(r"[a-z']+|[^\W_]", text.lower().replace("’", "'"))
    return " ".join(word for word in words if word not in AROUND) in MISTAKES
