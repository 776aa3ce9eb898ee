"""Calls, across the line between telephone and desk: how long one lasted, and that it is written down.

A call may end before or after it is logged. Either side asks for the other's part when its own is stored, so
whichever comes second finds both.
"""

from datetime import datetime

from channels.phone.calls import find_call, mark_logged
from kit.db import AsyncSession
from kit.outbox import ClaimedJob
from tickets.calls.service import note_length


async def call_ended(session: AsyncSession, job: ClaimedJob) -> None:
    """Whoever logged the call sees how long it was."""
    await _note_length(session, job.payload["id"])


async def call_logged(session: AsyncSession, now: datetime, call_id: int) -> None:
    """Nobody is reminded of the call any more; if it is over already its length is known."""
    await mark_logged(session, now, call_id)
    await _note_length(session, call_id)


async def _note_length(session: AsyncSession, call_id: int) -> None:
    call = await find_call(session, call_id)
    if call is not None and call.seconds is not None:
        await note_length(session, call_id, call.seconds)
