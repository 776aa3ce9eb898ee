"""A chat service on this machine that behaves as badly as real ones may: for tests, and to see what the desk does."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum


class Behaviour(StrEnum):
    """What it does with the next request."""

    WELL = "well"
    SLOW_FIRST_BYTE = "slow_first_byte"
    DRIPPING = "dripping"
    CUT = "cut"
    BUSY = "busy"
    BROKEN = "broken"
    MALFORMED = "malformed"
    OTHER_SHAPE = "other_shape"
    EMPTY = "empty"
    HUGE = "huge"


@dataclass
class SimulatedModel:
    """``writes`` is what the model says; ``seen`` has every byte that reached it."""

    url: str = ""
    behaviour: Behaviour = Behaviour.WELL
    writes: str | Callable[[str], str] = ""
    tokens: int = 100
    seen: bytearray = field(default_factory=bytearray)
    asked: int = 0
    _leaving: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, one request."""
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(
                int(line[15:]) for line in head.decode().split("\r\n") if line.lower()[:15] == "content-length:"
            )
            body = await reader.readexactly(length)
            self.seen += head + body
            self.asked += 1
            await self._answer(writer, body)
        writer.close()

    async def _answer(self, writer: asyncio.StreamWriter, body: bytes) -> None:
        whole = _response(200, self._completion(body))
        if self.behaviour is Behaviour.SLOW_FIRST_BYTE:
            await self._leaving.wait()
        elif self.behaviour is Behaviour.DRIPPING:
            await self._drip(writer, whole)
        else:
            writer.write(_FIXED.get(self.behaviour, whole if self.behaviour is Behaviour.WELL else whole[:-20]))
        await writer.drain()

    async def _drip(self, writer: asyncio.StreamWriter, whole: bytes) -> None:
        """A byte a hundredth of a second: each alone is in time, all together are not."""
        for place in range(len(whole)):
            writer.write(whole[place : place + 1])
            await writer.drain()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._leaving.wait(), 0.01)
            if self._leaving.is_set():
                return

    def _completion(self, body: bytes) -> bytes:
        asked = json.loads(body)["messages"][-1]["content"]
        text = self.writes if isinstance(self.writes, str) else self.writes(asked)
        told = {
            "choices": [{"message": {"role": "assistant", "content": text}}],
            "usage": {"total_tokens": self.tokens},
        }
        return json.dumps(told).encode()

    def leave(self) -> None:
        self._leaving.set()


def _response(status: int, body: bytes, more: str = "") -> bytes:
    head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n{more}Content-Length: {len(body)}\r\n"
    return f"{head}Connection: close\r\n\r\n".encode() + body


_FIXED = {
    Behaviour.BUSY: _response(429, b"{}", "Retry-After: 120\r\n"),
    Behaviour.BROKEN: _response(500, b"oops"),
    Behaviour.MALFORMED: _response(200, b'{"choices": ['),
    Behaviour.OTHER_SHAPE: _response(200, b'{"choices": [], "usage": 7}'),
    Behaviour.EMPTY: _response(200, b""),
    Behaviour.HUGE: _response(200, b" " * 1_000_000),
}


@asynccontextmanager
async def simulated_model() -> AsyncIterator[SimulatedModel]:
    """Listens on this machine until the end of the block."""
    model = SimulatedModel()
    server = await asyncio.start_server(model.serve, "127.0.0.1", 0)
    model.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield model
    finally:
        model.leave()
        server.close()
        await server.wait_closed()
