"""Chat in the terminal, with made-up people and a clock that can be moved on."""

from bot.terminal.chat import TerminalFrontEnd
from bot.terminal.people import move_in

__all__ = ["TerminalFrontEnd", "move_in"]
