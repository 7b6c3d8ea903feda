"""Slack in (Bolt) and out (Block Kit)."""

from bot.slack.front_end import SlackFrontEnd

__all__ = ["SlackFrontEnd"]
