"""An address for somebody whom no news can reach."""

from typing import Annotated

from fastapi import Form
from starlette.responses import Response

from kit.access.identity import Role
from kit.web.deps import ReadSession, WriteSession
from tickets.calls.reaching import AddressUnfitError, reach_by
from tickets.calls.ways import first_of
from tickets.console.calling import is_mail_address
from tickets.console.endpoints.calls import WaysDep
from tickets.console.endpoints.counter import CounterDep, RowId, SeenVersion, console_router
from tickets.repository import get_ticket

router = console_router(Role.AGENT)
ADDRESS_MAX = 254


@router.get("/tickets/{ticket_id}/address")
async def ask_address(desk: CounterDep, session: ReadSession, ways: WaysDep, ticket_id: RowId) -> Response:
    offered = list(dict.fromkeys(way.channel for way in await ways(session)))
    return desk.page("tickets/dialog_address.html", ticket=await get_ticket(session, ticket_id), offered=offered)


@router.post("/tickets/{ticket_id}/address")
async def add_address(
    desk: CounterDep,
    session: WriteSession,
    *,
    ways: WaysDep,
    ticket_id: RowId,
    version: SeenVersion,
    address: Annotated[str, Form(max_length=ADDRESS_MAX)] = "",
) -> Response:
    """A mobile number or an address of mail: which of the two it is, it says itself."""
    ticket = await desk.hold(session, ticket_id, version)
    is_mail = is_mail_address(address.strip())
    way = first_of(await ways(session), "email" if is_mail else "sms")
    if way is None:
        raise AddressUnfitError
    await reach_by(session, desk.now, ticket, way, address, looks_like_mail=is_mail, staff=desk.actor)
    return await desk.parts(session, ticket_id)
