"""Pictures for articles: brought by who writes, shown to who reads."""

from collections.abc import AsyncIterator

from fastapi import UploadFile
from sqlmodel import select
from starlette.responses import FileResponse, Response

from kit.errors import InvalidError, NotFoundError
from kit.web.deps import ReadSession, WriteSession
from knowledge.console.counter import CounterDep, knowledge_router
from knowledge.versions.models import ArticlePicture

_CHUNK = 256 * 1024

router = knowledge_router()


class NotAPictureError(InvalidError):
    """Of another kind than PNG, JPEG, GIF or WebP."""

    code = "article_picture"


@router.post("/pictures")
async def bring(desk: CounterDep, session: WriteSession, file: UploadFile) -> dict[str, str]:
    """Keep it, and say how a text names it."""
    limit = desk.ground.settings.upload_max_bytes
    stored = await desk.ground.files.save(_chunks(file), name=file.filename or "", limit=limit)
    if not stored.mime.startswith("image/"):
        await desk.ground.files.drop(stored.id)
        raise NotAPictureError
    picture = ArticlePicture(
        id=stored.id, name=stored.name, mime=stored.mime, size=stored.size, by=desk.staff.name, at=desk.now
    )
    session.add(picture)
    name = stored.name.rsplit(".", 1)[0].translate(str.maketrans("", "", "[]()!\\"))
    return {"markdown": f"![{name}](picture:{stored.id})"}


async def _chunks(file: UploadFile) -> AsyncIterator[bytes]:
    while chunk := await file.read(_CHUNK):
        yield chunk


@router.get("/pictures/{picture_id}")
async def show(desk: CounterDep, session: ReadSession, picture_id: str) -> Response:
    picture = (await session.exec(select(ArticlePicture).where(ArticlePicture.id == picture_id))).first()
    if picture is None:
        raise NotFoundError
    return FileResponse(desk.ground.files.path(picture.id), media_type=picture.mime)
