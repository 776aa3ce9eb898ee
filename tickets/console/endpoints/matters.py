"""What a ticket is about: its category, its tags, the tickets it has to do with."""

from typing import Annotated

from fastapi import Form
from sqlmodel import col, select
from starlette.responses import Response

from kit.access.identity import Role
from kit.db import AsyncSession
from kit.errors import InvalidError
from kit.web.deps import WriteSession
from tickets.console.endpoints.counter import BIGINT_MAX, CounterDep, RowId, SeenVersion, console_router
from tickets.desk.models import Category
from tickets.merging.links import link_tickets, unlink_tickets
from tickets.merging.models import Relation
from tickets.repository import ticket_by_number
from tickets.routing.correcting import set_category
from tickets.sla.service import align
from tickets.tracking.spoken import ticket_number
from tickets.watching.tagging import set_tags

router = console_router(Role.AGENT)
TAGS_MAX = 1000
#: On this event the page looks anew which tickets look alike.
LINKED = "yp:linked"


class CategoryUnknownError(InvalidError):
    """There is no such category, or it is not used any more."""

    code = "category_unknown"


@router.post("/tickets/{ticket_id}/category")
async def file_under(
    *,
    desk: CounterDep,
    session: WriteSession,
    ticket_id: RowId,
    version: SeenVersion,
    category: Annotated[int, Form(ge=1, le=BIGINT_MAX)],
    reroute: Annotated[bool, Form()] = False,
) -> Response:
    """``reroute``: the category's own team has it from now on."""
    ticket = await desk.hold(session, ticket_id, version)
    chosen = await _category(session, category)
    await set_category(session, desk.now, ticket, category=chosen, staff=desk.actor, seen=version, reroute=reroute)
    return await desk.parts(session, ticket_id)


async def _category(session: AsyncSession, category_id: int) -> Category:
    active = select(Category).where(Category.id == category_id, col(Category.active))
    found = (await session.exec(active)).first()
    if found is None:
        raise CategoryUnknownError
    return found


@router.post("/tickets/{ticket_id}/tags")
async def tag(
    desk: CounterDep,
    session: WriteSession,
    ticket_id: RowId,
    version: SeenVersion,
    tags: Annotated[str, Form(max_length=TAGS_MAX)] = "",
) -> Response:
    """All of them, with spaces or commas between."""
    ticket = await desk.hold(session, ticket_id, version)
    names = tags.translate(str.maketrans(",，、;；", "     ")).split()
    await set_tags(session, desk.now, ticket, names=names, staff=desk.actor, seen=version)
    await align(session, desk.now, ticket)
    return await desk.parts(session, ticket_id)


@router.post("/tickets/{ticket_id}/related")
async def relate(
    desk: CounterDep,
    session: WriteSession,
    ticket_id: RowId,
    number: Annotated[str, Form(max_length=40)],
    relation: Annotated[Relation, Form()] = Relation.RELATED,
) -> Response:
    other = await ticket_by_number(session, ticket_number(number) or number)
    await link_tickets(session, desk.now, ticket_id, other.id, relation=relation, by=desk.actor)
    answer = await desk.parts(session, ticket_id)
    answer.headers["HX-Trigger"] = LINKED
    return answer


@router.post("/tickets/{ticket_id}/related/{link_id}/remove")
async def part(desk: CounterDep, session: WriteSession, ticket_id: RowId, link_id: RowId) -> Response:
    await unlink_tickets(session, desk.now, link_id, by=desk.actor)
    return await desk.parts(session, ticket_id)
