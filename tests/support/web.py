"""A small application around the routers under test, and a client that talks to it without a socket."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from fastapi import APIRouter, FastAPI
from sqlmodel import select

from kit.access.identity import Role
from kit.access.install import install_access
from kit.access.middleware import COOKIE
from kit.access.models import Staff
from kit.access.passwords import hash_password
from kit.access.service import open_session, recognise
from kit.ground import Ground
from kit.web.assets import Assets
from kit.web.install import install_web
from kit.web.pages import NavigationItem, Pages

ROOT = Path(__file__).resolve().parents[2]
BASE_URL = "http://desk.test"
PASSWORD = "a password long enough"
_hashes: dict[str, str] = {}


def make_app(
    ground: Ground,
    *routers: APIRouter,
    templates: Sequence[Path] = (),
    statics: dict[str, Path] | None = None,
    navigation: Sequence[NavigationItem] = (),
    node_modules: Path | None = None,
    uploads: dict[str, int] | None = None,
    framed: Sequence[str] = (),
) -> FastAPI:
    """The routers under the product's own protection; ``templates`` are searched before kit's."""
    app = FastAPI()
    folders = {"kit": ROOT / "kit/web/static", **(statics or {})}
    assets = Assets(folders, node_modules=node_modules or ROOT / "node_modules")
    pages = Pages(
        [*templates, ROOT / "kit/web/templates", ROOT / "kit/access/templates"],
        settings=ground.settings,
        assets=assets,
        navigation=navigation,
    )
    for router in routers:
        app.include_router(router)
    install_access(app)
    install_web(app, ground=ground, pages=pages, assets=assets, uploads=uploads, framed=framed)
    return app


@asynccontextmanager
async def open_client(app: FastAPI, **headers: str) -> AsyncIterator[httpx.AsyncClient]:
    """A browser of its own: cookies are kept, redirects are not followed."""
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url=BASE_URL, headers=headers) as client:
        yield client


async def add_staff(
    ground: Ground, *, role: Role = Role.AGENT, login: str = "", name: str = "", password: str = PASSWORD
) -> Staff:
    """An account; login and name are made of the role unless given. A password is hashed once per process."""
    if password not in _hashes:
        _hashes[password] = await hash_password(password)
    staff = Staff(
        login=login or role.value,
        name=name or role.value.title(),
        role=role,
        password_hash=_hashes[password],
        created_at=ground.clock.now(),
    )
    async with ground.db.transaction() as session:
        session.add(staff)
    return staff


async def sign_in_client(client: httpx.AsyncClient, ground: Ground, *, login: str) -> str:
    """Sign the client in, as after the login form; the CSRF token is returned and sent from now on."""
    async with ground.db.transaction() as session:
        account = (await session.exec(select(Staff).where(Staff.login == login))).one()
        token = open_session(session, ground.clock.now(), account.id or 0)
    client.cookies.set(COOKIE, token)
    staff = await recognise(ground, token)
    assert staff is not None
    client.headers["X-CSRF-Token"] = staff.csrf
    return staff.csrf
