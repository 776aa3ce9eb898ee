"""The web's common parts, put into an application in the one right order."""

import asyncio
from collections.abc import Mapping, Sequence

from fastapi import FastAPI

from kit.ground import Ground
from kit.web.assets import Assets
from kit.web.assets import router as assets_router
from kit.web.errors import install_error_handlers
from kit.web.pages import Pages
from kit.web.security import BodyLimit, SecurityHeaders


def install_web(
    app: FastAPI,
    *,
    ground: Ground,
    pages: Pages,
    assets: Assets,
    uploads: Mapping[str, int] | None = None,
    framed: Sequence[str] = (),
) -> None:
    """Call it last: what is installed later lies outside its protection.

    ``uploads`` maps path prefixes to the bytes a body may have there; pages under ``framed`` may be shown
    inside the sites of ``settings.chat_origins``. From outside in: headers, faults, body limit, the rest.
    """
    app.state.ground = ground
    app.state.pages = pages
    app.state.assets = assets
    app.state.stopping = asyncio.Event()
    app.include_router(assets_router)
    app.add_middleware(BodyLimit, uploads=dict(uploads or {}))
    install_error_handlers(app)
    settings = ground.settings
    app.add_middleware(
        SecurityHeaders, framed=framed, frame_ancestors=settings.chat_origins, https=settings.secure_cookies
    )
