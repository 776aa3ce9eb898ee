"""Static files: our own folders by name, browser packages by a literal list, cached for ever by content."""

import hashlib
import mimetypes
import re
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.responses import FileResponse, PlainTextResponse, Response

from kit.errors import NotFoundError
from kit.web.vendor import ICON_FOLDER, NODE_MODULES, VENDOR_FILES

VENDOR = "vendor"
FOR_EVER = "public, max-age=31536000, immutable"
ASK_EACH_TIME = "no-cache"
NOT_SET_UP = "The browser packages are not installed. Run: make setup\n"
_ICON_NAME = re.compile(r"[a-z0-9-]+")


class Assets:
    """The files a browser may fetch under ``/static/<package>/<path>``."""

    def __init__(self, folders: Mapping[str, Path], *, node_modules: Path = NODE_MODULES) -> None:
        self._folders = {name: folder.resolve() for name, folder in folders.items()}
        self._node_modules = node_modules
        self._hashes: dict[tuple[Path, int], str] = {}
        self._icons: dict[str, Markup] = {}

    @property
    def set_up(self) -> bool:
        """Whether the browser packages have been installed."""
        return self._node_modules.is_dir()

    def url(self, name: str) -> str:
        """The address of ``package/path``, carrying a hash of the content; raises NotFoundError for a typo.

        Before the browser packages are installed their addresses have no hash, and say so when fetched.
        """
        package, _, path = name.partition("/")
        if package == VENDOR and not self.set_up and path in VENDOR_FILES:
            return f"/static/{name}"
        return f"/static/{name}?v={self.hash(self.path(package, path))}"

    def path(self, package: str, path: str) -> Path:
        """The file itself; raises NotFoundError for whatever lies outside our folders and list."""
        if package == VENDOR:
            file = self._node_modules / VENDOR_FILES[path] if path in VENDOR_FILES else None
        else:
            file = self._own(package, path)
        if file is None or not file.is_file():
            raise NotFoundError
        return file

    def _own(self, package: str, path: str) -> Path | None:
        folder = self._folders.get(package)
        if folder is None or "\0" in path:
            return None
        file = (folder / path).resolve()
        return file if file.is_relative_to(folder) else None

    def hash(self, file: Path) -> str:
        """A short hash of the content, computed anew only when the file changes."""
        key = (file, file.stat().st_mtime_ns)
        if key not in self._hashes:
            self._hashes[key] = hashlib.sha256(file.read_bytes()).hexdigest()[:12]
        return self._hashes[key]

    def icon(self, name: str) -> Markup:
        """A Tabler outline icon as SVG for the page; nothing before the browser packages are installed."""
        if not self.set_up:
            return Markup()
        if name not in self._icons:
            self._icons[name] = self._read_icon(name)
        return self._icons[name]

    def _read_icon(self, name: str) -> Markup:
        if not _ICON_NAME.fullmatch(name):
            raise NotFoundError
        svg = (self._node_modules / ICON_FOLDER / f"{name}.svg").read_text(encoding="utf8")
        return Markup(svg[svg.index("<svg") :].replace("<svg", '<svg aria-hidden="true"', 1))  # noqa: S704 - a file of the package.


router = APIRouter(include_in_schema=False)


@router.api_route("/static/{package}/{path:path}", methods=["GET", "HEAD"])
async def serve(request: Request, package: str, path: str) -> Response:
    assets = cast("Assets", request.app.state.assets)
    if package == VENDOR and path in VENDOR_FILES and not assets.set_up:
        return PlainTextResponse(NOT_SET_UP, status_code=503, headers={"cache-control": "no-store"})
    file = assets.path(package, path)
    current = assets.hash(file)
    headers = {
        "cache-control": FOR_EVER if request.query_params.get("v") == current else ASK_EACH_TIME,
        "etag": f'"{current}"',
        # Public files: a site that embeds the chat loads its modules, which browsers fetch with CORS only.
        "access-control-allow-origin": "*",
    }
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    return FileResponse(file, headers=headers, media_type=_media_type(file))


def _media_type(file: Path) -> str:
    # Some systems register scripts under other names, and with nosniff a browser would refuse to run them.
    known = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
    return known.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
