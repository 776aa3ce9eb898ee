"""Who is calling, for the console of whoever sits at that telephone; who the caller is, the page asks the desk."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import Header, Query, Request
from starlette.responses import Response

from channels.context import ChannelContext
from channels.deps import ContextDep
from channels.phone.calls import CALLS_CHANGED, Seat, revision, ringing
from channels.phone.lines import CHANNEL
from channels.phone.models import PhoneCall
from kit.access.deps import StaffDep, staff_router
from kit.access.identity import Role, SignedIn
from kit.masking import mask_number
from kit.phones import e164, readable
from kit.web.pages import PagesDep
from kit.web.sse import ServerEvent, event_stream

router = staff_router(prefix="/console/calls", role=Role.AGENT)
Seen = Annotated[str, Query(max_length=400)]
LastEvent = Annotated[str | None, Header(alias="last-event-id", max_length=400)]


async def _seat(context: ChannelContext, staff: SignedIn) -> Seat:
    accounts = [one for one in await context.accounts.all() if one.channel == CHANNEL and not one.paused]
    return Seat(staff.login, accounts)


@router.get("/ringing")
async def show_ringing(request: Request, context: ContextDep, staff: StaffDep, pages: PagesDep) -> Response:
    """A card for each call; nothing at all where no call can ring, so that no connection is held for it."""
    seat = await _seat(context, staff)
    calls: list[PhoneCall] = []
    if seat.takes_calls:
        async with context.ground.db.reading() as session:
            calls = await ringing(session, context.ground.clock.now(), seat)
    shown = [
        {
            "id": call.id,
            "query": urlencode({"number": call.number, "call": call.id}),
            "number": _masked(call.number),
            "state": "ended" if call.ended_at else "answered" if call.answered_at else "ringing",
            "since": call.first_at,
        }
        for call in calls
    ]
    return pages.render(request, "phone/ringing.html", calls=shown, revision=revision(calls), rings=seat.takes_calls)


def _masked(number: str) -> str:
    """As people at home read it, without its middle; what is no number stays as it is."""
    return mask_number(readable(number).replace(" ", "")) if e164(number) else number


@router.get("/live")
async def follow_calls(
    request: Request, context: ContextDep, staff: StaffDep, seen: Seen = "", last_event_id: LastEvent = None
) -> Response:
    """Says "look again" whenever other calls ring at this person's telephone than the page shows."""
    ground = context.ground
    told = last_event_id if last_event_id is not None else seen

    async def look() -> list[ServerEvent]:
        nonlocal told
        seat = await _seat(context, staff)
        async with ground.db.reading() as session:
            current = revision(await ringing(session, ground.clock.now(), seat))
        if current == told:
            return []
        told = current
        return [ServerEvent(data=current, event="changed", id=current)]

    return event_stream(request, look, CALLS_CHANGED)
