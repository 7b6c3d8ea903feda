"""Answers, shown after what came in was acknowledged: one after another for each person.

So an answer that Slack took only at the second try does not land below, or in place of, a newer
one.
"""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from bot.slack.background import Once, Turns, Work
from bot.slack.destination import Destination
from bot.slack.send import SlackPoster
from handlers.messages import DeliveryFailed, Reply, say

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply, and where it belongs."""

    reply: Reply
    destination: Destination
    #: Lets a form be opened, for three seconds after what it came with.
    trigger: str = ""
    #: Messages of it that were shown already.
    skip: int = 0
    #: A message of its own after it, which stays as it is whatever becomes of the first.
    then: str = ""


class Answers:
    """Shows answers, behind the back of whoever begins them."""

    def __init__(self, poster: SlackPoster, work: Work) -> None:
        self._poster = poster
        self._work = work
        self._turns = Turns()
        self._told = Once(work)

    def start(self, answer: Answer) -> None:
        """Begin to show an answer, if there is anything to show."""
        if answer.reply.parts or answer.then:
            self._work.start(self._show(answer))

    def start_once(self, key: str, answer: Answer) -> None:
        """Begin to show an answer, unless one was shown under the same key, or is being shown."""
        self._work.start(self._told.do(key, lambda: self._show(answer)))

    async def _show(self, answer: Answer) -> bool:
        """Show it in its turn. Gives whether it was shown; never raises."""
        destination = answer.destination
        async with self._turns.of(destination.user):
            try:
                await self._poster.answer(
                    answer.reply, destination, trigger=answer.trigger, skip=answer.skip
                )
                if answer.then:
                    await self._poster.answer(say(answer.then), destination)
            except DeliveryFailed as failure:
                log.error("slack answer not shown", kind=str(failure))
                return False
            except Exception as error:
                log.error("slack answer not shown", kind=type(error).__name__)
                return False
        return True
