"""Items whose day has passed: their owners are told."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import col, or_, select

from kit.db import AsyncSession
from knowledge.improving.models import ImprovementItem, ItemState

_AT_ONCE = 200


@dataclass(frozen=True)
class Overdue:
    """One item for its owner to look at."""

    staff_id: int
    item_id: int
    title: str


#: Tells the owners, in the transaction in which it is noted that they were told.
Tell = Callable[[AsyncSession, datetime, Sequence[Overdue]], Awaitable[None]]


async def remind(session: AsyncSession, now: datetime, today: date, tell: Tell) -> int:
    """Each owner is told once for each day that was set; return how many were."""
    due = (
        select(ImprovementItem)
        .where(
            ImprovementItem.state == ItemState.OPEN,
            ImprovementItem.due_on < today,
            col(ImprovementItem.owner_id).is_not(None),
            or_(
                col(ImprovementItem.reminded_of).is_(None),
                col(ImprovementItem.reminded_of) != col(ImprovementItem.due_on),
            ),
        )
        .order_by(col(ImprovementItem.due_on), col(ImprovementItem.id))
        .limit(_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    items = (await session.exec(due)).all()
    if items:
        await tell(session, now, [Overdue(item.owner_id or 0, item.id, item.title) for item in items])
    for item in items:
        item.reminded_of = item.due_on
        session.add(item)
    await session.flush()
    return len(items)
