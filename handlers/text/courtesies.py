"""Greetings and thanks: what somebody says that nobody is to be told of."""

from __future__ import annotations

import re

COURTESIES = {
    # 👍.
    "",
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
    """A greeting, thanks or a lone sign: nobody is to be told of it. Anything more is a report."""
    words = re.findall(r"[a-z']+|[^\W_]", text.lower().replace("’", "'"))
    return len(text) <= LONGEST and " ".join(words) in COURTESIES
