"""Whether somebody takes new tickets: the switch at the top of every page."""

from typing import Annotated

from fastapi import Form
from starlette.responses import Response

from kit.access.identity import Role
from kit.web.deps import ReadSession, WriteSession
from tickets.console.endpoints.counter import Counter, CounterDep, console_router
from tickets.desk.models import Presence, StaffProfile
from tickets.routing.people import loads_of
from tickets.routing.presence import is_sign_due, note_sign_of_life, profile_of, set_presence

router = console_router()
agents = console_router(Role.AGENT)


@router.get("/duty")
async def show_duty(desk: CounterDep, session: ReadSession) -> Response:
    """Asked for by every open page once a minute, which is its sign of life."""
    if desk.staff.role is Role.EDITOR:
        return Response()
    profile = await profile_of(session, desk.staff.id)
    loads = await loads_of(session, [desk.staff.id])
    if is_sign_due(profile, desk.now):
        async with desk.ground.db.transaction() as writing:
            await note_sign_of_life(writing, desk.now, desk.staff.id)
    return _switch(desk, profile, loads.get(desk.staff.id, 0))


@agents.post("/duty")
async def set_duty(desk: CounterDep, session: WriteSession, state: Annotated[Presence, Form()]) -> Response:
    await set_presence(session, desk.now, desk.staff.id, state, zone=desk.zone)
    profile = await profile_of(session, desk.staff.id)
    loads = await loads_of(session, [desk.staff.id])
    return _switch(desk, profile, loads.get(desk.staff.id, 0))


def _switch(desk: Counter, profile: StaffProfile, load: int) -> Response:
    return desk.page("tickets/duty.html", profile=profile, load=load, states=list(Presence))
