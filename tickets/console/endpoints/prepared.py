"""A text for the composer that somebody else prepared; it is only shown, to whoever asked for it."""

from typing import Literal

from starlette.responses import JSONResponse

from kit.access.identity import Role
from kit.errors import NotFoundError
from kit.i18n import translate
from tickets.console.endpoints.counter import CounterDep, RowId, console_router
from tickets.console.prepared import PreparersDep

router = console_router(Role.AGENT)


@router.post("/tickets/{ticket_id}/prepared/{use}")
async def prepare_text(
    desk: CounterDep, preparers: PreparersDep, ticket_id: RowId, use: Literal["draft", "summary"]
) -> JSONResponse:
    """The text, and a line that says what it is or why there is none."""
    if use not in preparers:
        raise NotFoundError
    prepared = await preparers[use](ticket_id)
    line = f"console.prepared.{use}.ready" if prepared.text else f"console.prepared.{prepared.why}"
    return JSONResponse({"text": prepared.text, "notice": translate(line, desk.locale)})
