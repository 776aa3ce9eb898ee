"""What the pages of the knowledge base have in common: who asks, when, in which language, how it is answered."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, cast
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Path, Request
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response

from kit.access.deps import StaffDep, staff_router
from kit.access.identity import Role
from kit.audit import Author
from kit.web.deps import GroundDep, held
from kit.web.errors import wants_swap
from kit.web.locale import LocaleDep
from kit.web.pages import PagesDep
from knowledge.console import HOME
from knowledge.library import Library

#: The largest number the database can hold.
BIGINT_MAX = 2**63 - 1
RowId = Annotated[int, Path(ge=1, le=BIGINT_MAX)]
#: The revision of the version that the person saw when they decided.
Seen = Annotated[int, Form(ge=1, le=2**31 - 1)]
#: Who may approve, retire and give away.
REVIEWER = Role.SUPERVISOR


def knowledge_router(role: Role | None = None) -> APIRouter:
    """A router of these pages; everybody at the desk writes, supervisors decide."""
    return staff_router(prefix=HOME, role=role)


def library_of(connection: HTTPConnection) -> Library:
    return cast("Library", connection.app.state.library)


LibraryDep = Annotated[Library, held(library_of)]


@dataclass(frozen=True)
class Counter:
    """One request about articles; filled by FastAPI."""

    request: Request
    staff: StaffDep
    ground: GroundDep
    pages: PagesDep
    locale: LocaleDep

    @property
    def now(self) -> datetime:
        return self.ground.clock.now()

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.ground.settings.time_zone)

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    @property
    def author(self) -> Author:
        return Author(self.staff.name, self.staff.id)

    @property
    def reviews(self) -> bool:
        """Whether this person may approve what others wrote."""
        return self.staff.may(REVIEWER)

    def page(self, name: str, **context: Any) -> Response:
        return self.pages.render(self.request, f"knowledge/{name}", reviews=self.reviews, **context)

    def go(self, address: str) -> Response:
        """On to another page, for a script as for a plain form."""
        if wants_swap(self.request):
            return Response(headers={"HX-Redirect": address})
        return RedirectResponse(address, status_code=303)


async def _counter(request: Request, staff: StaffDep, ground: GroundDep, pages: PagesDep, locale: LocaleDep) -> Counter:
    # A class as dependency would be sent to a thread.
    return Counter(request, staff, ground, pages, locale)


CounterDep = Annotated[Counter, Depends(_counter)]


def article_address(article_id: int) -> str:
    return f"{HOME}/articles/{article_id}"
