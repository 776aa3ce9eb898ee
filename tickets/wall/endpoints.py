"""The supervisors' wall: one page that renews itself."""

from starlette.responses import Response

from kit.access.identity import Role
from kit.web.sse import event_stream
from tickets.console.endpoints.counter import CounterDep, console_router
from tickets.console.endpoints.live import LastEvent, Seen, telling
from tickets.wall.shared import REST_S, wall_of
from tickets.wall.views import wall_view

router = console_router(Role.SUPERVISOR)


@router.get("/wall")
async def show_wall(desk: CounterDep) -> Response:
    return await _show(desk, "wall/wall.html")


@router.get("/wall/board")
async def show_board(desk: CounterDep) -> Response:
    """The part that is fetched anew."""
    return await _show(desk, "wall/board.html")


@router.get("/wall/live")
async def follow_wall(desk: CounterDep, seen: Seen = "", last_event_id: LastEvent = None) -> Response:
    wall = wall_of(desk.request)

    async def revision() -> str:
        return (await wall.after_now()).revision

    return event_stream(desk.request, telling(revision, last_event_id or seen), "tickets", rest_s=REST_S)


async def _show(desk: CounterDep, template: str) -> Response:
    snapshot = await wall_of(desk.request).latest()
    return desk.page(template, view=wall_view(snapshot, desk.locale))
