"""How it went: the whole desk for supervisors, their own tickets for everybody else."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, TypeVar
from urllib.parse import quote, urlencode

from fastapi import Depends, Request
from starlette.responses import Response

from kit.access.identity import Role
from kit.sheets import write_csv, write_xlsx
from kit.web.deps import ReadSession
from tickets.console.endpoints.counter import CounterDep, console_router
from tickets.console.queries.figures import Asked, load_report, names_of
from tickets.console.views.figures import EXPLAINED, figures_view
from tickets.console.views.figures_file import file_headers, file_rows
from tickets.reports import keep_up
from tickets.reports.periods import Range, period_of
from tickets.reports.reading import Dimension

router = console_router()
#: An hour or two may be counted for a page that is being waited for; the rest is the worker's.
_FOR_A_PAGE = 1
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Hours(StrEnum):
    """How time is counted; each has a text ``report.hours.<hours>``."""

    CALENDAR = "calendar"
    WORKING = "working"


@dataclass(frozen=True)
class Choice:
    """The filters of the address; what nobody knows is the default."""

    range: Range
    by: Dimension
    hours: Hours
    first: date | None
    last: date | None

    @property
    def query(self) -> str:
        days = {"from": self.first, "to": self.last}
        known = {name: day.isoformat() for name, day in days.items() if day is not None}
        return urlencode({"range": self.range, "by": self.by, "hours": self.hours, **known})


Kind = TypeVar("Kind", bound=StrEnum)


def _chosen(request: Request) -> Choice:
    def one_of(name: str, kind: type[Kind], otherwise: Kind) -> Kind:
        said = request.query_params.get(name, "")
        return kind(said) if said in set(kind) else otherwise

    def day(name: str) -> date | None:
        try:
            return date.fromisoformat(request.query_params.get(name, ""))
        except ValueError:
            return None

    first, last = day("from"), day("to")
    return Choice(
        one_of("range", Range, Range.FOUR_WEEKS),
        one_of("by", Dimension, Dimension.TEAM),
        one_of("hours", Hours, Hours.WORKING),
        first,
        last,
    )


async def _asked(desk: CounterDep, request: Request) -> tuple[Choice, Asked]:
    """Which report, with everything that has happened until now counted."""
    await keep_up(desk.ground.db, desk.now, batches=_FOR_A_PAGE)
    choice = _chosen(request)
    period = period_of(choice.range, desk.now, desk.zone, first=choice.first, last=choice.last)
    own = None if desk.staff.may(Role.SUPERVISOR) else desk.staff.id
    working = choice.hours is Hours.WORKING
    return choice, Asked(period=period, by=choice.by, working=working, assignee_id=own)


AskedDep = Annotated[tuple[Choice, Asked], Depends(_asked)]


@router.get("/figures")
async def show_figures(desk: CounterDep, asked_for: AskedDep, session: ReadSession) -> Response:
    choice, asked = asked_for
    report = await load_report(session, asked)
    names = await names_of(session, asked.by, {*report.parts, *report.backlogs}, desk.locale)
    return desk.page(
        "tickets/figures.html",
        view=figures_view(report, asked, names, desk.locale),
        choice=choice,
        ranges=list(Range),
        dimensions=list(Dimension),
        all_hours=list(Hours),
        explained=EXPLAINED,
    )


@router.get("/figures/file.{kind}")
async def download_figures(desk: CounterDep, asked_for: AskedDep, session: ReadSession, kind: str) -> Response:
    _choice, asked = asked_for
    report = await load_report(session, asked)
    names = await names_of(session, asked.by, {*report.parts, *report.backlogs}, desk.locale)
    headers, rows = file_headers(asked, desk.locale), file_rows(report, asked, names, desk.locale)
    name = f"report-{asked.by}-{asked.period.first}-{asked.period.last}"
    if kind == "xlsx":
        return _file(write_xlsx(headers, rows, name), f"{name}.xlsx", _XLSX)
    return _file(write_csv(headers, rows), f"{name}.csv", "text/csv; charset=utf-8")


def _file(content: bytes, name: str, media_type: str) -> Response:
    disposition = f"attachment; filename*=UTF-8''{quote(name)}"
    return Response(content, media_type=media_type, headers={"content-disposition": disposition})
