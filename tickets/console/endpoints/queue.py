"""The queue, and taking the next ticket from it."""

from hashlib import blake2b
from typing import Any

from markupsafe import Markup
from starlette.responses import RedirectResponse, Response

from kit.access.identity import Role
from kit.web.deps import WriteSession
from kit.web.errors import FLASH, wants_swap
from tickets.console.endpoints.counter import Counter, CounterDep, console_router
from tickets.console.queries.listing import Listing, lists_of
from tickets.console.queries.queue import QueuePage
from tickets.console.queries.views import shelves_of
from tickets.console.selection import Selection, SelectionDep
from tickets.console.views.filters import MORE, chips, filters, kept
from tickets.console.views.queue import queue_row, tab_links
from tickets.console.views.views import strip
from tickets.taking import take_next

QUEUE = "/console/tickets"
#: The form whose answers change the address that the browser shows.
_FILTERS = "filters"
#: What the page was told by its stream: a list that contains it will do.
TOLD = "YP-Told"
#: The signature of the list that it shows, as the answer told it.
SHOWN = "YP-Shown"
_SIGNATURE, _REVISION = "YP-Signature", "YP-Revision"

router = console_router()
agents = console_router(Role.AGENT)


@router.get("")
async def start() -> Response:
    return RedirectResponse(QUEUE, status_code=303)


@router.get("/tickets")
async def show_queue(desk: CounterDep, selection: SelectionDep) -> Response:
    told = desk.request.headers.get(TOLD, "")
    listing = await lists_of(desk.request).listing(selection, desk.staff.id, told=told)
    beside = await shelves_of(desk.request).beside(desk.staff.id, selection.view, listing.desk)
    rows = _rows(desk, listing)
    shown = {
        "strip": strip(selection, beside, desk.staff),
        "matching": listing.matching,
        "selection": selection,
        "tabs": tab_links(selection, listing.counts(desk.now, desk.staff.id)),
        "listed": Markup(rows),  # noqa: S704 - a template's own output.
        "complete": listing.page.complete,
        "chips": chips(selection, listing.offer, desk.locale),
        "following": selection.query(after=listing.page.following) if listing.page.following else None,
        "cleared": Selection(tab=selection.tab).query(),
        "revision": listing.revision,
    }
    if wants_swap(desk.request):
        return _list(desk, selection, shown, rows)
    lists = filters(selection, listing.offer, desk.locale)
    return desk.page("tickets/queue.html", filters=lists, more=MORE, kept=kept(selection), **shown)


def _rows(desk: Counter, listing: Listing) -> str:
    locale, picks = desk.locale, desk.staff.may(Role.AGENT)

    def draw(page: QueuePage) -> str:
        rows = [queue_row(record, desk.now, locale, page.wanted) for record in page.records]
        return desk.pages.text_for(locale, "tickets/queue_rows.html", rows=rows, picks=picks) if rows else ""

    return listing.drawn((locale, picks), draw)


def _list(desk: Counter, selection: Selection, shown: dict[str, Any], rows: str) -> Response:
    """The list alone, or nothing where it is what the page shows already."""
    signature = _signature(desk, shown, rows)
    about = {_SIGNATURE: signature, _REVISION: shown["revision"]}
    if desk.request.headers.get(SHOWN) == signature:
        return Response(status_code=204, headers=about)
    if desk.request.headers.get("hx-trigger") == _FILTERS:
        about["HX-Replace-Url"] = QUEUE + selection.query()
    return desk.page("tickets/queue_list.html", headers=about, **shown)


def _signature(desk: Counter, shown: dict[str, Any], rows: str) -> str:
    """The same for two lists of a process only if nothing in them differs but the revision."""
    # A text that many share remembers its own hash.
    apart = [desk.locale, desk.staff.role, hash(rows)]
    what = [shown[name] for name in sorted(shown) if name not in {"revision", "listed"}]
    return blake2b(repr([apart, what]).encode(), digest_size=16).hexdigest()


@agents.post("/next")
async def take_the_next(desk: CounterDep, session: WriteSession) -> Response:
    ticket = await take_next(session, desk.now, staff=desk.actor)
    if ticket is None:
        return desk.page("tickets/nothing_waiting.html", headers=FLASH)
    address = f"{QUEUE}/{ticket.id}"
    if wants_swap(desk.request):
        return Response(headers={"HX-Redirect": address})
    return RedirectResponse(address, status_code=303)
