"""One order for many tickets: ask for it, follow it, stop it, take it back."""

from secrets import token_urlsafe
from typing import Annotated

from fastapi import Depends, Form, Query
from starlette.responses import RedirectResponse, Response

from kit.access.identity import Role
from kit.db import AsyncSession
from kit.text import clean_text
from kit.web.deps import ReadSession, WriteSession
from kit.web.errors import wants_swap
from tickets.bulk.errors import BulkEmptyError, BulkNotFoundError
from tickets.bulk.models import HEARD, BulkJob, BulkKind, Outcome
from tickets.bulk.service import MOST, begin, get_bulk, progress, recent_bulks, stop, undo
from tickets.bulk.wording import VARIABLES, asks_for_name, filled
from tickets.console.endpoints.counter import BIGINT_MAX, Counter, CounterDep, RowId, console_router
from tickets.console.queries.bulk import all_matching, bulk_page, delivery_counts, nameless, persons_of
from tickets.console.queries.choices import offered
from tickets.console.selection import from_query
from tickets.console.views.bulk import bulk_row, bulk_view, title_of
from tickets.console.views.ordering import Wish, params_of
from tickets.console.views.people import category_choices, named
from tickets.console.views.snoozes import quick_snoozes
from tickets.timeline import spoken

router = console_router(Role.AGENT)
PAGE = "/console/bulk"
_PREVIEWED = 3
_QUERY_MAX = 4000
_TEXT_MAX = 4000


class Chosen:
    """The tickets an order is for: picked by hand, or all that a selection finds."""

    def __init__(
        self,
        ids: Annotated[str, Form(max_length=20 * MOST)] = "",
        query: Annotated[str, Form(max_length=_QUERY_MAX)] = "",
    ) -> None:
        self.ids, self.query = ids, query

    async def tickets(self, desk: Counter, session: AsyncSession) -> list[int]:
        """Their ids, in order; raises BulkEmptyError where there are none."""
        if self.query:
            found = await all_matching(
                session, desk.now, from_query(self.query), staff_id=desk.staff.id, zone=desk.zone
            )
        else:
            found = sorted({int(one) for one in self.ids.split(",") if one.isascii() and one.isdecimal()})
        if not found or found[-1] > BIGINT_MAX:
            raise BulkEmptyError
        return found


ChosenDep = Annotated[Chosen, Depends()]
WishDep = Annotated[Wish, Form()]


@router.post("/bulk/dialog")
async def ask(desk: CounterDep, session: ReadSession, chosen: ChosenDep, kind: Annotated[BulkKind, Form()]) -> Response:
    """The form of one kind of order; its key makes that pressed twice is ordered once."""
    tickets = await chosen.tickets(desk, session)
    offer = await offered(session)
    return desk.page(
        "tickets/bulk_dialog.html",
        kind=kind.value,
        count=len(tickets),
        chosen=chosen,
        key=token_urlsafe(16),
        teams=[(team.id, named(team, desk.locale)) for team in offer.teams],
        people=offer.people,
        categories=category_choices(offer.categories, desk.locale),
        known=offer.tags,
        quick=quick_snoozes(desk.now, desk.zone),
        variables=" ".join(f"{{{name}}}" for name in VARIABLES),
        text_max=_TEXT_MAX,
    )


@router.post("/bulk/preview")
async def preview(
    desk: CounterDep,
    session: ReadSession,
    chosen: ChosenDep,
    text: Annotated[str, Form(max_length=_TEXT_MAX)] = "",
) -> Response:
    """What the first of them would read."""
    tickets, wording = await chosen.tickets(desk, session), clean_text(text)
    read = [
        filled(wording, name=person.name, number=ticket.number, agent=desk.staff.name, locale=ticket.locale or "zh")
        for ticket, person in await persons_of(session, tickets[:_PREVIEWED])
    ]
    unnamed = await nameless(session, tickets) if asks_for_name(wording) else 0
    return desk.page("tickets/bulk_preview.html", read=read if wording else [], nameless=unnamed)


@router.post("/bulk")
async def give(
    *,
    desk: CounterDep,
    session: WriteSession,
    wish: WishDep,
) -> Response:
    chosen = Chosen(wish.ids, wish.query)
    job = await begin(
        session,
        desk.now,
        kind=wish.kind,
        params=params_of(wish, await offered(session), zone=desk.zone, locale=desk.locale),
        ticket_ids=await chosen.tickets(desk, session),
        staff=desk.actor,
        key=f"{desk.staff.id}:{wish.key}",
        query=chosen.query,
    )
    return _go(desk, f"{PAGE}/{job.id}")


@router.get("/bulk")
async def show_orders(desk: CounterDep, session: ReadSession) -> Response:
    """Agents see their own; supervisors see all."""
    everybody = desk.staff.may(Role.SUPERVISOR)
    jobs = await recent_bulks(session, staff_id=None if everybody else desk.staff.id)
    return desk.page("tickets/bulk_list.html", jobs=[(job, title_of(job, desk.locale, desk.zone)) for job in jobs])


@router.get("/bulk/{bulk_id}")
async def show_order(
    desk: CounterDep,
    session: ReadSession,
    bulk_id: RowId,
    outcome: Annotated[str, Query(max_length=20)] = "",
    after: Annotated[int, Query(ge=0, le=BIGINT_MAX)] = 0,
) -> Response:
    """Asked for again and again while it goes on; then only its live part is sent."""
    job = await _own(desk, session, bulk_id)
    wanted = Outcome(outcome) if outcome in set(Outcome) else None
    records, following = await bulk_page(session, bulk_id, outcome=wanted, after=after)
    view = bulk_view(job, await progress(session, bulk_id), desk.now, desk.locale, desk.zone)
    delivered = await delivery_counts(session, bulk_id) if job.kind in HEARD else {}
    return desk.page(
        "tickets/bulk_state.html" if wants_swap(desk.request) else "tickets/bulk.html",
        order=view,
        rows=[bulk_row(record, desk.locale, heard=view.heard) for record in records],
        deliveries=[(spoken("console.delivery", state, desk.locale), count) for state, count in delivered.items()],
        # What was handed over has not arrived yet.
        going=bool(view.pending or "queued" in delivered),
        outcome=wanted.value if wanted else "",
        after=after,
        following=following,
    )


@router.post("/bulk/{bulk_id}/stop")
async def stop_order(desk: CounterDep, session: WriteSession, bulk_id: RowId) -> Response:
    await _own(desk, session, bulk_id)
    await stop(session, desk.now, bulk_id)
    return _go(desk, f"{PAGE}/{bulk_id}")


@router.post("/bulk/{bulk_id}/undo")
async def undo_order(desk: CounterDep, session: WriteSession, bulk_id: RowId) -> Response:
    await _own(desk, session, bulk_id)
    await undo(session, desk.now, bulk_id, staff=desk.actor)
    return _go(desk, f"{PAGE}/{bulk_id}")


async def _own(desk: Counter, session: AsyncSession, bulk_id: int) -> BulkJob:
    job = await get_bulk(session, bulk_id)
    if job.staff_id != desk.staff.id and not desk.staff.may(Role.SUPERVISOR):
        raise BulkNotFoundError
    return job


def _go(desk: Counter, address: str) -> Response:
    if wants_swap(desk.request):
        return Response(headers={"HX-Redirect": address})
    return RedirectResponse(address, status_code=303)
