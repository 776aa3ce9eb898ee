"""The queue, and taking the next ticket from it."""

from starlette.responses import RedirectResponse, Response

from kit.access.identity import Role
from kit.web.deps import ReadSession, WriteSession
from kit.web.errors import FLASH, wants_swap
from tickets.console.endpoints.counter import CounterDep, console_router
from tickets.console.queries.desk import teams
from tickets.console.queries.queue import queue_counts, queue_page, queue_revision
from tickets.console.selection import Selection, SelectionDep
from tickets.console.views.people import named
from tickets.console.views.queue import CHANNEL_ICONS, queue_row, tab_links
from tickets.taking import take_next
from tickets.timeline import spoken

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
    records, following = await queue_page(session, now, selection, staff_id=staff_id)
    counts = await queue_counts(session, now, staff_id=staff_id)
    shown = {
        "selection": selection,
        "tabs": tab_links(selection, counts),
        "rows": [queue_row(record, now, desk.locale) for record in records],
        "following": selection.query(after=following) if following else None,
        "cleared": Selection(tab=selection.tab).query(),
        "revision": revision,
    }
    if wants_swap(desk.request):
        filtered = desk.request.headers.get("hx-trigger") == _FILTERS
        headers = {"HX-Replace-Url": QUEUE + selection.query()} if filtered else {}
        return desk.page("tickets/queue_list.html", headers=headers, **shown)
    choices = [(team.id, named(team, desk.locale)) for team in await teams(session)]
    channels = [(name, spoken("console.channel", name, desk.locale)) for name in CHANNEL_ICONS]
    return desk.page("tickets/queue.html", teams=choices, channel_choices=channels, **shown)


@agents.post("/next")
async def take_the_next(desk: CounterDep, session: WriteSession) -> Response:
    ticket = await take_next(session, desk.now, staff=desk.actor)
    if ticket is None:
        return desk.page("tickets/nothing_waiting.html", headers=FLASH)
    address = f"{QUEUE}/{ticket.id}"
    if wants_swap(desk.request):
        return Response(headers={"HX-Redirect": address})
    return RedirectResponse(address, status_code=303)
