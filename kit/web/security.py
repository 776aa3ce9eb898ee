"""What every answer carries to protect its reader, and how much a request may bring."""

from collections.abc import Mapping, Sequence

from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kit.errors import TooLargeError
from kit.web.errors import answer_error

BODY_LIMIT = 1024 * 1024

_POLICY = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
}


def content_policy(frame_ancestors: Sequence[str]) -> str:
    """The Content-Security-Policy: nothing from elsewhere, nothing inline."""
    policy = {**_POLICY, "frame-ancestors": " ".join(frame_ancestors) or "'none'"}
    return "; ".join(f"{name} {value}" for name, value in policy.items())


class SecurityHeaders:
    """Adds the headers; one that the endpoint set itself, as for a sandboxed attachment, is kept.

    Pages under ``framed`` may be shown inside pages of ``frame_ancestors``.
    """

    def __init__(self, app: ASGIApp, *, framed: Sequence[str], frame_ancestors: Sequence[str], https: bool) -> None:
        self.app = app
        self.framed = tuple(framed)
        common = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"}
        if https:
            common["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        self._own: Mapping[str, str] = {**common, "Content-Security-Policy": content_policy(["'self'"])}
        self._framed: Mapping[str, str] = {
            **common,
            "Content-Security-Policy": content_policy(frame_ancestors),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        added = self._framed if _under(scope["path"], self.framed) else self._own

        async def send_protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in added.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_protected)


class BodyLimit:
    """Answers 413 to a body over the limit, announced or not; ``uploads``: path prefixes with their own."""

    def __init__(self, app: ASGIApp, *, limit: int = BODY_LIMIT, uploads: Mapping[str, int]) -> None:
        self.app = app
        self.limit = limit
        self.uploads = uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        counted = _CountedBody(self._limit_of(scope["path"]), receive, send)
        if counted.announces_too_much(scope):
            await answer_error(Request(scope), TooLargeError())(scope, receive, send)
            return
        try:
            await self.app(scope, counted.receive, counted.send)
        except _BodyTooLargeError:
            if counted.started:
                raise
        if counted.exceeded and not counted.started:
            await answer_error(Request(scope), TooLargeError())(scope, receive, send)

    def _limit_of(self, path: str) -> int:
        return next((limit for prefix, limit in self.uploads.items() if path.startswith(prefix)), self.limit)


class _BodyTooLargeError(Exception):
    """Ends the reading of a body; what the application then answers is replaced by 413."""


class _CountedBody:
    """The two ends of one request: counts what comes in, withholds an answer to what was too much."""

    def __init__(self, limit: int, receive: Receive, send: Send) -> None:
        self.limit = limit
        self.size = 0
        self.exceeded = False
        self.started = False
        self._receive = receive
        self._send = send

    def announces_too_much(self, scope: Scope) -> bool:
        announced = Headers(scope=scope).get("content-length", "")
        return announced.isdigit() and int(announced) > self.limit

    async def receive(self) -> Message:
        message = await self._receive()
        self.size += len(message.get("body", b""))
        if self.size > self.limit:
            self.exceeded = True
            raise _BodyTooLargeError
        return message

    async def send(self, message: Message) -> None:
        if self.exceeded and not self.started:
            return
        self.started = True
        await self._send(message)


def _under(path: str, prefixes: Sequence[str]) -> bool:
    return any(path == prefix or path.startswith(prefix.rstrip("/") + "/") for prefix in prefixes)
