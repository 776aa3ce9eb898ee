"""What the pages of the console have in common: who asks, when, in which language, how it is answered."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Path, Request
from fastapi.routing import APIRoute
from starlette.responses import Response

from kit.access.deps import StaffDep, staff_router
from kit.access.identity import Role, SignedIn
from kit.db import AsyncSession
from kit.ground import Ground
from kit.settings import Locale
from kit.web.deps import GroundDep
from kit.web.errors import answer_error
from kit.web.locale import LocaleDep, locale_of
from kit.web.pages import Pages, PagesDep
from tickets.actors import Actor, ActorKind
from tickets.console.queries.ticket import load_ticket
from tickets.console.views.ticket import ticket_view
from tickets.errors import TicketChangedError
from tickets.models import EventKind, Ticket
from tickets.notices.models import NoticeKind
from tickets.opening import Rhythm
from tickets.rhythm import rhythm_of
from tickets.sending.grip import hold_ticket
from tickets.timeline import spoken
from tickets.watching.followers import tell_watchful

#: The event on which pages fetch their live parts anew; see static/live.js.
CHANGED = "yp:changed"

#: The largest number the database can hold.
BIGINT_MAX = 2**63 - 1
RowId = Annotated[int, Path(ge=1, le=BIGINT_MAX)]
#: The version of the ticket that the person saw when they decided.
SeenVersion = Annotated[int, Form(alias="version", ge=1, le=2**31 - 1)]


class ConsoleRoute(APIRoute):
    """Says in words who was first, and has the page load what they did; what was typed stays in its form."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            try:
                return await handle(request)
            except TicketChangedError as conflict:
                return answer_error(request, _told(request, conflict), headers={"HX-Trigger": CHANGED})

        return guarded


def _told(request: Request, conflict: TicketChangedError) -> TicketChangedError:
    locale = locale_of(request)
    who, kind = str(conflict.values["who"]), str(conflict.values["kind"] or "unknown")
    return TicketChangedError(who=spoken("console.actor", who, locale), kind=spoken("console.change", kind, locale))


def console_router(role: Role | None = None) -> APIRouter:
    """A router of the console; reading is open to all staff, acting is for agents."""
    router = staff_router(prefix="/console", role=role)
    router.route_class = ConsoleRoute
    return router


@dataclass(frozen=True)
class Counter:
    """One request at the desk."""

    request: Request
    staff: SignedIn
    ground: Ground
    pages: Pages
    locale: Locale

    @property
    def now(self) -> datetime:
        return self.ground.clock.now()

    @property
    def zone(self) -> str:
        return self.ground.settings.time_zone

    @property
    def rhythm(self) -> Rhythm:
        return rhythm_of(self.ground.settings)

    @property
    def actor(self) -> Actor:
        """Who does it, for the timeline."""
        return Actor(ActorKind.STAFF, self.staff.id, self.staff.name)

    async def hold(self, session: AsyncSession, ticket_id: int, seen: int) -> Ticket:
        """The ticket for changing it: nobody else can until the end, and nobody has since it was ``seen``."""
        return await hold_ticket(session, ticket_id, seen=seen)

    async def tell_watchful(self, session: AsyncSession, ticket: Ticket, what: EventKind) -> None:
        """Owner and followers hear what this person did."""
        about = {"what": what.value, "by": self.staff.name}
        await tell_watchful(session, self.now, NoticeKind.FOLLOWED, ticket, but=self.staff.id, **about)

    def page(self, name: str, **context: Any) -> Response:
        return self.pages.render(self.request, name, **context)

    async def ticket_page(self, session: AsyncSession, ticket_id: int, name: str, **more: Any) -> Response:
        """A template of one ticket, as this person sees it now."""
        record = await load_ticket(session, ticket_id, self.now, zone=self.zone)
        view = ticket_view(record, self.now, locale=self.locale, zone=self.zone, staff_id=self.staff.id)
        return self.page(name, view=view, **more)

    async def parts(self, session: AsyncSession, ticket_id: int, **more: Any) -> Response:
        """The live parts of a ticket's page, each finding its own place; the composer is not among them."""
        return await self.ticket_page(session, ticket_id, "tickets/parts.html", **{"taken_back": None, **more})


async def _counter(request: Request, staff: StaffDep, ground: GroundDep, pages: PagesDep, locale: LocaleDep) -> Counter:
    # A class as dependency would be sent to a thread.
    return Counter(request, staff, ground, pages, locale)


CounterDep = Annotated[Counter, Depends(_counter)]
