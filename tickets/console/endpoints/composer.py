"""Answer the customer, or note something for colleagues."""

from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from fastapi import File, Form, UploadFile
from starlette.responses import Response

from kit.access.identity import Role
from kit.errors import InvalidError
from kit.ground import Ground
from tickets.console.endpoints.counter import CounterDep, RowId, SeenVersion, console_router
from tickets.repository import get_ticket
from tickets.working import checked_text, note, reply

router = console_router(Role.AGENT)
MOST_FILES = 5
_CHUNK = 64 * 1024


class TooManyFilesError(InvalidError):
    """More than ``most`` files on one message."""

    code = "too_many_files"


@router.post("/tickets/{ticket_id}/messages")
async def write_message(
    *,
    desk: CounterDep,
    ticket_id: RowId,
    version: SeenVersion,
    mode: Annotated[Literal["reply", "note"], Form()],
    text: Annotated[str, Form()] = "",
    files: Annotated[list[UploadFile] | None, File()] = None,
) -> Response:
    said = checked_text(text)
    # Stored before the transaction begins: a large file must not keep other writers waiting.
    stored = await _store(desk.ground, files or [])
    now, staff = desk.now, desk.actor
    async with desk.ground.db.transaction() as session:
        ticket = await get_ticket(session, ticket_id)
        if mode == "note":
            await note(session, now, ticket, text=said, staff=staff, attachments=stored)
        else:
            await reply(
                session,
                now,
                ticket,
                text=said,
                staff=staff,
                rhythm=desk.rhythm,
                seen=version,
                attachments=stored,
            )
        return await desk.parts(session, ticket_id)


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
