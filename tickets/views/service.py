"""Keep views: one's own, and those that supervisors share with everybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import col, or_, select

from kit.db import AsyncSession, hint
from kit.text import clean_text
from tickets.views.errors import (
    ViewNameMissingError,
    ViewNameTakenError,
    ViewNotFoundError,
    ViewNotYoursError,
    ViewTooManyError,
)
from tickets.views.models import SavedView

LONGEST_NAME = 40
LONGEST_QUERY = 8000
MOST_VIEWS = 50
#: What the open pages of everybody are told when a view changes.
TOPIC = "views"


@dataclass(frozen=True)
class Keeper:
    """Who keeps views; ``may_share``: supervisors may."""

    staff_id: int
    may_share: bool = False


async def list_views(session: AsyncSession, staff_id: int) -> list[SavedView]:
    """The shared ones, which stand in the same place for everybody, then the person's own, each in their order."""
    seen = select(SavedView).where(_seen_by(staff_id))
    order = (col(SavedView.shared).desc(), col(SavedView.position), col(SavedView.id))
    return list((await session.exec(seen.order_by(*order))).all())


async def get_view(session: AsyncSession, staff_id: int, view_id: int) -> SavedView:
    """A view this person sees, or ViewNotFoundError."""
    found = (await session.exec(select(SavedView).where(SavedView.id == view_id, _seen_by(staff_id)))).first()
    if found is None:
        raise ViewNotFoundError
    return found


async def create_view(
    session: AsyncSession,
    now: datetime,
    keeper: Keeper,
    name: str,
    query: str,
    *,
    shared: bool = False,
    pinned: bool = True,
    columns: Sequence[str] | None = None,
) -> SavedView:
    """Keep what is shown under a name."""
    _check_sharing(keeper, shared=shared)
    views = await list_views(session, keeper.staff_id)
    if len(views) >= MOST_VIEWS:
        raise ViewTooManyError(most=MOST_VIEWS)
    view = SavedView(
        staff_id=keeper.staff_id,
        name=_checked_name(name, views),
        query=_kept_query(query),
        columns=list(columns) if columns else None,
        shared=shared,
        pinned=pinned,
        position=max((view.position for view in views), default=0) + 1,
        created_at=now,
    )
    session.add(view)
    await session.flush()
    hint(session, TOPIC)
    return view


async def change_view(
    session: AsyncSession,
    keeper: Keeper,
    view_id: int,
    *,
    name: str | None = None,
    query: str | None = None,
    shared: bool | None = None,
    pinned: bool | None = None,
    position: int | None = None,
    columns: Sequence[str] | None = None,
) -> SavedView:
    """Change what is given, leave the rest."""
    view = await _own(session, keeper, view_id)
    if shared is not None:
        _check_sharing(keeper, shared=shared)
    if name is not None:
        others = [one for one in await list_views(session, keeper.staff_id) if one.id != view.id]
        view.name = _checked_name(name, others)
    if query is not None:
        query = _kept_query(query)
    changes = {"query": query, "shared": shared, "pinned": pinned, "position": position, "columns": columns}
    for column, value in changes.items():
        if value is not None:
            setattr(view, column, value)
    session.add(view)
    hint(session, TOPIC)
    return view


async def move_view(session: AsyncSession, keeper: Keeper, view_id: int, by: int) -> None:
    """So many places down, or up: a shared view among the shared ones, an own one among the own."""
    view = await _own(session, keeper, view_id)
    beside = [one for one in await list_views(session, keeper.staff_id) if one.shared == view.shared]
    at = next(place for place, one in enumerate(beside) if one.id == view_id)
    beside.insert(max(at + by, 0), beside.pop(at))
    for place, one in enumerate(beside, start=1):
        one.position = place
        session.add(one)
    hint(session, TOPIC)


async def delete_view(session: AsyncSession, keeper: Keeper, view_id: int) -> None:
    """Nobody sees it any more; the tickets in it stay as they are."""
    await session.delete(await _own(session, keeper, view_id))
    hint(session, TOPIC)


def _seen_by(staff_id: int) -> ColumnElement[bool]:
    return or_(col(SavedView.staff_id) == staff_id, col(SavedView.shared))


async def _own(session: AsyncSession, keeper: Keeper, view_id: int) -> SavedView:
    """A view this person may change: the own one, and as a supervisor a shared one."""
    view = await get_view(session, keeper.staff_id, view_id)
    if view.shared and not keeper.may_share:
        raise ViewNotYoursError
    return view


def _check_sharing(keeper: Keeper, *, shared: bool) -> None:
    if shared and not keeper.may_share:
        raise ViewNotYoursError


def _kept_query(query: str) -> str:
    return query.removeprefix("?")[:LONGEST_QUERY]


def _checked_name(name: str, others: Sequence[SavedView]) -> str:
    cleaned = " ".join(clean_text(name).split())
    if not 0 < len(cleaned) <= LONGEST_NAME:
        raise ViewNameMissingError(longest=LONGEST_NAME)
    if any(view.name.casefold() == cleaned.casefold() for view in others):
        raise ViewNameTakenError(name=cleaned)
    return cleaned
