"""Signing in and out, and the language of a member of staff."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Request
from starlette.responses import RedirectResponse, Response

from kit.access.deps import StaffDep, current_staff
from kit.access.middleware import COOKIE
from kit.access.passwords import SHORTEST, PasswordTooLongError, PasswordTooShortError
from kit.access.service import (
    SignInRefusedError,
    accept_invitation,
    choose_language,
    invited,
    sign_in,
    sign_out,
)
from kit.errors import AppError
from kit.settings import Locale
from kit.web.csrf import check_csrf, check_same_origin
from kit.web.deps import GroundDep, WriteSession
from kit.web.locale import as_locale, chosen_locale, remember_locale
from kit.web.pages import Pages, PagesDep

HOME = "/console"
LOGIN = "/console/login"
PASSWORD = "/console/password"  # noqa: S105 - an address.
Token = Annotated[str, Path(max_length=100)]

#: Open to everybody: this is how one gets in. There is no session yet, so the origin is checked instead.
login_router = APIRouter(include_in_schema=False, dependencies=[Depends(check_same_origin)])

router = APIRouter(include_in_schema=False, dependencies=[Depends(current_staff), Depends(check_csrf)])


def safe_target(target: str) -> str:
    """Where to go afterwards: a console page of ours, whatever the address asked for."""
    plain = target.isprintable() and not any(c in target for c in "\\ ")
    inside = target == HOME or target.startswith((HOME + "/", HOME + "?"))
    return target if plain and inside and not target.startswith(LOGIN) else HOME


@login_router.get(LOGIN)
async def show_login(request: Request, pages: PagesDep, next: str = HOME) -> Response:  # noqa: A002 - the field's public name.
    if getattr(request.state, "staff", None):
        return RedirectResponse(safe_target(next), status_code=303)
    return pages.render(request, "kit/login.html", target=safe_target(next), login="", refused=False)


@login_router.post(LOGIN)
async def submit_login(
    request: Request,
    ground: GroundDep,
    pages: PagesDep,
    *,
    login: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = HOME,  # noqa: A002 - as above.
) -> Response:
    target = safe_target(next)
    try:
        opened = await sign_in(ground, login=login, password=password)
    except SignInRefusedError as refusal:
        status = refusal.status
        return pages.render(request, "kit/login.html", status_code=status, target=target, login=login, refused=True)
    response = RedirectResponse(target, status_code=303)
    secure = ground.settings.secure_cookies
    # No lifetime: the browser forgets it when closed, and the server ends it after twelve quiet hours.
    response.set_cookie(COOKIE, opened.token, secure=secure, httponly=True, samesite="lax")
    if not chosen_locale(request) and (locale := as_locale(opened.staff.locale)):
        remember_locale(response, locale, secure=secure)
    return response


@login_router.get(PASSWORD + "/{token}")
async def show_password(request: Request, ground: GroundDep, pages: PagesDep, token: Token) -> Response:
    async with ground.db.reading() as session:
        staff = await invited(session, ground.clock.now(), token)
    return _password_page(request, pages, staff.name)


@login_router.post(PASSWORD + "/{token}")
async def submit_password(
    request: Request, ground: GroundDep, pages: PagesDep, token: Token, password: Annotated[str, Form()] = ""
) -> Response:
    """Set the password by the link an administrator handed over; the link is then used up."""
    try:
        await accept_invitation(ground, token, password=password)
    except (PasswordTooShortError, PasswordTooLongError) as refusal:
        return _password_page(request, pages, "", refusal)
    return RedirectResponse(LOGIN, status_code=303)


def _password_page(request: Request, pages: Pages, name: str, refusal: AppError | None = None) -> Response:
    headers = {"cache-control": "no-store"}
    status = refusal.status if refusal else 200
    context = {"holder": name, "refusal": refusal, "shortest": SHORTEST}
    return pages.render(request, "kit/password.html", status_code=status, headers=headers, **context)


@router.post("/console/logout")
async def submit_logout(session: WriteSession, staff: StaffDep) -> Response:
    await sign_out(session, staff)
    response = RedirectResponse(LOGIN, status_code=303)
    response.delete_cookie(COOKIE)
    return response


@router.post("/console/language")
async def submit_language(
    ground: GroundDep,
    session: WriteSession,
    staff: StaffDep,
    locale: Annotated[Locale, Form()],
    next: Annotated[str, Form()] = HOME,  # noqa: A002 - as above.
) -> Response:
    await choose_language(session, staff, locale=locale)
    response = RedirectResponse(safe_target(next), status_code=303)
    remember_locale(response, locale, secure=ground.settings.secure_cookies)
    return response
