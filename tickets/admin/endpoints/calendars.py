"""A calendar's year at a glance, and the official arrangement brought in as a list."""

from datetime import datetime
from typing import Annotated, cast
from zoneinfo import ZoneInfo

from fastapi import Form, Query
from starlette.responses import RedirectResponse, Response

from kit.access.identity import Role
from kit.errors import NotFoundError
from kit.web.deps import ReadSession, WriteSession
from tickets.admin.endpoints.office import HOME, READERS, KeyQuery, hand_of
from tickets.admin.years import year_view
from tickets.config.calendars import Arranged, CalendarItem, OfficialItem
from tickets.config.changing import put
from tickets.config.sections import SECTIONS
from tickets.config.words import item_name
from tickets.console.endpoints.counter import Counter, CounterDep, console_router
from tickets.sla.official import parse_days, read_arrangement

router = console_router(READERS)
admins = console_router(Role.ADMIN)


@router.get("/admin/calendars/year")
async def show_year(
    desk: CounterDep,
    session: ReadSession,
    key: KeyQuery,
    year: Annotated[int | None, Query(ge=2000, le=2100)] = None,
) -> Response:
    calendar = cast("CalendarItem | None", (await SECTIONS["calendars"].load(session)).get(key))
    if calendar is None:
        raise NotFoundError
    today = _today(desk)
    arrangement = await read_arrangement(session)
    view = year_view(calendar, arrangement, year or today.year, desk.locale)
    return desk.page("admin/year.html", key=key, title=item_name(key, calendar, desk.locale), view=view, today=today)


def _today(desk: Counter) -> datetime:
    return desk.now.astimezone(ZoneInfo(desk.zone))


@admins.post("/admin/official_days/import")
async def bring_in(desk: CounterDep, session: WriteSession, days: Annotated[str, Form(max_length=100_000)]) -> Response:
    """Add a list of days, or correct those there are; each line is date, off or work, name."""
    section = SECTIONS["official_days"]
    present = cast("OfficialItem", (await section.load(session))["china"])
    found = {one.day: one for one in present.arrangement}
    found |= {one.day: Arranged(day=one.day, works=one.works, name=one.name) for one in parse_days(days)}
    item = OfficialItem(arrangement=[found[day] for day in sorted(found)])
    await put(hand_of(desk, session), section, "china", item, action="import")
    return RedirectResponse(f"{HOME}/official_days/item?key=china&saved=1", status_code=303)
