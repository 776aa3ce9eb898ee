"""What administrators do for people: a link to set a password, and signing out everywhere."""

from typing import Annotated

from fastapi import Form
from sqlmodel import select
from starlette.responses import RedirectResponse, Response

from kit.access.identity import Role
from kit.access.models import Staff
from kit.access.service import INVITATION_LIFE, invite, sign_out_everywhere
from kit.audit import Change, record
from kit.db import AsyncSession
from kit.errors import NotFoundError
from kit.web.deps import WriteSession
from tickets.admin.endpoints.office import HOME, KEY_MAX, author_of
from tickets.console.endpoints.counter import Counter, CounterDep, console_router

router = console_router(Role.ADMIN)
Login = Annotated[str, Form(max_length=KEY_MAX)]


@router.post("/admin/people/invite")
async def make_link(desk: CounterDep, session: WriteSession, key: Login) -> Response:
    return await invited_page(desk, session, key)


async def invited_page(desk: Counter, session: AsyncSession, login: str) -> Response:
    """A link that sets a password once, shown once; who hands it over never learns the password."""
    staff = await _staff(session, login)
    token = await invite(session, desk.now, staff.id or 0)
    await record(session, desk.now, author_of(desk), Change(action="invite", kind="people", key=login))
    return desk.page(
        "admin/invited.html",
        headers={"cache-control": "no-store"},
        person=staff.name,
        login=login,
        link=f"{desk.ground.settings.base_url}/console/password/{token}",
        until=desk.now + INVITATION_LIFE,
    )


@router.post("/admin/people/sign-out")
async def end_sessions(desk: CounterDep, session: WriteSession, key: Login) -> Response:
    staff = await _staff(session, key)
    await sign_out_everywhere(session, staff.id or 0)
    await record(session, desk.now, author_of(desk), Change(action="sign_out", kind="people", key=key))
    return RedirectResponse(f"{HOME}/people/history?key={key}", status_code=303)


async def _staff(session: AsyncSession, login: str) -> Staff:
    staff = (await session.exec(select(Staff).where(Staff.login == login, Staff.active))).one_or_none()
    if staff is None:
        raise NotFoundError
    return staff
