"""Where administration begins: what is configured, what needs a look, and what changed last."""

from zoneinfo import ZoneInfo

from starlette.responses import Response

from kit.audit import latest
from kit.web.deps import ReadSession
from tickets.admin.endpoints.office import READERS
from tickets.admin.histories import entry_lines
from tickets.admin.lists import cards
from tickets.config.sections import load_all
from tickets.console.endpoints.counter import CounterDep, console_router
from tickets.sla.official import read_arrangement

router = console_router(READERS)
_LAST = 8


@router.get("/admin")
async def show_overview(desk: CounterDep, session: ReadSession) -> Response:
    everything = await load_all(session)
    entries = await latest(session, limit=_LAST)
    today = desk.now.astimezone(ZoneInfo(desk.zone)).date()
    return desk.page(
        "admin/overview.html",
        missing_year=(await read_arrangement(session)).missing_year(today),
        cards=cards(everything, desk.locale),
        entries=entry_lines(entries, desk.locale),
    )
