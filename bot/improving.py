"""Improvement items: the desk counts tickets for them, and tells owners what is overdue."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import col, func, select

from kit.db import AsyncSession
from kit.ground import Ground
from knowledge.console import HOME
from knowledge.improving.measuring import CategoryCount, measure_due
from knowledge.improving.reminding import Overdue, remind
from tickets.desk.models import Category
from tickets.models import Ticket
from tickets.notices.models import NoticeKind
from tickets.notices.service import notify_elsewhere


async def count_by_category(session: AsyncSession, since: datetime, until: datetime) -> Sequence[CategoryCount]:
    """A ticket that became part of another one is not counted twice."""
    tickets = (
        select(Category.key, Category.name_zh, Category.name_en, func.count(col(Ticket.id)))
        .join(Ticket, col(Ticket.category_id) == col(Category.id))
        .where(Ticket.created_at >= since, Ticket.created_at < until, col(Ticket.merged_into_id).is_(None))
        .group_by(Category.key, Category.name_zh, Category.name_en)
    )
    return [CategoryCount(*row) for row in (await session.exec(tickets)).all()]


async def look_after_improvements(ground: Ground) -> None:
    """Measure what was done four weeks ago, and remind owners of what is overdue."""
    now = ground.clock.now()
    today = now.astimezone(ZoneInfo(ground.settings.time_zone)).date()
    async with ground.db.transaction() as session:
        await measure_due(session, now, count_by_category)
        await remind(session, now, today, _tell_owners)


async def _tell_owners(session: AsyncSession, now: datetime, overdue: Sequence[Overdue]) -> None:
    for one in overdue:
        address = f"{HOME}/improving/{one.item_id}"
        await notify_elsewhere(
            session, now, one.staff_id, NoticeKind.IMPROVEMENT_DUE, address=address, title_zh=one.title
        )
