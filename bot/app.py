"""The web half of the product: every page and endpoint, in one list."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import APIRouter, FastAPI

from bot.bootstrap import Runtime
from bot.cowriting import preparers
from bot.editorial import router as cases_router
from bot.improving import count_by_category
from bot.playbook_check import surroundings
from bot.records import slip_in_tax_id
from bot.site.install import install_site
from bot.talks import DeskTalks
from bot.typing import router as typing_router
from bot.ways import ways_of
from bot.worker import Worker
from channels.console import NAVIGATION as CHANNELS_NAVIGATION
from channels.console.endpoints import build_router as channels_router
from channels.console.site import ChannelSite
from channels.registry import PLATFORMS
from channels.webchat.endpoints import router as webchat_router
from channels.webchat.pages import router as webchat_pages_router
from channels.webchat.pages import strings_router
from channels.webchat.site import ChatSite
from channels.webchat.uploads import router as uploads_router
from kit.access.install import install_access
from kit.ground import Ground
from kit.web.assets import Assets
from kit.web.install import install_web
from kit.web.pages import Pages
from knowledge.console import NAVIGATION as KNOWLEDGE_NAVIGATION
from knowledge.console import uploads as knowledge_uploads
from knowledge.console.endpoints import build_router as knowledge_router
from tickets.admin import NAVIGATION as ADMIN_NAVIGATION
from tickets.admin.endpoints import build_router as admin_router
from tickets.console import ENTRY_UPLOADS, NAVIGATION, UPLOAD_PREFIX, upload_limit
from tickets.console.endpoints import build_router as console_router
from tickets.outages import NAVIGATION as OUTAGES_NAVIGATION
from tickets.outages.endpoints import router as outages_router
from tickets.rhythm import Choices
from tickets.wall import NAVIGATION as WALL_NAVIGATION
from tickets.wall.endpoints import router as wall_router

_ROOT = Path(__file__).resolve().parent.parent
_TEMPLATES = (
    "kit/web/templates",
    "kit/access/templates",
    "channels/webchat/templates",
    "channels/console/templates",
    "channels/email/templates",
    "channels/phone/templates",
    "knowledge/console/templates",
    "tickets/console/templates",
    "tickets/admin/templates",
    "tickets/outages/templates",
    "tickets/tracking/templates",
    "tickets/wall/templates",
    "bot/site/templates",
    "bot/templates",
)
#: The chat refuses a file past its own limit while it streams, in words the widget can show; this only stops floods.
_CHAT_UPLOAD_MAX = 128 * 1024 * 1024
_STATIC = {
    "kit": "kit/web/static",
    "channels": "channels/console/static",
    "knowledge": "knowledge/console/static",
    "tickets": "tickets/console/static",
    "outages": "tickets/outages/static",
    "wall": "tickets/wall/static",
    "admin": "tickets/admin/static",
    "site": "bot/site/static",
}


def _routers() -> tuple[APIRouter, ...]:
    return (
        webchat_router,
        webchat_pages_router,
        strings_router,
        uploads_router,
        console_router(),
        wall_router,
        outages_router,
        channels_router(),
        knowledge_router(),
        cases_router,
        admin_router(),
        typing_router,
        *(router for platform in PLATFORMS.values() for router in platform.routers),
    )


async def _follow(runtime: Runtime, stopping: asyncio.Event) -> None:
    """What a worker does itself: know of new choices of the desk and of new articles."""
    await asyncio.gather(Choices(runtime.ground).follow(stopping), runtime.library.follow(stopping))


def _put_state(app: FastAPI, runtime: Runtime) -> None:
    """What pages ask of the rest of the product, which they do not know."""
    app.state.runtime = runtime
    app.state.library = runtime.library
    app.state.playbook_surroundings = surroundings
    app.state.talks = DeskTalks()
    app.state.count_tickets = count_by_category
    app.state.preparers = preparers(runtime)
    app.state.channels = runtime.context
    app.state.ways = ways_of(runtime)
    app.state.check_tax_id = slip_in_tax_id
    app.state.webchat = ChatSite(runtime.ground)
    app.state.channel_site = ChannelSite(context=runtime.context, platforms=PLATFORMS, channels=runtime.channels)


def _pages(ground: Ground, assets: Assets) -> Pages:
    return Pages(
        [_ROOT / folder for folder in _TEMPLATES],
        settings=ground.settings,
        assets=assets,
        navigation=(
            *NAVIGATION,
            *WALL_NAVIGATION,
            *OUTAGES_NAVIGATION,
            *KNOWLEDGE_NAVIGATION,
            *CHANNELS_NAVIGATION,
            *ADMIN_NAVIGATION,
        ),
    )


def create_app(runtime: Runtime, *, worker: Worker | None = None) -> FastAPI:
    """The application; with a worker it also does the work, in this process."""
    ground = runtime.ground

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        stopping: asyncio.Event = app.state.stopping
        await runtime.library.open()
        working = asyncio.create_task(worker.run(stopping) if worker else _follow(runtime, stopping))
        yield
        stopping.set()
        ground.bus.publish("stopping")
        await working
        await runtime.context.close()
        await ground.db.close()

    app = FastAPI(title="Yingpiao", lifespan=lifespan, docs_url=None, redoc_url=None)
    for router in _routers():
        app.include_router(router)
    install_site(app, ground, runtime.library)
    _put_state(app, runtime)
    assets = Assets({name: _ROOT / folder for name, folder in _STATIC.items()})
    pages = _pages(ground, assets)
    install_access(app)
    file_max = ground.settings.upload_max_bytes
    install_web(
        app,
        ground=ground,
        pages=pages,
        assets=assets,
        uploads={
            "/chat/api/uploads": _CHAT_UPLOAD_MAX,
            UPLOAD_PREFIX: upload_limit(file_max),
            **ENTRY_UPLOADS,
            **knowledge_uploads(file_max),
        },
        framed=("/chat",),
    )
    return app
