"""A request body read piece by piece, and what to do with the rest of one that was refused."""

import asyncio
from collections.abc import AsyncIterator

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

#: How much of a refused body is read and dropped, and for how long.
DRAIN_BYTES = 64 * 1024 * 1024
DRAIN_S = 30.0


class Body:
    """The pieces of a body; it knows the last one, because asking once more would wait for ever."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._ended = False

    async def pieces(self) -> AsyncIterator[bytes]:
        """What is still to come; raises ClientDisconnect when the sender goes away."""
        while not self._ended:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self._ended = True
                raise ClientDisconnect
            self._ended = not message.get("more_body", False)
            yield message.get("body", b"")

    async def drop(self) -> None:
        """Read the rest and forget it, within limits."""
        dropped = 0
        try:
            async with asyncio.timeout(DRAIN_S):
                async for piece in self.pieces():
                    dropped += len(piece)
                    if dropped > DRAIN_BYTES:
                        return
        except (TimeoutError, ClientDisconnect):
            return


class AnsweredFirst(Response):
    """Sends the answer at once, then drops what is still on its way.

    A server that closes with unread bytes resets the connection, and a browser never sees the refusal.
    """

    def __init__(self, answer: Response, unread: Body) -> None:
        super().__init__(answer.body, answer.status_code)
        self.raw_headers = answer.raw_headers
        self._unread = unread

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - an ASGI app.
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": True})
        await self._unread.drop()
        await send({"type": "http.response.body", "body": b"", "more_body": False})
