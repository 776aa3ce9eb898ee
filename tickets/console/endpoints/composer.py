"""Answer the customer, or note something for colleagues."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import File, Form, UploadFile
from starlette.responses import Response

from kit.access.identity import Role
from kit.db import AsyncSession
from kit.errors import InvalidError
from kit.ground import Ground
from kit.web.deps import WriteSession
from tickets.console.endpoints.counter import (
    BIGINT_MAX,
    CHANGED,
    Counter,
    CounterDep,
    RowId,
    SeenVersion,
    console_router,
)
from tickets.macros.variables import refuse_unfilled
from tickets.models import Ticket
from tickets.repository import get_ticket, refuse_if_changed
from tickets.sending.drafts import Mode, forget_draft, save_draft
from tickets.sending.errors import SaidMeanwhileError
from tickets.sending.grip import hold_ticket
from tickets.sending.holding import hold_seconds, kept_files, say_later, say_now, take_back
from tickets.sending.meanwhile import refuse_if_said
from tickets.watching.mentions import call_mentioned
from tickets.watching.viewers import look_at
from tickets.working import checked_text, note

router = console_router(Role.AGENT)
MOST_FILES = 5
_CHUNK = 64 * 1024
MessageId = Annotated[int | None, Form(ge=0, le=BIGINT_MAX)]


class TooManyFilesError(InvalidError):
    """More than ``most`` files on one message."""

    code = "too_many_files"


@router.post("/tickets/{ticket_id}/messages")
async def write_message(
    *,
    desk: CounterDep,
    ticket_id: RowId,
    version: SeenVersion,
    mode: Annotated[Mode, Form()],
    text: Annotated[str, Form()] = "",
    files: Annotated[list[UploadFile] | None, File()] = None,
    kept: MessageId = None,
    heard: MessageId = None,
    anyway: Annotated[bool, Form()] = False,
) -> Response:
    """``heard`` is the newest message the writer had before them; ``anyway``: they know what was said since."""
    said = checked_text(text) if mode == "note" else refuse_unfilled(checked_text(text))
    # Stored before the transaction begins: a large file must not keep other writers waiting.
    stored = await _store(desk.ground, files or [])
    try:
        async with desk.ground.db.transaction() as session:
            stored += await kept_files(session, kept, staff_id=desk.staff.id) if kept else []
            if mode == "note":
                await _note(desk, session, ticket_id, said, stored)
            else:
                ticket = await _ticket_to_answer(desk, session, ticket_id, version, heard=heard, anyway=anyway)
                await _reply(desk, session, ticket, said, stored)
            await forget_draft(session, ticket_id=ticket_id, staff_id=desk.staff.id, mode=mode)
            await look_at(session, desk.now, ticket_id, desk.staff.id, typing=False)
            return await desk.parts(session, ticket_id)
    except SaidMeanwhileError as refusal:
        return _shown(desk, refusal)


async def _ticket_to_answer(
    desk: Counter, session: AsyncSession, ticket_id: int, version: int, *, heard: int | None, anyway: bool
) -> Ticket:
    """Held, so that of two who answer at once the second sees what the first has said."""
    ticket = await hold_ticket(session, ticket_id)
    if not anyway:
        await refuse_if_said(session, desk.now, ticket, staff_id=desk.staff.id, heard=heard)
        await refuse_if_changed(session, ticket, version)
    return ticket


async def _reply(desk: Counter, session: AsyncSession, ticket: Ticket, text: str, files: list[dict[str, Any]]) -> None:
    usual = desk.ground.settings.undo_send_s
    hold_s = await hold_seconds(session, desk.staff.id, usual=usual)
    now, staff = desk.now, desk.actor
    if hold_s:
        await say_later(session, now, ticket, text=text, staff=staff, hold_s=hold_s, attachments=files)
    else:
        await say_now(session, now, ticket, text=text, staff=staff, rhythm=desk.rhythm, attachments=files)


async def _note(desk: Counter, session: AsyncSession, ticket_id: int, text: str, files: list[dict[str, Any]]) -> None:
    ticket = await get_ticket(session, ticket_id)
    await note(session, desk.now, ticket, text=text, staff=desk.actor, attachments=files)
    await call_mentioned(session, desk.now, ticket, text=text, staff=desk.actor)


def _shown(desk: Counter, refusal: SaidMeanwhileError) -> Response:
    """What was said, and the choice to say it all the same; the text stays in the composer."""
    headers = {"HX-Retarget": "#act-body", "HX-Reswap": "innerHTML", "HX-Trigger": CHANGED}
    return desk.page(
        "tickets/dialog_meanwhile.html", status_code=refusal.status, headers=headers, said=refusal.said, now=desk.now
    )


@router.post("/tickets/{ticket_id}/draft")
async def keep_draft(
    desk: CounterDep,
    session: WriteSession,
    ticket_id: RowId,
    mode: Annotated[Mode, Form()],
    text: Annotated[str, Form()] = "",
) -> Response:
    """Sent now and then while somebody writes."""
    await get_ticket(session, ticket_id)
    await save_draft(session, desk.now, ticket_id=ticket_id, staff_id=desk.staff.id, mode=mode, text=text)
    return Response(status_code=204)


@router.post("/tickets/{ticket_id}/held/{held_id}/take-back")
async def take_reply_back(desk: CounterDep, session: WriteSession, ticket_id: RowId, held_id: RowId) -> Response:
    """The text goes back into the composer, and its files with it."""
    held = await take_back(session, desk.now, held_id, staff=desk.actor)
    files = ", ".join(str(file.get("name", "")) for file in held.attachments)
    return await desk.parts(session, ticket_id, taken_back=held, taken_files=files)


async def _store(ground: Ground, files: list[UploadFile]) -> list[dict[str, Any]]:
    chosen = [file for file in files if file.filename]
    if len(chosen) > MOST_FILES:
        raise TooManyFilesError(most=MOST_FILES)
    limit = ground.settings.upload_max_bytes
    stored = [await ground.files.save(_chunks(file), name=file.filename or "", limit=limit) for file in chosen]
    return [{"id": file.id, "name": file.name, "mime": file.mime, "size": file.size} for file in stored]


async def _chunks(file: UploadFile) -> AsyncIterator[bytes]:
    while chunk := await file.read(_CHUNK):
        yield chunk
