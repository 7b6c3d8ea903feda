"""Mail, for those who are in no chat: notices go out by it, and nothing comes in."""

from bot.mail.front_end import MailFrontEnd

__all__ = ["MailFrontEnd"]
