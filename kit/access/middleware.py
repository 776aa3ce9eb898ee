"""Reads the session before the route is chosen, so that pages and error pages alike know who is asking."""

from collections.abc import Sequence

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from kit.access.service import recognise
from kit.web.deps import ground_of

COOKIE = "yp_staff"


class SignedInMiddleware:
    """Sets ``request.state.staff`` under the given prefixes.

    Only there: a customer's page asks the database nothing about staff, and stays readable without it.
    It runs before any dependency: prolonging a session writes, and on SQLite writers wait for one another.
    """

    def __init__(self, app: ASGIApp, *, prefixes: Sequence[str]) -> None:
        self.app = app
        self.prefixes = tuple(prefixes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in {"http", "websocket"} and scope["path"].startswith(self.prefixes):
            connection = HTTPConnection(scope)
            token = connection.cookies.get(COOKIE)
            connection.state.staff = await recognise(ground_of(connection), token) if token else None
        await self.app(scope, receive, send)
