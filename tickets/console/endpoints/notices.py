"""The bell at the top of every page: what this person was told, and how they want to be told."""

from datetime import timedelta
from typing import Annotated

from fastapi import Form, Query
from starlette.responses import JSONResponse, RedirectResponse, Response

from kit.db import AsyncSession
from kit.errors import InvalidError, NotFoundError
from kit.i18n import translate
from kit.web.deps import ReadSession, WriteSession
from kit.web.errors import wants_swap
from tickets.console.endpoints.counter import BIGINT_MAX, Counter, CounterDep, RowId, console_router
from tickets.console.views.notices import NoticeLine, notice_lines
from tickets.desk.preferences import Telling, choose_telling, may_disturb, quiet_hours, telling_of
from tickets.notices.models import MANY
from tickets.notices.service import (
    Told,
    get_notice,
    latest,
    mark_one_read,
    mark_read,
    mark_ticket_read,
    unread,
    unread_since,
)
from tickets.routing.presence import profile_of
from tickets.watching.viewers import before_the_eyes_of

router = console_router()
PAGE = "/console/notices"
MINE = "/console/tickets?tab=mine"
#: Lines of the panel; of so many notices it is put together.
PANEL_LINES = 30
_PANEL_NOTICES = 90
_A_PAGE = 60
#: What a browser missed for longer than this is not news any more.
NEWS = timedelta(minutes=10)
#: More than this at once is said in one sentence.
NEWS_LINES = 3
_NEWS_NOTICES = 50
Before = Annotated[int | None, Query(ge=1, le=BIGINT_MAX)]
Edge = Annotated[str, Form(max_length=5)]


class QuietHoursInvalidError(InvalidError):
    """Quiet hours begin and end at a time of day."""

    code = "quiet_hours_invalid"


@router.get("/notices/bell")
async def show_bell(desk: CounterDep, session: ReadSession) -> Response:
    telling = telling_of(await profile_of(session, desk.staff.id))
    count = await unread(session, desk.staff.id)
    return desk.page("tickets/notices_bell.html", unread=count, telling=telling, beside=False)


@router.get("/notices/panel")
async def show_panel(desk: CounterDep, session: ReadSession) -> Response:
    told = await latest(session, desk.staff.id, limit=_PANEL_NOTICES)
    telling = telling_of(await profile_of(session, desk.staff.id))
    lines = notice_lines(told, desk.locale)[:PANEL_LINES]
    return desk.page("tickets/notices_panel.html", lines=lines, until=_newest(told), telling=telling)


@router.get("/notices")
async def show_notices(desk: CounterDep, session: ReadSession, before: Before = None) -> Response:
    told = await latest(session, desk.staff.id, before=before, limit=_A_PAGE + 1)
    older = told[_A_PAGE - 1].notice.id if len(told) > _A_PAGE else None
    lines = notice_lines(told[:_A_PAGE], desk.locale)
    return desk.page("tickets/notices.html", lines=lines, until=_newest(told), older=older, first=before is None)


def _newest(told: list[Told]) -> int:
    return told[0].notice.id if told else 0


@router.post("/notices/read")
async def read_all(
    desk: CounterDep, session: WriteSession, until: Annotated[int, Form(ge=0, le=BIGINT_MAX)]
) -> Response:
    """All that the page showed; what came meanwhile stays unread."""
    await mark_read(session, desk.now, desk.staff.id, until=until)
    if wants_swap(desk.request):
        return await show_panel(desk, session)
    return RedirectResponse(PAGE, status_code=303)


@router.get("/notices/news")
async def tell_news(
    desk: CounterDep, session: ReadSession, after: Annotated[int, Query(ge=0, le=BIGINT_MAX)]
) -> Response:
    """What one browser of this person says aloud; nothing while they are off, want quiet or look at the ticket."""
    profile = await profile_of(session, desk.staff.id)
    telling = telling_of(profile)
    lines = await _news(desk, session, after) if may_disturb(profile, desk.now, desk.zone) else []
    said = [_said(f"n{line.id}", line.text, line.ticket, line.address) for line in lines]
    if len(said) > NEWS_LINES:
        many = translate("notice.news", desk.locale, count=sum(line.count for line in lines))
        said = [_said("many", many, "", PAGE)]
    return JSONResponse({"desktop": telling.desktop, "sound": telling.sound, "news": said})


async def _news(desk: Counter, session: AsyncSession, after: int) -> list[NoticeLine]:
    told = await unread_since(session, desk.staff.id, after, limit=_NEWS_NOTICES)
    seen = await before_the_eyes_of(session, desk.now, desk.staff.id) if told else set()
    news = [one for one in told if one.notice.at > desk.now - NEWS and one.notice.ticket_id not in seen]
    return notice_lines(news, desk.locale)


def _said(tag: str, title: str, body: str, address: str) -> dict[str, str]:
    return {"tag": tag, "title": title, "body": body, "address": address}


@router.post("/notices/telling")
async def choose(
    *,
    desk: CounterDep,
    session: WriteSession,
    desktop: Annotated[bool, Form()] = False,
    sound: Annotated[bool, Form()] = False,
    quiet_from: Edge = "",
    quiet_until: Edge = "",
) -> Response:
    try:
        hours = quiet_hours(quiet_from, quiet_until)
    except ValueError as no_time:
        raise QuietHoursInvalidError from no_time
    telling = Telling(desktop=desktop, sound=sound, quiet_hours=hours)
    await choose_telling(session, desk.staff.id, telling)
    count = await unread(session, desk.staff.id)
    return desk.page("tickets/notices_chosen.html", unread=count, telling=telling, beside=True)


@router.get("/notices/{notice_id}")
async def open_notice(desk: CounterDep, session: WriteSession, notice_id: RowId) -> Response:
    """To what it is about; that it is read now is all that a link which is followed twice can do."""
    notice = await get_notice(session, desk.staff.id, notice_id)
    if notice is None:
        raise NotFoundError
    if notice.kind in MANY:
        await mark_one_read(session, desk.now, desk.staff.id, notice.id)
        return RedirectResponse(MINE, status_code=303)
    if notice.ticket_id is None:
        await mark_one_read(session, desk.now, desk.staff.id, notice.id)
        return RedirectResponse(str(notice.data["address"]), status_code=303)
    await mark_ticket_read(session, desk.now, desk.staff.id, notice.ticket_id)
    return RedirectResponse(f"/console/tickets/{notice.ticket_id}", status_code=303)
