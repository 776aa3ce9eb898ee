"""Open an item, change it, finish it; read them as lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import and_, col, or_, select

from kit.access.models import Staff
from kit.audit import Author, Change, record, take_turn
from kit.db import AsyncSession
from kit.i18n import Locale
from knowledge.gaps.deciding import gap_of
from knowledge.improving.errors import (
    CategoryQuietError,
    ItemChangedError,
    ItemIncompleteError,
    ItemNotFoundError,
    OwnerUnknownError,
)
from knowledge.improving.measuring import SPAN, CountTickets, figure, repeated_causes
from knowledge.improving.models import ImprovementItem, ItemState, Source

AUDIT_KIND = "improvement"
TITLE_MAX, PLAN_MAX = 120, 4000
USUAL_TIME = timedelta(days=28)


@dataclass(frozen=True)
class Origin:
    """What an item is opened from."""

    source: Source = Source.HAND
    gap_id: int | None = None
    category: str = ""


@dataclass(frozen=True)
class Changes:
    """What somebody wrote about an item."""

    title: str
    plan: str
    owner_id: int | None
    due_on: date | None


@dataclass(frozen=True)
class Listed:
    """An item and whose it is."""

    item: ImprovementItem
    owner: str | None


async def open_by_hand(session: AsyncSession, now: datetime, by: Author, title: str, today: date) -> ImprovementItem:
    """Without a figure."""
    if not title:
        raise ItemIncompleteError
    item = _new(now, by, title, today, Origin())
    return await _added(session, now, by, item)


async def open_from_gap(
    session: AsyncSession, now: datetime, by: Author, gap_id: int, today: date, *, count: CountTickets
) -> ImprovementItem:
    """Pressed a second time it leads to the item that is open; raises GapNotFoundError."""
    await take_turn(session)
    gap = await gap_of(session, gap_id)
    there = await _open_one(session, Origin(Source.GAP, gap_id=gap.id))
    if there is not None:
        return there
    title = " ".join(gap.examples[0]["text"].split()) if gap.examples else f"#{gap.id}"
    item = _new(now, by, title, today, Origin(Source.GAP, gap_id=gap.id))
    item.baseline = await figure(session, item, now - SPAN, count)
    return await _added(session, now, by, item)


async def open_from_category(
    session: AsyncSession, now: datetime, by: Author, key: str, today: date, *, count: CountTickets, locale: Locale
) -> ImprovementItem:
    """Pressed a second time it leads to the item that is open; raises CategoryQuietError."""
    await take_turn(session)
    there = await _open_one(session, Origin(Source.CATEGORY, category=key))
    if there is not None:
        return there
    cause = next((one for one in await repeated_causes(session, now, count) if one.category.key == key), None)
    if cause is None:
        raise CategoryQuietError
    item = _new(now, by, cause.category.name(locale), today, Origin(Source.CATEGORY, category=key))
    item.baseline = cause.recent
    return await _added(session, now, by, item)


async def change(
    session: AsyncSession, now: datetime, by: Author, item_id: int, changes: Changes, *, seen: int
) -> None:
    if not changes.title or changes.due_on is None:
        raise ItemIncompleteError
    item = await _held(session, item_id, seen)
    if changes.owner_id not in {None, item.owner_id}:
        await _check_owner(session, changes.owner_id)
    before = _told(item)
    item.title, item.plan = changes.title[:TITLE_MAX], changes.plan[:PLAN_MAX]
    item.owner_id, item.due_on = changes.owner_id, changes.due_on
    await _kept(session, now, by, item, before=before, action="change")


async def set_state(
    session: AsyncSession, now: datetime, by: Author, item_id: int, state: ItemState, *, seen: int
) -> None:
    """What is done is measured from here on; what is opened again is measured anew when it is done."""
    item = await _held(session, item_id, seen)
    if item.state == state:
        return
    before = _told(item)
    item.state = state
    item.done_at = now if state is ItemState.DONE else None
    item.effect = item.measured_at = None
    await _kept(session, now, by, item, before=before, action=state.value)


async def item_of(session: AsyncSession, item_id: int) -> Listed:
    """Raises ItemNotFoundError."""
    found = (await session.exec(_LISTED.where(ImprovementItem.id == item_id))).first()
    if found is None:
        raise ItemNotFoundError
    return Listed(*found)


async def listed(
    session: AsyncSession, state: ItemState, *, after: tuple[date, int] | None = None, limit: int = 50
) -> list[Listed]:
    """What is due first comes first; what is done or dropped, the latest first."""
    due, number = col(ImprovementItem.due_on), col(ImprovementItem.id)
    rows = _LISTED.where(ImprovementItem.state == state)
    rising = state is ItemState.OPEN
    if after is not None:
        day, last = after
        on = and_(due == day, number > last if rising else number < last)
        rows = rows.where(or_(due > day if rising else due < day, on))
    order = (due, number) if rising else (due.desc(), number.desc())
    return [Listed(*row) for row in (await session.exec(rows.order_by(*order).limit(limit))).all()]


async def all_items(session: AsyncSession, *, limit: int) -> list[Listed]:
    """For a table, the newest first."""
    rows = _LISTED.order_by(col(ImprovementItem.id).desc()).limit(limit)
    return [Listed(*row) for row in (await session.exec(rows)).all()]


async def opened_for(session: AsyncSession, gap_ids: Sequence[int]) -> dict[int, int]:
    """The open item of each gap that has one."""
    if not gap_ids:
        return {}
    rows = select(ImprovementItem.gap_id, ImprovementItem.id).where(
        col(ImprovementItem.gap_id).in_(gap_ids), ImprovementItem.state == ItemState.OPEN
    )
    return {gap_id: item_id for gap_id, item_id in (await session.exec(rows)).all() if gap_id is not None}


_LISTED = select(ImprovementItem, Staff.name).join(Staff, col(Staff.id) == col(ImprovementItem.owner_id), isouter=True)


def _new(now: datetime, by: Author, title: str, today: date, origin: Origin) -> ImprovementItem:
    return ImprovementItem(
        title=title[:TITLE_MAX],
        source=origin.source,
        gap_id=origin.gap_id,
        category=origin.category,
        owner_id=by.id,
        due_on=today + USUAL_TIME,
        created_at=now,
        created_by=by.name,
    )


async def _open_one(session: AsyncSession, origin: Origin) -> ImprovementItem | None:
    mine = select(ImprovementItem).where(
        ImprovementItem.state == ItemState.OPEN,
        ImprovementItem.source == origin.source,
        ImprovementItem.category == origin.category,
    )
    if origin.gap_id is not None:
        mine = mine.where(ImprovementItem.gap_id == origin.gap_id)
    return (await session.exec(mine)).first()


async def _check_owner(session: AsyncSession, staff_id: int | None) -> None:
    working = select(Staff.id).where(Staff.id == staff_id, col(Staff.active).is_(True))
    if (await session.exec(working)).first() is None:
        raise OwnerUnknownError


async def _held(session: AsyncSession, item_id: int, seen: int) -> ImprovementItem:
    mine = select(ImprovementItem).where(ImprovementItem.id == item_id)
    item = (await session.exec(mine.with_for_update().execution_options(populate_existing=True))).first()
    if item is None:
        raise ItemNotFoundError
    if item.revision != seen:
        raise ItemChangedError
    return item


async def _added(session: AsyncSession, now: datetime, by: Author, item: ImprovementItem) -> ImprovementItem:
    session.add(item)
    await session.flush()
    await record(session, now, by, Change(action="open", kind=AUDIT_KIND, key=str(item.id), after=_told(item)))
    return item


async def _kept(
    session: AsyncSession, now: datetime, by: Author, item: ImprovementItem, *, before: dict[str, Any], action: str
) -> None:
    item.revision += 1
    session.add(item)
    await session.flush()
    told = Change(action=action, kind=AUDIT_KIND, key=str(item.id), before=before, after=_told(item))
    await record(session, now, by, told)


def _told(item: ImprovementItem) -> dict[str, Any]:
    return {
        "title": item.title,
        "plan": item.plan,
        "owner": item.owner_id,
        "due": item.due_on.isoformat(),
        "state": str(item.state),
    }
