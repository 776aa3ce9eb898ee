"""Who else is here, who follows, who can be called by name."""

from typing import Annotated, Literal

from fastapi import Form
from starlette.responses import Response

from kit.access.identity import Role
from kit.web.deps import ReadSession, WriteSession
from tickets.console.endpoints.counter import CounterDep, RowId, console_router
from tickets.console.views.people import callable_people, initials
from tickets.notices.service import mark_ticket_read
from tickets.repository import get_ticket
from tickets.sending.drafts import drafting
from tickets.watching.followers import follow, unfollow
from tickets.watching.mentions import colleagues
from tickets.watching.viewers import look_at, look_away, watchers

router = console_router()
agents = console_router(Role.AGENT)
#: What the page says of its composer; "same" leaves that as it was.
Writing = Literal["", "reply", "same"]
_TYPING = {"": False, "reply": True, "same": None}


@router.post("/tickets/{ticket_id}/watch")
async def say_hello(
    desk: CounterDep, session: WriteSession, ticket_id: RowId, writing: Annotated[Writing, Form()] = "same"
) -> Response:
    """A page is open, and is told who else is here; what its person was told of the ticket they see now."""
    await get_ticket(session, ticket_id)
    await look_at(session, desk.now, ticket_id, desk.staff.id, typing=_TYPING[writing])
    await mark_ticket_read(session, desk.now, desk.staff.id, ticket_id)
    here = await watchers(session, desk.now, ticket_id, but=desk.staff.id)
    begun = await drafting(session, desk.now, ticket_id, but=desk.staff.id)
    # Whoever is seen typing needs no second mention.
    typing = {one.name for one in here if one.typing}
    drafts = [name for name in begun if name not in typing]
    return desk.page("tickets/watchers.html", here=[(one, initials(one.name)) for one in here], drafts=drafts)


@router.post("/tickets/{ticket_id}/leave")
async def say_goodbye(desk: CounterDep, session: WriteSession, ticket_id: RowId) -> Response:
    await look_away(session, ticket_id, desk.staff.id)
    return Response(status_code=204)


@agents.post("/tickets/{ticket_id}/follow")
async def follow_or_not(
    desk: CounterDep, session: WriteSession, ticket_id: RowId, *, on: Annotated[bool, Form()]
) -> Response:
    await get_ticket(session, ticket_id)
    if on:
        await follow(session, desk.now, ticket_id, [desk.staff.id])
    else:
        await unfollow(session, ticket_id, desk.staff.id)
    return await desk.parts(session, ticket_id)


@agents.get("/colleagues")
async def show_colleagues(desk: CounterDep, session: ReadSession) -> Response:
    """Asked once by a page in whose note somebody is called."""
    people = callable_people(await colleagues(session, but=desk.staff.id))
    return desk.page("tickets/colleagues.html", people=people)
