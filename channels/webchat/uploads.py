"""Files from and to the visitor: checked while they arrive, served so that they can do nothing."""

from datetime import timedelta
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from starlette.responses import FileResponse, JSONResponse

from channels.port import Attachment
from channels.webchat import repository
from channels.webchat.body import AnsweredFirst, Body
from channels.webchat.edge import ChatRoute, refusal
from channels.webchat.errors import TooFastError
from channels.webchat.models import WebchatUpload
from channels.webchat.multipart import file_part
from channels.webchat.site import ChatSite, SiteDep, VisitorDep
from channels.webchat.tokens import BadTokenError
from channels.webchat.translate import file_public
from kit.errors import AppError, NotFoundError
from kit.files import ACCEPTED, FileTooLargeError

router = APIRouter(prefix="/chat", route_class=ChatRoute, tags=["webchat"])

#: For the browser's file picker; the names stand for kinds that browsers know by no or by varying types.
OFFERED_TYPES = [*ACCEPTED, ".txt", ".csv", ".log", ".xml", ".ofd", ".zip", ".xlsx", ".docx"]
UPLOADS_PER_PERIOD = 60
PERIOD = timedelta(minutes=10)
_ENVELOPE = 16 * 1024
_INLINE = {"image/png", "image/jpeg", "image/gif", "image/webp"}


@router.post("/api/uploads", status_code=201)
async def upload(request: Request, site: SiteDep, visitor: VisitorDep) -> Response:
    body = Body(request.receive)
    try:
        file = await _receive(request, body, site, visitor.id)
    except AppError as error:
        return AnsweredFirst(refusal(request, error), body)
    return JSONResponse(file_public(file, site.file_address), status_code=201)


async def _receive(request: Request, body: Body, site: ChatSite, visitor_id: str) -> Attachment:
    limit = site.ground.settings.upload_max_bytes
    await _check_pace(site, visitor_id)
    announced = request.headers.get("content-length", "0")
    if announced.isdecimal() and int(announced) > limit + _ENVELOPE:
        raise FileTooLargeError(limit_mb=limit // (1024 * 1024))
    name, chunks = await file_part(request.headers.get("content-type", ""), body.pieces())
    stored = await site.ground.files.save(chunks, name=name, limit=limit)
    row = WebchatUpload(
        id=stored.id,
        visitor_id=visitor_id,
        name=stored.name,
        mime=stored.mime,
        size=stored.size,
        scan=stored.scan,
        at=site.ground.clock.now(),
    )
    async with site.ground.db.transaction() as session:
        session.add(row)
    return Attachment(id=stored.id, name=stored.name, mime=stored.mime, size=stored.size, scan=stored.scan)


async def _check_pace(site: ChatSite, visitor_id: str) -> None:
    async with site.ground.db.reading() as session:
        recent = await repository.uploads_since(session, visitor_id, site.ground.clock.now() - PERIOD)
    if recent >= UPLOADS_PER_PERIOD:
        raise TooFastError(retry_after=60)


@router.get("/files/{address}")
async def read_file(address: str, site: SiteDep) -> Response:
    """The file the signed address names. Pictures are shown, everything else is saved."""
    try:
        file = site.tokens.verify_file(address)
        path = site.ground.files.path(file.file_id)
    except (BadTokenError, ValueError) as error:
        raise NotFoundError from error
    if not path.is_file():
        raise NotFoundError
    shown = "inline" if file.mime in _INLINE else "attachment"
    headers = {
        "Content-Disposition": f"{shown}; filename*=UTF-8''{quote(file.name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Cache-Control": "private, max-age=86400",
    }
    return FileResponse(path, media_type=file.mime, headers=headers)
