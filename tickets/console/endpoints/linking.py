"""Addresses of a person: which belong together is for supervisors to decide, where news goes for agents."""

from typing import Annotated

from fastapi import Form
from sqlmodel import col, select, update
from starlette.responses import Response

from kit.access.identity import Role
from kit.db import AsyncSession
from kit.settings import QUIET_HOURS
from kit.web.deps import WriteSession
from tickets.console.endpoints.counter import BIGINT_MAX, CounterDep, RowId, console_router
from tickets.contacts.models import Contact
from tickets.conversations.models import Conversation
from tickets.linking.service import (
    NoSuchLinkError,
    confirm_link,
    dismiss_link,
    links_of,
    pending_links,
    undo_link,
)
from tickets.repository import get_ticket

router = console_router(Role.SUPERVISOR)
agents = console_router(Role.AGENT)


@router.post("/tickets/{ticket_id}/links/{link_id}/confirm")
async def confirm(desk: CounterDep, session: WriteSession, ticket_id: RowId, link_id: RowId) -> Response:
    """Each link is reached by a ticket of the person it is about, and by no other."""
    ticket = await get_ticket(session, ticket_id)
    _check(link_id, {link.id for link in await pending_links(session, desk.now, ticket.contact_id)})
    await confirm_link(session, desk.now, link_id, staff=desk.actor)
    return await _parts(desk, session, ticket_id)


@router.post("/tickets/{ticket_id}/links/{link_id}/dismiss")
async def dismiss(desk: CounterDep, session: WriteSession, ticket_id: RowId, link_id: RowId) -> Response:
    ticket = await get_ticket(session, ticket_id)
    _check(link_id, {link.id for link in await pending_links(session, desk.now, ticket.contact_id)})
    await dismiss_link(session, link_id)
    return await _parts(desk, session, ticket_id)


@router.post("/tickets/{ticket_id}/links/{link_id}/undo")
async def undo(desk: CounterDep, session: WriteSession, ticket_id: RowId, link_id: RowId) -> Response:
    ticket = await get_ticket(session, ticket_id)
    _check(link_id, {link.id for link in await links_of(session, ticket.contact_id)})
    await undo_link(session, desk.now, link_id, by=desk.actor)
    return await _parts(desk, session, ticket_id)


@agents.post("/tickets/{ticket_id}/preferred")
async def prefer(
    desk: CounterDep, session: WriteSession, ticket_id: RowId, talk: Annotated[int, Form(ge=0, le=BIGINT_MAX)]
) -> Response:
    """``talk`` is the conversation where the person wants news; 0 for where each ticket was opened."""
    ticket = await get_ticket(session, ticket_id)
    own = select(Conversation.thread).where(Conversation.id == talk, Conversation.contact_id == ticket.contact_id)
    thread = (await session.exec(own)).first()
    await session.exec(update(Contact).where(col(Contact.id) == ticket.contact_id).values(preferred_thread=thread))
    return await _parts(desk, session, ticket_id)


@agents.post("/tickets/{ticket_id}/news-by")
async def choose_ways(
    desk: CounterDep,
    session: WriteSession,
    ticket_id: RowId,
    quiet: Annotated[str, Form(pattern=rf"^(org|{QUIET_HOURS.pattern}|)$")] = "",
    fallback: Annotated[int, Form(ge=0, le=BIGINT_MAX)] = 0,
) -> Response:
    """Where news goes when the first way fails, and when it waits; "org" is whatever the organisation has."""
    ticket = await get_ticket(session, ticket_id)
    own = select(Conversation.thread).where(Conversation.id == fallback, Conversation.contact_id == ticket.contact_id)
    values = {
        "fallback_thread": (await session.exec(own)).first(),
        "quiet_hours": None if quiet == "org" else quiet,
    }
    await session.exec(update(Contact).where(col(Contact.id) == ticket.contact_id).values(**values))
    return await _parts(desk, session, ticket_id)


def _check(link_id: int, own: set[int]) -> None:
    if link_id not in own:
        raise NoSuchLinkError


async def _parts(desk: CounterDep, session: AsyncSession, ticket_id: int) -> Response:
    # What was moved by plain statements is read anew.
    session.expire_all()
    return await desk.parts(session, ticket_id)
