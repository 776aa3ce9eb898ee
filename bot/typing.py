"""Who is writing, across the line between desk and platforms: staff see the customer, the customer sees staff."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Annotated, Protocol

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from channels.webchat.translate import CHANNEL as WEBCHAT
from channels.webchat.typing import is_visitor_typing, show_typing
from kit.access.deps import require, staff_router
from kit.access.identity import Role, SignedIn
from kit.db import AsyncSession
from kit.web.deps import GroundDep, ReadSession, WriteSession
from kit.web.pages import PagesDep
from tickets.console.endpoints.counter import RowId
from tickets.conversations.models import Conversation
from tickets.conversations.service import get_conversation
from tickets.repository import get_ticket

#: Asks whether the person at an address is typing at a moment.
IsTyping = Callable[[AsyncSession, datetime, str], Awaitable[bool]]


class ShowTyping(Protocol):
    """Shows the person at an address that somebody of ours is writing."""

    async def __call__(
        self, session: AsyncSession, now: datetime, address: str, *, who: str, name: str | None = None
    ) -> None: ...


#: Per channel that can tell.
HEAR: Mapping[str, IsTyping] = {WEBCHAT: is_visitor_typing}
#: Per channel that can show.
SHOW: Mapping[str, ShowTyping] = {WEBCHAT: show_typing}

router = staff_router(prefix="/console/tickets")


async def _conversation(session: AsyncSession, ticket_id: int) -> Conversation:
    ticket = await get_ticket(session, ticket_id)
    return await get_conversation(session, ticket.conversation_id)


@router.get("/{ticket_id}/typing")
async def customer_typing(
    request: Request, session: ReadSession, ground: GroundDep, pages: PagesDep, ticket_id: RowId
) -> HTMLResponse:
    """A fragment of the ticket page: empty unless the customer is writing."""
    conversation = await _conversation(session, ticket_id)
    hear = HEAR.get(conversation.channel)
    typing = hear is not None and await hear(session, ground.clock.now(), conversation.address)
    return pages.render(request, "typing.html", typing=typing)


@router.post("/{ticket_id}/typing")
async def staff_typing(
    session: WriteSession,
    ground: GroundDep,
    staff: Annotated[SignedIn, require(Role.AGENT)],
    ticket_id: RowId,
) -> Response:
    """A member of staff is writing a reply; told again every few seconds while that lasts."""
    conversation = await _conversation(session, ticket_id)
    show = SHOW.get(conversation.channel)
    if show is not None:
        await show(session, ground.clock.now(), conversation.address, who="staff", name=staff.name)
    return Response(status_code=204)
