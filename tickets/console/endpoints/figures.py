"""How it goes: the whole desk for supervisors, their own tickets for everybody else."""

from starlette.responses import Response

from kit.access.identity import Role
from kit.web.deps import ReadSession
from tickets.console.endpoints.counter import CounterDep, console_router
from tickets.console.queries.desk import teams
from tickets.console.queries.figures import load_figures
from tickets.console.views.figures import WINDOW, figures_view

router = console_router()


@router.get("/figures")
async def show_figures(desk: CounterDep, session: ReadSession) -> Response:
    whole_desk = desk.staff.may(Role.SUPERVISOR)
    assignee_id = None if whole_desk else desk.staff.id
    rows = await load_figures(session, desk.now - WINDOW, assignee_id=assignee_id)
    view = figures_view(rows, await teams(session), desk.locale)
    return desk.page("tickets/figures.html", view=view, whole_desk=whole_desk, days=WINDOW.days)
