"""Somebody of ours is writing: shown in the chat for some seconds. Whether the person is, bots are not told."""

from datetime import datetime

from channels.telegram.errands import typing_later
from kit.db import AsyncSession


async def show_typing(session: AsyncSession, now: datetime, *, account: str, address: str) -> None:
    """Repeat within five seconds to keep it; Telegram cannot say who it is."""
    await typing_later(session, now, account=account, address=address)
