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
