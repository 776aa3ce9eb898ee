"""Asking the virus scanner: a clamd of our own at the other end of a real socket."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from kit.files import FileStore, InfectedFileError
from kit.scanning import Finding, Scanner, Verdict

VIRUS = b"this would be a virus"


Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class FakeClamd:
    """Takes one stream per connection and answers as clamd does."""

    answer: Callable[[bytes], bytes]
    heard: list[bytes] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            assert await reader.readexactly(10) == b"zINSTREAM\0"
            content = b""
            while size := int.from_bytes(await reader.readexactly(4), "big"):
                content += await reader.readexactly(size)
            self.heard.append(content)
            writer.write(self.answer(content))
        except asyncio.IncompleteReadError:
            self.heard.append(b"broken off")


def judge(content: bytes) -> bytes:
    return b"stream: Test.Signature-1 FOUND\0" if VIRUS in content else b"stream: OK\0"


@asynccontextmanager
async def listening(talk: Talk, socket: Path | None = None) -> AsyncIterator[str]:
    """A server that is heard out before the test ends; yields its address."""
    talks: list[asyncio.Task[None] | None] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks.append(asyncio.current_task())
        await talk(reader, writer)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    if socket:
        server, address = await asyncio.start_unix_server(serve, socket), str(socket)
    else:
        server = await asyncio.start_server(serve, "127.0.0.1")
        address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield address
        await asyncio.gather(*(one for one in talks if one))


@asynccontextmanager
async def clamd(
    answer: Callable[[bytes], bytes] = judge, socket: Path | None = None
) -> AsyncIterator[tuple[FakeClamd, str]]:
    fake = FakeClamd(answer)
    async with listening(fake.serve, socket) as address:
        yield fake, address


async def pieces(*content: bytes) -> AsyncIterator[bytes]:
    for piece in content:
        yield piece


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


class TestAsking:
    async def test_over_tcp(self) -> None:
        async with clamd() as (fake, address):
            scanner = Scanner(address)
            assert await scanner.scan(pieces(b"fine", b"", b" words")) == Finding(Verdict.CLEAN)
            assert await scanner.scan(pieces(b"x", VIRUS)) == Finding(Verdict.INFECTED, "Test.Signature-1")
        assert fake.heard == [b"fine words", b"x" + VIRUS]

    async def test_over_a_socket(self, tmp_path: Path) -> None:
        async with clamd(socket=tmp_path / "clamd") as (_, address):
            assert (await Scanner(address).scan(pieces(VIRUS))).verdict is Verdict.INFECTED

    @pytest.mark.parametrize(
        ("answer", "reason"),
        [
            (b"INSTREAM size limit exceeded. ERROR\0", "INSTREAM size limit exceeded. ERROR"),
            (b"", "no answer"),
            (b"\xff\0", "\ufffd"),
            (b"stream: OKAY\0", "stream: OKAY"),
        ],
    )
    async def test_any_other_answer_says_nothing(self, answer: bytes, reason: str) -> None:
        async with clamd(lambda _: answer) as (_, address):
            assert await Scanner(address).scan(pieces(b"x")) == Finding(Verdict.UNSCANNED, reason)

    @pytest.mark.parametrize("address", ["127.0.0.1:1", "/nowhere/clamd", "nonsense", "127.0.0.1:port"])
    async def test_nobody_there_says_nothing(self, address: str) -> None:
        assert (await Scanner(address).scan(pieces(b"x"))).verdict is Verdict.UNSCANNED

    async def test_a_file_too_large_is_broken_off(self) -> None:
        async with clamd() as (_, address):
            found = await Scanner(address, limit=10).scan(pieces(b"x" * 6, VIRUS))
        assert found == Finding(Verdict.UNSCANNED, "too large")

    async def test_one_that_never_answers_is_not_waited_for(self) -> None:
        async def silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
            await reader.read()

        async with listening(silent) as address:
            found = await Scanner(address, timeout_s=0.05).scan(pieces(b"x"))
        assert found == Finding(Verdict.UNSCANNED, "timeout")


class TestStoring:
    async def test_what_is_clean_is_noted_as_such(self, tmp_path: Path) -> None:
        async with clamd() as (_, address):
            stored = await FileStore(tmp_path, scanner=Scanner(address)).save(pieces(b"ok"), name="a.txt", limit=99)
        assert stored.scan == "clean"

    async def test_what_is_infected_is_refused_and_gone(self, tmp_path: Path) -> None:
        async with clamd() as (_, address):
            with pytest.raises(InfectedFileError) as refused:
                await FileStore(tmp_path, scanner=Scanner(address)).save(pieces(VIRUS), name="a.txt", limit=99)
        assert refused.value.values["name"] == "a.txt"
        assert files_in(tmp_path) == []

    async def test_without_a_scanner_that_answers_it_is_kept_and_not_called_clean(self, tmp_path: Path) -> None:
        for scanner in (None, Scanner("127.0.0.1:1")):
            stored = await FileStore(tmp_path, scanner=scanner).save(pieces(VIRUS), name="a.txt", limit=99)
            assert stored.scan == ""
