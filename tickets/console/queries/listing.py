"""The queue as all who watch it share it: what is read and drawn once, however many consoles show it.

A console that was told of a change asks for the list with the revision it was told. Everybody is told in the same
moment, so the first who asks makes the list and the others get that one. Without a revision the list is made anew.
"""

import asyncio
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from starlette.requests import HTTPConnection

from kit.ground import Ground
from kit.together import Together
from kit.web.deps import ground_of
from tickets.console.queries.choices import Offered, offered
from tickets.console.queries.counting import Count, mine_now, queue_counts, view_counts
from tickets.console.queries.queue import QueuePage, is_as_new, look, queue_revision
from tickets.console.selection import Assigned, Selection, Tab
from tickets.views.open_tickets import OpenTickets, open_tickets

#: In a rush consoles are told of all that happened in this time at once; the first change is told at once.
REST_S = 0.5
#: How long a list is shared: clocks turn late and snoozes end without anybody being told.
SHARED_S = 1.0
#: Lists that are kept at a time; more than people watch.
MOST = 200


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A selection at one revision, the same for all who may look at it, whatever their language and role."""

    revision: str
    page: QueuePage
    offer: Offered
    matching: Count | None
    tabs: dict[Tab, int]
    desk: OpenTickets
    _drawn: dict[Hashable, str] = field(default_factory=dict)

    def counts(self, now: datetime, staff_id: int) -> dict[Tab, int]:
        """How many tickets each tab has for this person."""
        return {**self.tabs, Tab.MINE: mine_now(self.desk, now, staff_id=staff_id)}

    def drawn(self, how: Hashable, draw: Callable[[QueuePage], str]) -> str:
        """What ``draw`` makes of the page, made once for each ``how``: whatever else the drawing depends on."""
        if how not in self._drawn:
            self._drawn[how] = draw(self.page)
        return self._drawn[how]


class Lists:
    """The lists of one process."""

    def __init__(self, ground: Ground, *, rest_s: float = REST_S, shared_s: float = SHARED_S, most: int = MOST) -> None:
        self._ground = ground
        self._told = Together[str](rest_s=rest_s)
        self._asked = Together[Listing]()
        self._shared_s, self._most = shared_s, most
        self._kept: dict[Hashable, Listing] = {}
        self.looks = 0

    def __len__(self) -> int:
        """How many are kept."""
        return len(self._kept)

    async def newest(self) -> str:
        """The revision of the queue after now, for all in step."""
        return await self._told.ask("queue", self._revision)

    async def listing(self, selection: Selection, staff_id: int, *, told: str = "") -> Listing:
        """The list after now, or one that contains all that was ``told``."""
        key = (selection, staff_id if _is_ones_own(selection) else None)
        kept = self._kept.get(key)
        if kept is not None and is_as_new(kept.revision, told):
            return kept

        async def make() -> Listing:
            return self._keep(key, await self._made(selection, staff_id))

        return await self._asked.ask(key, make)

    def _keep(self, key: Hashable, listing: Listing) -> Listing:
        self._kept.pop(key, None)
        self._kept[key] = listing
        if len(self._kept) > self._most:
            self._kept.pop(next(iter(self._kept)))
        asyncio.get_running_loop().call_later(self._shared_s, self._forget, key, listing)
        return listing

    def _forget(self, key: Hashable, listing: Listing) -> None:
        if self._kept.get(key) is listing:
            del self._kept[key]

    async def _revision(self) -> str:
        async with self._ground.db.reading() as session:
            return await queue_revision(session)

    async def _made(self, selection: Selection, staff_id: int) -> Listing:
        self.looks += 1
        now, zone = self._ground.clock.now(), self._ground.settings.time_zone
        async with self._ground.db.reading() as session:
            # Before the rows: what changes between the two is then looked at once more, not missed.
            revision = await queue_revision(session)
            page = await look(session, now, selection, staff_id=staff_id, zone=zone)
            tabs = await queue_counts(session, now, staff_id=staff_id)
            matching = None
            if page.following or selection.after:
                matching = (await view_counts(session, now, staff_id, {0: selection}, zone=zone))[0]
            offer = await offered(session)
            desk = open_tickets(session)
        return Listing(revision=revision, page=page, offer=offer, matching=matching, tabs=tabs, desk=desk)


def _is_ones_own(selection: Selection) -> bool:
    """Whether it depends on who looks."""
    return selection.tab is Tab.MINE or selection.assigned is Assigned.MINE or selection.followed


def lists_of(connection: HTTPConnection) -> Lists:
    """Those of this process."""
    state = connection.app.state
    if not hasattr(state, "lists"):
        state.lists = Lists(ground_of(connection))
    return cast("Lists", state.lists)
