"""Signing in, put into an application."""

from collections.abc import Sequence
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from starlette.responses import RedirectResponse, Response

from kit.access.deps import SignInNeededError
from kit.access.endpoints import LOGIN, login_router, router
from kit.access.middleware import SignedInMiddleware
from kit.web.errors import answer_error, wants_json, wants_swap


def install_access(app: FastAPI, *, prefixes: Sequence[str] = ("/console",)) -> None:
    """Sessions are read under ``prefixes`` only. Call it before ``install_web``, whose layers lie outside."""
    app.include_router(login_router)
    app.include_router(router)
    app.add_middleware(SignedInMiddleware, prefixes=prefixes)
    app.add_exception_handler(SignInNeededError, ask_to_sign_in)


async def ask_to_sign_in(request: Request, error: Exception) -> Response:
    """A page is answered by the way to the form and back; a script by 401."""
    if request.method != "GET" or wants_json(request) or wants_swap(request):
        return answer_error(request, error)
    address = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"{LOGIN}?{urlencode({'next': address})}", status_code=303)
