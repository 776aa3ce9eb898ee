"""Pushes we could verify but not read: kept whole, so that nothing a customer said is lost."""

from datetime import datetime

from channels.models import UnparsedPush
from kit.db import AsyncSession
from kit.log import log

#: Why it could not be read, in so many characters.
REASON_MAX = 500


async def keep_unparsed(
    session: AsyncSession, now: datetime, *, channel: str, account: str, body: bytes, reason: str
) -> None:
    """Keep the body; it is shown in the console's channel pages."""
    log.warning("push not understood", channel=channel, account=account, reason=reason)
    push = UnparsedPush(channel=channel, account=account, reason=reason[:REASON_MAX], body=body, received_at=now)
    session.add(push)
