"""Pushes that were verified and could not be read."""

from starlette.responses import Response

from channels.console.endpoints.counter import CounterDep, RowId, channels_router
from channels.console.queries.pushes import get_push, pushes_page
from channels.console.selection import SelectionDep
from channels.console.views.letters import push_row
from kit.access.identity import Role
from kit.web.deps import ReadSession

router = channels_router(Role.SUPERVISOR)


@router.get("/unparsed")
async def show_pushes(desk: CounterDep, session: ReadSession, selection: SelectionDep) -> Response:
    pushes, following = await pushes_page(session, selection)
    labels = await desk.labels(session)
    return await desk.tabbed(
        session,
        "channels/pushes.html",
        rows=[push_row(push, labels, desk.locale) for push in pushes],
        selection=selection,
        following=selection.query(after=following) if following else None,
    )


@router.get("/unparsed/{push_id}/file")
async def save_push(session: ReadSession, push_id: RowId) -> Response:
    """Every byte as it came; a browser saves it and runs nothing of it."""
    push = await get_push(session, push_id)
    headers = {
        "Content-Disposition": f'attachment; filename="push-{push.channel}-{push.id}.txt"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return Response(push.body, media_type="application/octet-stream", headers=headers)
