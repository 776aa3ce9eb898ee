"""Ask a virus scanner about a file, in the language of clamd (INSTREAM), over TCP or a socket of this machine."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

_COMMAND, _END = b"zINSTREAM\0", b"\0\0\0\0"
#: clamd's own default for what it takes in one stream.
LIMIT = 25 * 1024 * 1024
_ANSWER_MAX = 4096
_FOUND, _OK = " FOUND", "stream: OK"


class Verdict(StrEnum):
    """What can be said of a file."""

    CLEAN = "clean"
    INFECTED = "infected"
    UNSCANNED = "unscanned"


@dataclass(frozen=True)
class Finding:
    """The verdict; ``detail`` is the name of what was found, or why nothing could be said."""

    verdict: Verdict
    detail: str = ""


class Scanner:
    """A clamd at ``host:port``, or at the path of its socket. It never raises: who cannot be asked has said nothing."""

    def __init__(self, address: str, *, timeout_s: float = 30, limit: int = LIMIT) -> None:
        self._address = address
        self._timeout_s = timeout_s
        self._limit = limit

    async def scan(self, chunks: AsyncIterator[bytes]) -> Finding:
        """One connection, one file."""
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._ask(chunks)
        except TimeoutError:
            return Finding(Verdict.UNSCANNED, "timeout")
        except (OSError, ValueError) as error:
            return Finding(Verdict.UNSCANNED, str(error) or type(error).__name__)

    async def _ask(self, chunks: AsyncIterator[bytes]) -> Finding:
        reader, writer = await self._connect()
        try:
            writer.write(_COMMAND)
            # Who has heard enough hangs up, and may have answered before.
            with suppress(ConnectionError):
                if not await self._stream(writer, chunks):
                    return Finding(Verdict.UNSCANNED, "too large")
            return _read(await reader.read(_ANSWER_MAX))
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if "/" in self._address:
            return await asyncio.open_unix_connection(self._address)
        host, _, port = self._address.rpartition(":")
        return await asyncio.open_connection(host.strip("[]"), int(port))

    async def _stream(self, writer: asyncio.StreamWriter, chunks: AsyncIterator[bytes]) -> bool:
        sent = 0
        async for chunk in chunks:
            sent += len(chunk)
            if sent > self._limit:
                return False
            # A length of nothing would end the stream.
            if chunk:
                writer.write(len(chunk).to_bytes(4, "big") + chunk)
                await writer.drain()
        writer.write(_END)
        await writer.drain()
        return True


def _read(answer: bytes) -> Finding:
    said = answer.split(b"\0", 1)[0].decode("utf8", errors="replace").strip()
    if said.endswith(_FOUND):
        return Finding(Verdict.INFECTED, said.removeprefix("stream:").removesuffix(_FOUND).strip())
    return Finding(Verdict.CLEAN) if said == _OK else Finding(Verdict.UNSCANNED, said or "no answer")
