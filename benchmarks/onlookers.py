"""Consoles that watch the queue, widgets that only wait, and people who write: told what to do by one JSON argument.

A console does what its page does (tickets/console/static/live.js, looking.js): it follows the stream of hints, and
fetches its list anew when it is told that something changed, never two at once, unless it shows that already.
"""

import asyncio
import json
import sys
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field

import uvloop

from benchmarks.visitors import Visitor, arrive
from benchmarks.wire import Connection, WireError, connect, events

#: What each console shows: whatever was touched last is on top.
LIST = "/console/tickets?sort=updated"
STREAM = "/console/live/queue"
#: As in looking.js: from being told to the look, and the least time from one to the next.
FIRST_S = 0.05
PAUSE_S = 0.4
LONGEST_PAUSE_S = 0.6
_AT_ONCE = 20


@dataclass(frozen=True, kw_only=True)
class Watch:
    """``sessions`` are cookies of staff, a console each; all writers together send ``per_second`` messages."""

    port: int
    sessions: list[str]
    widgets: int
    writers: int
    per_second: float
    seconds: float


@dataclass(kw_only=True)
class Seen:
    """Each console's looks as (wall clock, revision of the list it then had); what was written, and what went wrong."""

    looks: list[list[tuple[float, int]]] = field(default_factory=list)
    written: int = 0
    bytes_read: int = 0
    errors: dict[str, int] = field(default_factory=dict)

    def fault(self, error: Exception) -> None:
        name = f"{type(error).__name__}: {error}"
        self.errors[name] = self.errors.get(name, 0) + 1


class Console:
    """One signed-in page with the queue on it."""

    def __init__(self, watch: Watch, session: str, seen: Seen) -> None:
        self._watch, self._seen = watch, seen
        self._headers = {"Cookie": session, "HX-Request": "true", "HX-Target": "queue"}
        self._hinted = asyncio.Event()
        self._told = self._shown = ""
        self._looks: list[tuple[float, int]] = []
        seen.looks.append(self._looks)

    async def follow(self) -> None:
        try:
            async for event in events(self._watch.port, STREAM, "", {"Cookie": self._headers["Cookie"]}):
                if event.get("event") == "changed":
                    self._told = event["data"]
                    self._hinted.set()
        except (WireError, OSError, EOFError) as error:
            self._seen.fault(error)

    async def look(self) -> None:
        connection = await connect(self._watch.port)
        while True:
            await self._hinted.wait()
            await asyncio.sleep(FIRST_S)
            self._hinted.clear()
            begun = time.perf_counter()
            if self._told != self._shown:
                await self._fetch(connection)
            took = time.perf_counter() - begun
            await asyncio.sleep(max(0.0, min(LONGEST_PAUSE_S, max(PAUSE_S, 2 * took)) - took))

    async def _fetch(self, connection: Connection) -> None:
        answer = await connection.get(LIST, {**self._headers, "YP-Told": self._told})
        self._seen.bytes_read += len(answer.body)
        self._shown = answer.headers.get("yp-revision", "")
        if answer.status not in {200, 204} or not self._shown:
            self._seen.fault(WireError(f"the list was answered {answer.status}"))
            return
        self._headers["YP-Shown"] = answer.headers["yp-signature"]
        self._looks.append((time.time(), int(self._shown.partition(".")[0])))


async def _people(port: int, number: int) -> list[Visitor]:
    room = asyncio.Semaphore(_AT_ONCE)

    async def come() -> Visitor:
        async with room:
            return await arrive(port)

    return list(await asyncio.gather(*(come() for _ in range(number))))


async def _open_tickets(writers: list[Visitor]) -> None:
    room = asyncio.Semaphore(_AT_ONCE)

    async def ask(writer: Visitor) -> None:
        async with room:
            await writer.ask("转人工")

    await asyncio.gather(*(ask(writer) for writer in writers))


async def _write(watch: Watch, seen: Seen, writers: list[Visitor]) -> None:
    """At fixed moments, whether or not the ones before were taken yet."""
    started = time.perf_counter()

    async def say(number: int) -> None:
        await asyncio.sleep(max(0.0, started + number / watch.per_second - time.perf_counter()))
        try:
            await writers[number % len(writers)].say(f"还是开不了票，第 {number + 1} 次试了")
            seen.written += 1
        except (WireError, OSError, EOFError) as error:
            seen.fault(error)

    await asyncio.gather(*(say(number) for number in range(int(watch.per_second * watch.seconds))))


async def watch_and_write(watch: Watch) -> Seen:
    seen = Seen()
    idle, writers = await _people(watch.port, watch.widgets), await _people(watch.port, watch.writers)
    streams = [asyncio.create_task(person.listen()) for person in (*idle, *writers)]
    await _open_tickets(writers)
    consoles = [Console(watch, session, seen) for session in watch.sessions]
    pages = [asyncio.create_task(work) for console in consoles for work in (console.follow(), console.look())]
    await asyncio.sleep(3)
    print(json.dumps({"event": "opened"}), flush=True)
    await _write(watch, seen, writers)
    print(json.dumps({"event": "closed"}), flush=True)
    await asyncio.sleep(3)
    for task in (*pages, *streams):
        task.cancel()
    with suppress(asyncio.CancelledError):
        await asyncio.gather(*pages, *streams, return_exceptions=True)
    return seen


def main() -> None:
    watch = Watch(**json.loads(sys.argv[1]))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps({"event": "result", "seen": asdict(runner.run(watch_and_write(watch)))}), flush=True)


if __name__ == "__main__":
    main()
