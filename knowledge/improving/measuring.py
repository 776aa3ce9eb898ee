"""The figures an item is measured by, and what repeats itself."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, func, select

from kit.db import AsyncSession
from kit.i18n import Locale
from knowledge.gaps.failing import Failure
from knowledge.gaps.models import GapQuestion
from knowledge.improving.models import ImprovementItem, ItemState, Source

SPAN = timedelta(days=28)
#: Whether a question was answered is known only some time after it was asked.
SETTLED = timedelta(days=1)
_AT_ONCE = 100


@dataclass(frozen=True)
class CategoryCount:
    """How many tickets of a category were opened."""

    key: str
    name_zh: str
    name_en: str
    tickets: int

    def name(self, locale: Locale) -> str:
        return self.name_en if locale == "en" else self.name_zh


#: By category, of the tickets opened from the first moment on and before the second.
CountTickets = Callable[[AsyncSession, datetime, datetime], Awaitable[Sequence[CategoryCount]]]


@dataclass(frozen=True)
class RepeatedCause:
    """Tickets of a category over the last two spans; ``rise`` in percent, nothing where there were none before."""

    category: CategoryCount
    recent: int
    earlier: int

    @property
    def tickets(self) -> int:
        return self.recent + self.earlier

    @property
    def rise(self) -> int | None:
        return round(100 * (self.recent - self.earlier) / self.earlier) if self.earlier else None


async def repeated_causes(session: AsyncSession, now: datetime, count: CountTickets) -> list[RepeatedCause]:
    """What most tickets were about comes first."""
    recent = {one.key: one for one in await count(session, now - SPAN, now)}
    earlier = {one.key: one for one in await count(session, now - 2 * SPAN, now - SPAN)}
    causes = [
        RepeatedCause(
            category=one,
            recent=recent[key].tickets if key in recent else 0,
            earlier=earlier[key].tickets if key in earlier else 0,
        )
        for key, one in {**earlier, **recent}.items()
    ]
    return sorted(causes, key=lambda cause: (-cause.tickets, cause.category.key))


async def figure(session: AsyncSession, item: ImprovementItem, since: datetime, count: CountTickets) -> int | None:
    """That of the :data:`SPAN` from ``since`` on; nothing where there is nothing to count."""
    until = since + SPAN
    if item.source == Source.CATEGORY:
        return next((one.tickets for one in await count(session, since, until) if one.key == item.category), 0)
    if item.source == Source.GAP and item.gap_id is not None:
        return await _unanswered(session, item.gap_id, since, until)
    return None


async def _unanswered(session: AsyncSession, gap_id: int, since: datetime, until: datetime) -> int:
    """As the page of gaps counts them: who was offered a choice and said no more is not among them."""
    asked = select(func.count()).where(
        GapQuestion.gap_id == gap_id,
        GapQuestion.at >= since,
        GapQuestion.at < until,
        col(GapQuestion.failure).is_not(None),
        GapQuestion.failure != Failure.UNSURE,
    )
    return (await session.exec(asked)).one()


async def measure_due(session: AsyncSession, now: datetime, count: CountTickets) -> int:
    """Measure what was done long enough ago, once; return how many items that were."""
    due = (
        select(ImprovementItem)
        .where(
            ImprovementItem.state == ItemState.DONE,
            col(ImprovementItem.measured_at).is_(None),
            col(ImprovementItem.done_at) <= now - SPAN - SETTLED,
        )
        .order_by(col(ImprovementItem.done_at), col(ImprovementItem.id))
        .limit(_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    items = (await session.exec(due)).all()
    for item in items:
        item.effect = await figure(session, item, item.done_at or now, count)
        item.measured_at = now
        session.add(item)
    await session.flush()
    return len(items)
