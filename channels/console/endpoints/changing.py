"""Pause an account, let it go on, take it away."""

from typing import Annotated

from fastapi import Form
from starlette.responses import Response

from channels.accounts.service import get_account, pause_account
from channels.console.endpoints.counter import HOME, CounterDep, RowId, channels_router
from channels.console.queries.accounts import remove_account
from kit.access.identity import Role
from kit.web.deps import ReadSession

router = channels_router(Role.ADMIN)


@router.post("/{account_id}/pause")
async def pause(desk: CounterDep, account_id: RowId, paused: Annotated[bool, Form()]) -> Response:
    """Going on also ends a wait that the platform imposed: somebody has looked at it."""
    async with desk.ground.db.transaction() as session:
        account = await get_account(session, account_id)
        await pause_account(session, desk.now, account, paused=paused)
        if not paused:
            await desk.reopen(session, account)
    desk.site.context.accounts.forget()
    return desk.go(f"{HOME}/{account_id}")


@router.get("/{account_id}/remove")
async def ask_removal(desk: CounterDep, session: ReadSession, account_id: RowId) -> Response:
    return desk.page("channels/dialog_remove.html", account=await get_account(session, account_id))


@router.post("/{account_id}/remove")
async def remove(desk: CounterDep, account_id: RowId) -> Response:
    async with desk.ground.db.transaction() as session:
        await remove_account(session, await get_account(session, account_id))
    desk.site.context.accounts.forget()
    return desk.go(HOME)
