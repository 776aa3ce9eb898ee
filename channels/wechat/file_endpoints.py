"""The address behind a file that reached a person as a link."""

from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import FileResponse, Response

from channels.deps import ContextDep
from channels.wechat.filelinks import PATH, FileLinkError, FileLinks
from kit.errors import NotFoundError

router = APIRouter(tags=["wechat"])

#: Shown in WeChat's own browser, which on most phones saves nothing; everything else is offered to be saved.
_INLINE = {"image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"}


@router.get(PATH)
async def read_file(token: str, context: ContextDep) -> Response:
    """The file the sealed address names; nobody learns whether there was ever one at any other."""
    ground = context.ground
    try:
        file = FileLinks(context.box, ground.clock, ground.settings.base_url).read(token)
        path = ground.files.path(file.file_id)
    except (FileLinkError, ValueError) as error:
        raise NotFoundError from error
    if not path.is_file():
        raise NotFoundError
    shown = "inline" if file.mime in _INLINE else "attachment"
    headers = {
        "Content-Disposition": f"{shown}; filename*=UTF-8''{quote(file.name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, max-age=86400",
        # The address is the only key: it is not to be told to other sites.
        "Referrer-Policy": "no-referrer",
    }
    return FileResponse(path, media_type=file.mime, headers=headers)
