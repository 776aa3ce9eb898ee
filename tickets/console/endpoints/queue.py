"""The queue, and taking the next ticket from it."""

from starlette.responses import RedirectResponse, Response

from kit.access.identity import Role
from kit.db import AsyncSession
from kit.web.deps import ReadSession, WriteSession
from kit.web.errors import FLASH, wants_swap
from tickets.console.endpoints.counter import Counter, CounterDep, console_router
from tickets.console.queries.choices import offered
from tickets.console.queries.counting import Count, queue_counts, view_counts
from tickets.console.queries.queue import look, queue_revision
from tickets.console.selection import Selection, SelectionDep
from tickets.console.views.filters import MORE, chips, filters, kept
from tickets.console.views.queue import queue_row, tab_links
from tickets.taking import take_next

QUEUE = "/console/tickets"
#: The form whose answers change the address that the browser shows.
_FILTERS = "filters"

router = console_router()
agents = console_router(Role.AGENT)


@router.get("")
async def start() -> Response:
    return RedirectResponse(QUEUE, status_code=303)


@router.get("/tickets")
async def show_queue(desk: CounterDep, session: ReadSession, selection: SelectionDep) -> Response:
    now, staff_id = desk.now, desk.staff.id
    # Before the rows: what changes between the two is then looked at once more, not missed.
    revision = await queue_revision(session)
    page = await look(session, now, selection, staff_id=staff_id, zone=desk.zone)
    offer = await offered(session)
    counts = await queue_counts(session, now, staff_id=staff_id)
    paged = bool(page.following or selection.after)
    shown = {
        "matching": await _matching(desk, session, selection) if paged else None,
        "selection": selection,
        "tabs": tab_links(selection, counts),
        "rows": [queue_row(record, now, desk.locale, page.wanted) for record in page.records],
        "complete": page.complete,
        "chips": chips(selection, offer, desk.locale),
        "following": selection.query(after=page.following) if page.following else None,
        "cleared": Selection(tab=selection.tab).query(),
        "revision": revision,
    }
    if wants_swap(desk.request):
        filtered = desk.request.headers.get("hx-trigger") == _FILTERS
        headers = {"HX-Replace-Url": QUEUE + selection.query()} if filtered else {}
        return desk.page("tickets/queue_list.html", headers=headers, **shown)
    lists = filters(selection, offer, desk.locale)
    return desk.page("tickets/queue.html", filters=lists, more=MORE, kept=kept(selection), **shown)


async def _matching(desk: Counter, session: AsyncSession, selection: Selection) -> Count:
    counts = await view_counts(session, desk.now, desk.staff.id, {0: selection}, zone=desk.zone)
    return counts[0]


@agents.post("/next")
async def take_the_next(desk: CounterDep, session: WriteSession) -> Response:
    ticket = await take_next(session, desk.now, staff=desk.actor)
    if ticket is None:
        return desk.page("tickets/nothing_waiting.html", headers=FLASH)
    address = f"{QUEUE}/{ticket.id}"
    if wants_swap(desk.request):
        return Response(headers={"HX-Redirect": address})
    return RedirectResponse(address, status_code=303)
