"""All articles as a folder: taken away as a zip, and brought back as drafts."""

import asyncio
from typing import Annotated

from fastapi import File, UploadFile
from starlette.responses import Response

from kit.web.deps import ReadSession, WriteSession
from knowledge.console.counter import REVIEWER, CounterDep, knowledge_router
from knowledge.folder.moving import bring_in, published_parts
from knowledge.folder.packing import pack, unpack

_FILE = "yingpiao-knowledge.zip"

router = knowledge_router(REVIEWER)


@router.get("/import")
async def show_transfer(desk: CounterDep) -> Response:
    return desk.page("transfer.html", outcome=None)


@router.get("/export")
async def take_away(desk: CounterDep, session: ReadSession) -> Response:
    packed = await asyncio.to_thread(pack, await published_parts(session, desk.ground.files))
    headers = {"content-disposition": f'attachment; filename="{_FILE}"', "cache-control": "no-store"}
    return Response(packed, media_type="application/zip", headers=headers)


@router.post("/import")
async def bring_back(desk: CounterDep, session: WriteSession, file: Annotated[UploadFile, File()]) -> Response:
    """Drafts, whatever the folder says: each is handed in and read over like one that was typed."""
    folder = await asyncio.to_thread(unpack, await file.read())
    outcome = await bring_in(session, desk.now, desk.author, folder, files=desk.ground.files)
    return desk.page("transfer.html", outcome=outcome)
