"""What is fetched before anybody speaks: the loader, its modules, the texts, and the page of its own."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from starlette.responses import JSONResponse

from channels.webchat.edge import ChatRoute
from kit.errors import NotFoundError
from kit.i18n import Locale, catalogue
from kit.web.pages import PagesDep

STATIC = Path(__file__).resolve().parent / "static"
TEMPLATES = Path(__file__).resolve().parent / "templates"
LOADER = "widget.js"
FOR_EVER = "public, max-age=31536000, immutable"
#: A new release reaches every page within this many seconds.
LOADER_AGE_S = 300
_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
#: Anybody's page may load these; they are the same for everybody.
_OPEN = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
}
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' blob:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)

router = APIRouter(prefix="/chat", include_in_schema=False)
#: The texts are read by scripts of other sites' pages.
strings_router = APIRouter(prefix="/chat", route_class=ChatRoute, tags=["webchat"])


@cache
def assets() -> dict[str, bytes]:
    """The files by name; the loader knows under which release to ask for the others."""
    files = {path.name: path.read_bytes() for path in sorted(STATIC.iterdir()) if path.suffix in _TYPES}
    files[LOADER] = files[LOADER].replace(b"__VERSION__", release().encode())
    return files


@cache
def release() -> str:
    """Changes with any of the files, so that modules of two releases are never mixed."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.iterdir()):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


@router.get("/widget.js")
async def loader(request: Request) -> Response:
    headers = {"Cache-Control": f"public, max-age={LOADER_AGE_S}", "ETag": f'"{release()}"'}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return _file(LOADER, headers)


@router.get("/assets/{version}/{name}")
async def asset(version: str, name: str) -> Response:
    """A module of the current release; a page that still asks for an older one gets it without caching."""
    if name not in assets():
        raise NotFoundError
    return _file(name, {"Cache-Control": FOR_EVER if version == release() else "no-cache"})


def _file(name: str, headers: dict[str, str]) -> Response:
    media_type = _TYPES[Path(name).suffix]
    return Response(assets()[name], media_type=media_type, headers={**_OPEN, **headers})


@strings_router.get("/strings")
async def strings(lang: Annotated[Locale, Query()] = "zh") -> JSONResponse:
    """The texts of the widget, unfilled."""
    headers = {"Cache-Control": f"public, max-age={LOADER_AGE_S}"}
    return JSONResponse(catalogue().prefixed("webchat.", lang), headers=headers)


@router.get("/")
async def page(request: Request, pages: PagesDep) -> Response:
    """The chat as a page of its own, for phones, the browser inside WeChat, and links."""
    headers = {"Content-Security-Policy": _PAGE_POLICY, "Cache-Control": "no-cache"}
    return pages.render(request, "webchat/page.html", headers=headers, assets=f"/chat/assets/{release()}")
