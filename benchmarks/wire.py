"""HTTP/1.1 over one kept connection, and nothing more: the client must not be what is measured."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

HOST = "127.0.0.1"


class WireError(Exception):
    """The server answered what was not asked for, or hung up."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    headers: Mapping[str, str]

    def json(self) -> Any:
        return json.loads(self.body)


class Connection:
    """One request at a time, as a browser does on one connection; made anew when the server has ended an idle one."""

    def __init__(self, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._port = port
        self._reader = reader
        self._writer = writer
        self._turn = asyncio.Lock()

    async def post(self, path: str, body: Mapping[str, Any], *, token: str = "") -> Answer:
        content = json.dumps(body, ensure_ascii=False).encode()
        return await self._posted(_head("POST", path, token), "application/json", content)

    async def get(self, path: str, headers: Mapping[str, str]) -> Answer:
        """A page or a part of one, as a browser that is signed in fetches it."""
        return await self._sent((_head("GET", path, "") + _lines(headers) + "\r\n").encode())

    async def push(self, path: str, document: bytes) -> Answer:
        """As WeChat's servers post: XML, no token in the head."""
        return await self._posted(_head("POST", path, ""), "text/xml", document)

    async def _posted(self, start: str, kind: str, content: bytes) -> Answer:
        head = start + f"Content-Type: {kind}\r\nContent-Length: {len(content)}\r\n\r\n"
        return await self._sent(head.encode() + content)

    async def _sent(self, request: bytes) -> Answer:
        async with self._turn:
            try:
                return await self._exchange(request)
            except (asyncio.IncompleteReadError, ConnectionError):
                self._writer.close()
                self._reader, self._writer = await asyncio.open_connection(HOST, self._port)
                return await self._exchange(request)

    async def _exchange(self, request: bytes) -> Answer:
        self._writer.write(request)
        status, headers = await _read_head(self._reader)
        body = await self._reader.readexactly(int(headers.get("content-length", "0")))
        return Answer(status, body, headers)

    def close(self) -> None:
        self._writer.close()


async def connect(port: int) -> Connection:
    return Connection(port, *await asyncio.open_connection(HOST, port))


async def events(
    port: int, path: str, token: str, headers: Mapping[str, str] | None = None
) -> AsyncIterator[dict[str, str]]:
    """The fields of each server-sent event, until the server ends the stream."""
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        head = _head("GET", path, token) + _lines(headers or {})
        writer.write((head + "Accept: text/event-stream\r\n\r\n").encode())
        status, _ = await _read_head(reader)
        if status != 200:
            raise WireError(f"{path}: {status}")
        async for block in _blocks(reader):
            yield dict(line.partition(": ")[::2] for line in block.splitlines())
    finally:
        writer.close()


async def _blocks(reader: asyncio.StreamReader) -> AsyncIterator[str]:
    read = b""
    while size := int(await reader.readline(), 16):
        read += await reader.readexactly(size)
        await reader.readexactly(2)
        *whole, read = read.split(b"\n\n")
        for block in whole:
            yield block.decode()


def _head(method: str, path: str, token: str) -> str:
    signed = f"Authorization: Bearer {token}\r\n" if token else ""
    return f"{method} {path} HTTP/1.1\r\nHost: {HOST}\r\n{signed}"


def _lines(headers: Mapping[str, str]) -> str:
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items())


async def _read_head(reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").rstrip().split("\r\n")
    headers = (line.partition(": ") for line in lines)
    return int(first.split(" ", 2)[1]), {name.lower(): value for name, _, value in headers}
