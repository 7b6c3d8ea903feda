"""People who are told by mail: they are in from when somebody has read out the code sent there."""

from __future__ import annotations

import structlog

from handlers.desk import Desk
from handlers.messages import Refused
from handlers.school.further_accounts import add_account
from handlers.school.invitations import pending_invitations
from handlers.school.joining import join_as_new
from handlers.school.role_log import CHANGING_PEOPLE
from handlers.workflow.changes import reconsider
from store.model.invitations import Invitation
from store.model.memos import COMMAND_LINE
from store.model.records import Person

log = structlog.get_logger()


async def enrol_confirmed(desk: Desk) -> None:
    """Let in those whose mail address the technician has confirmed. Again, nothing happens."""
    for invitation in await pending_invitations(desk):
        if invitation.is_by_mail and invitation.agreed_by:
            try:
                await _enrol(invitation, desk)
            except Refused:
                log.warning("mail address not added: somebody else has it")
                await desk.store.use_invitation(invitation.digest)


async def _enrol(invitation: Invitation, desk: Desk) -> None:
    here: Person | None
    async with desk.store.alone(CHANGING_PEOPLE):
        if invitation.person:
            here = await desk.store.person(invitation.person)
            await add_account(invitation, here, desk, COMMAND_LINE)
            # They see what they saw, and can be reached now: what nobody could be told is told.
            joined = await desk.store.person(invitation.person)
        else:
            here = await desk.store.by_account(invitation.claimed_by)
            joined = await join_as_new(invitation, invitation.claimed_by, here, desk)
    by = () if invitation.person else (invitation.by,)
    await reconsider(desk, joined, here, by)
