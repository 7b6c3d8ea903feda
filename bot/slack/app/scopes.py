"""What the app may do in a workspace, and why.

https://docs.slack.dev/reference/scopes
"""

from __future__ import annotations

#: Of the bot's token, each with what it is for.
SCOPES = {
    "app_mentions:read": (
        "hear its own name in a channel that it was invited to; nothing else that is said there"
    ),
    "chat:write": "answer, remind, and tell the leadership channel that it was invited to",
    "commands": "offer the slash commands and the two shortcuts",
    "files:read": (
        "fetch a screenshot or file that somebody passed on, once they have said what it is about"
    ),
    "files:write": "hand evidence and PDFs to those who may have them, and take them back",
    "im:history": "read what people write to the bot itself, and no other conversation",
    "im:write": "open the chat in which somebody is told or reminded",
    "users:read": (
        "tell full members from guests, outsiders and bots, and know the names of reporters and of "
        "those whom a message mentions"
    ),
}
#: Of the app's own token: to connect by Socket Mode.
APP_SCOPE = "connections:write"
