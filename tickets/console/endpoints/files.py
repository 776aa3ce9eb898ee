"""Files of messages, for staff."""

from urllib.parse import quote

from starlette.responses import FileResponse, Response

from kit.errors import NotFoundError
from kit.web.deps import GroundDep, ReadSession
from tickets.console.endpoints.counter import RowId, console_router
from tickets.console.queries.ticket import message_with_file

router = console_router()
#: Kinds a browser shows without being able to run anything in them.
_PICTURES = {"image/png", "image/jpeg", "image/gif", "image/webp"}


@router.get("/files/{message_id}/{file_id}")
async def read_file(ground: GroundDep, session: ReadSession, message_id: RowId, file_id: str) -> Response:
    """Pictures are shown, everything else is saved."""
    file = await message_with_file(session, message_id, file_id)
    try:
        path = ground.files.path(file_id)
    except ValueError as foreign:
        raise NotFoundError from foreign
    if not path.is_file():
        raise NotFoundError
    mime, name = str(file.get("mime", "")), quote(str(file.get("name", "file")), safe="")
    shown = "inline" if mime in _PICTURES else "attachment"
    headers = {
        "Content-Disposition": f"{shown}; filename*=UTF-8''{name}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, max-age=86400",
    }
    return FileResponse(path, media_type=mime or "application/octet-stream", headers=headers)
