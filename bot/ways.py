"""How a caller can be told news: every account that texts or mails strangers."""

from collections.abc import Sequence

from bot.bootstrap import Runtime
from kit.db import AsyncSession
from tickets.calls.ways import News, Way, Ways

#: Channels whose addresses a caller can tell us.
_KINDS = (News.SMS.value, News.EMAIL.value)


def ways_of(runtime: Runtime) -> Ways:
    """The ways of a running product: asked anew each time, as accounts come and go."""

    async def ways(_session: AsyncSession) -> Sequence[Way]:
        accounts = await runtime.sending_accounts()
        return [Way(channel, account) for channel, account in accounts if channel in _KINDS]

    return ways
