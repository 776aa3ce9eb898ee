"""The views that people keep, with how much there is in each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from starlette.requests import HTTPConnection

from kit.db import AsyncSession
from kit.ground import Ground
from kit.web.deps import ground_of
from tickets.console.queries.counting import Count, count_now, view_counts
from tickets.console.selection import Selection, from_query
from tickets.views.models import SavedView
from tickets.views.open_tickets import OpenTickets
from tickets.views.service import TOPIC, list_views

#: A hint may be lost; then a view that somebody else changed shows after this time.
_REMEMBERED_FOR = timedelta(minutes=1)


@dataclass(frozen=True)
class Kept:
    """A view, what it selects, and how many tickets that is now."""

    view: SavedView
    selection: Selection
    count: Count


async def kept_views(session: AsyncSession, now: datetime, staff_id: int, *, zone: str) -> list[Kept]:
    """All that a person sees, in their order, counted in one go."""
    views = await list_views(session, staff_id)
    selections = {view.id: from_query(view.query) for view in views}
    counts = await view_counts(session, now, staff_id, selections, zone=zone)
    return [Kept(view, selections[view.id], counts[view.id]) for view in views]


class Shelves:
    """The views of everybody who watches the queue, remembered until one of them changes.

    A console looks at the queue whenever something happens; what it keeps above it hardly ever changes.
    """

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._changed = ground.bus.subscribed(TOPIC)
        self._seen: dict[int, list[SavedView]] = {}
        self._since = ground.clock.now()

    async def beside(self, staff_id: int, current: int | None, desk: OpenTickets) -> list[Kept]:
        """The views above the queue, counted of what ``desk`` read last: the pinned ones, and the current one."""
        seen = await self._views(staff_id, current)
        views = [view for view in seen if view.pinned or view.id == current]
        return await self._counted(staff_id, views, desk) if views else []

    async def _views(self, staff_id: int, current: int | None) -> list[SavedView]:
        now = self._ground.clock.now()
        if self._changed.heard() or not timedelta() <= now - self._since < _REMEMBERED_FOR:
            self._seen, self._since = {}, now
        remembered = self._seen.get(staff_id)
        # One that was just made elsewhere may be looked at before the hint of it comes.
        if remembered is not None and (current is None or any(view.id == current for view in remembered)):
            return remembered
        into = self._seen
        async with self._ground.db.reading() as session:
            # What was read before a change is kept where nobody looks any more after it.
            into[staff_id] = views = await list_views(session, staff_id)
        return views

    async def _counted(self, staff_id: int, views: Sequence[SavedView], desk: OpenTickets) -> list[Kept]:
        now, zone = self._ground.clock.now(), self._ground.settings.time_zone
        selections = {view.id: from_query(view.query) for view in views}
        counts = {key: count_now(desk, now, staff_id, one, zone=zone) for key, one in selections.items()}
        asked = {key: selections[key] for key, count in counts.items() if count is None}
        if asked:
            async with self._ground.db.reading() as session:
                counts |= await view_counts(session, now, staff_id, asked, zone=zone)
        return [Kept(view, selections[view.id], counts[view.id] or Count(0)) for view in views]


def shelves_of(connection: HTTPConnection) -> Shelves:
    """Those of this process."""
    state = connection.app.state
    if not hasattr(state, "shelves"):
        state.shelves = Shelves(ground_of(connection))
    return cast("Shelves", state.shelves)
