"""Messages that ended without an arrival, newest first."""

import heapq
from collections.abc import Iterable
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlmodel import col

from channels.console.paging import cursor_of, place_after
from channels.console.queries.accounts import NOT_SENT, is_lost
from channels.console.selection import Selection
from channels.delivery import delivery_table
from channels.models import Delivery, DeliveryState
from kit.db import AsyncSession
from kit.errors import NotFoundError

PAGE = 30
#: Sent again at once, at most.
MOST_AT_ONCE = 200


async def letters_page(session: AsyncSession, selection: Selection) -> tuple[list[Delivery], str | None]:
    """A page of them, and the cursor of the next one."""
    before = place_after(selection.after)
    found = await _newest(session, selection, selection.states, PAGE + 1, before=before)
    return found[:PAGE], cursor_of(found[PAGE - 1].id) if len(found) > PAGE else None


async def retriable_keys(session: AsyncSession, selection: Selection, states: Iterable[DeliveryState]) -> list[str]:
    """The keys of those in the given states, oldest first, so that they leave in their order."""
    found = await _newest(session, selection, states, MOST_AT_ONCE)
    return [one.key for one in reversed(found)]


async def get_letter(session: AsyncSession, delivery_id: int) -> Delivery:
    """The message; raises NotFoundError."""
    found = (await session.scalars(select(Delivery).where(col(Delivery.id) == delivery_id))).first()
    if found is None:
        raise NotFoundError
    return found


async def _newest(
    session: AsyncSession,
    selection: Selection,
    states: Iterable[DeliveryState],
    most: int,
    *,
    before: int | None = None,
) -> list[Delivery]:
    """Each state by its own stretch of the index; merged here, for no index has them in one order."""
    lists = [await _of_state(session, selection, state, most, before) for state in states]
    return list(islice(heapq.merge(*lists, key=lambda one: -one.id), most))


async def _of_state(
    session: AsyncSession, selection: Selection, state: DeliveryState, most: int, before: int | None
) -> list[Delivery]:
    conditions: list[ColumnElement[Any]] = [col(Delivery.state) == state.value, NOT_SENT, is_lost(delivery_table.c)]
    if before is not None:
        conditions.append(col(Delivery.id) < before)
    if selection.account:
        # Joined, so that the index of all the account's messages does not tempt: few of those are lost.
        conditions.append(col(Delivery.channel) + ":" + col(Delivery.account) == selection.account)
    if selection.thread:
        conditions.append(col(Delivery.thread) == selection.thread)
    found = select(Delivery).where(*conditions).order_by(delivery_table.c.id.desc()).limit(most)
    return list((await session.scalars(found)).all())
