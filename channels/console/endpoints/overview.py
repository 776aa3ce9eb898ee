"""All accounts and how they are."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from fastapi import Header, Query
from starlette.responses import Response

from channels.accounts.service import ACCOUNTS_CHANGED
from channels.console.endpoints.counter import Counter, CounterDep, channels_router
from channels.console.queries.health import Health, load_health
from channels.console.views.health import AccountRow, account_rows
from kit.access.identity import Role
from kit.db import AsyncSession
from kit.web.deps import ReadSession
from kit.web.errors import wants_swap
from kit.web.sse import ServerEvent, event_stream

router = channels_router(Role.SUPERVISOR)


@router.get("")
async def show_accounts(desk: CounterDep, session: ReadSession) -> Response:
    rows = await _rows(desk, session)
    name = "channels/accounts_list.html" if wants_swap(desk.request) else "channels/accounts.html"
    return await desk.tabbed(session, name, rows=rows, revision=_revision(rows))


async def _rows(desk: Counter, session: AsyncSession) -> list[AccountRow]:
    health = await load_health(session, desk.now)
    return account_rows(health, await _tokens(desk, session, health), desk.site, desk.now, desk.locale)


async def _tokens(desk: Counter, session: AsyncSession, health: Health) -> Mapping[int, datetime]:
    """Until when each account's access token is good, of the platforms that have such a thing."""
    found: dict[int, datetime] = {}
    for platform in desk.site.enterable:
        mine = {one.name: one.id for one in health.accounts if one.channel == platform.name}
        if platform.token_expiries is not None and mine:
            expiries = await platform.token_expiries(session, list(mine))
            found.update({mine[name]: until for name, until in expiries.items() if name in mine})
    return found


def _revision(rows: list[AccountRow]) -> str:
    """Differs whenever the list would."""
    return hashlib.sha256(repr(rows).encode()).hexdigest()[:16]


@router.get("/live")
async def follow_accounts(
    desk: CounterDep,
    seen: Annotated[str, Query(max_length=100)] = "",
    last_event_id: Annotated[str | None, Header(alias="last-event-id", max_length=100)] = None,
) -> Response:
    """Says when to look again; most of what changes here gives no hint, so it is looked for at every heartbeat."""
    told = last_event_id or seen

    async def look() -> list[ServerEvent]:
        nonlocal told
        async with desk.ground.db.reading() as session:
            revision = _revision(await _rows(desk, session))
        if revision == told:
            return []
        told = revision
        return [ServerEvent(data=revision, event="changed", id=revision)]

    return event_stream(desk.request, look, ACCOUNTS_CHANGED)
