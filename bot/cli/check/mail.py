"""Mail: whether the server is there, and takes the user and the password."""

from __future__ import annotations

from collections.abc import AsyncIterator

from bot.cli.check.finding import Looked
from bot.settings import SettingsError

REFUSED = "MAIL_URL: {why}"
SEE = "See MAIL_URL in .env."
NETWORK = "Is there a network, or a firewall between? See MAIL_URL in .env."


async def mail(looked: Looked) -> AsyncIterator[str]:
    """What keeps mail from going out. Connects, and sends nothing."""
    if not looked.settings.mail_url:
        return
    from bot.front_end import TokenNotTaken
    from bot.mail.send import try_server
    from bot.mail.server import sending_in
    from handlers.messages import DeliveryFailed

    try:
        sending = sending_in(looked.settings)
    except SettingsError:
        # Whoever looks whether the settings fit together says so.
        return
    try:
        await try_server(sending.server)
    except DeliveryFailed as failure:
        mend = SEE if isinstance(failure, TokenNotTaken) else NETWORK
        yield REFUSED.format(why=f"{failure} {mend}")
