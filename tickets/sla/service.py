"""When a ticket should have been answered and solved."""

from datetime import datetime, timedelta

from sqlalchemy import Table, bindparam
from sqlmodel import select

from kit.db import AsyncSession
from tickets.sla.models import Target
from tickets.stages import Priority

target_table: Table = Target.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.

_HOUR = 3600
#: What holds until an organisation sets its own: a first reply within a day, faster when it is worse.
DEFAULTS: dict[Priority, tuple[int, int]] = {
    Priority.URGENT: (1 * _HOUR, 8 * _HOUR),
    Priority.HIGH: (4 * _HOUR, 24 * _HOUR),
    Priority.NORMAL: (24 * _HOUR, 72 * _HOUR),
    Priority.LOW: (24 * _HOUR, 120 * _HOUR),
}


async def targets(session: AsyncSession) -> dict[int, Target]:
    """The targets in force, by priority."""
    stored = {target.priority: target for target in (await session.exec(select(Target))).all()}
    for priority, (first_reply_s, resolution_s) in DEFAULTS.items():
        default = Target(priority=priority, first_reply_s=first_reply_s, resolution_s=resolution_s)
        stored.setdefault(priority, default)
    return stored


async def due_times(session: AsyncSession, opened: datetime, priority: int) -> tuple[datetime, datetime]:
    """First reply and resolution due, for a ticket opened (or reopened) at ``opened``."""
    stored = (await session.execute(_OF_PRIORITY, {"of_priority": priority})).first()
    first_reply_s, resolution_s = stored or DEFAULTS[Priority(priority)]
    return opened + timedelta(seconds=first_reply_s), opened + timedelta(seconds=resolution_s)


# Built once, as every ticket asks: to build a statement costs more than to run it.
_OF_PRIORITY = select(target_table.c.first_reply_s, target_table.c.resolution_s).where(
    target_table.c.priority == bindparam("of_priority")
)
