"""The process that makes the load: told what to do by one JSON argument, it tells on its output what happened."""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field

import uvloop

from benchmarks.official import official_pushes
from benchmarks.phrases import questions
from benchmarks.visitors import PATIENCE_S, Visitor, arrive
from benchmarks.wire import Connection, WireError, connect


@dataclass(frozen=True, kw_only=True)
class Order:
    """``kind``: accept, bare (the same against the bare endpoint), push, closed or open (see the functions below)."""

    kind: str
    port: int
    visitors: int
    seconds: float
    warm_s: float = 2.0
    #: Between two questions of one visitor, in an open loop.
    every_s: float = 0.0
    seed: int = 1
    #: Where pushes go, and whether they are encrypted.
    path: str = ""
    safe: bool = False


@dataclass(kw_only=True)
class Outcome:
    """``done`` and ``times`` (seconds) are of the measured window; ``accepted`` and ``answered`` of the whole run."""

    done: int = 0
    seconds: float = 0.0
    accepted: int = 0
    answered: int = 0
    times: list[float] = field(default_factory=list)
    errors: dict[str, int] = field(default_factory=dict)


class Window:
    """The measured part of a run."""

    def __init__(self, order: Order) -> None:
        now = time.perf_counter()
        self.opens = now + order.warm_s
        self.closes = self.opens + order.seconds

    def note(self, outcome: Outcome, took: float) -> None:
        """One more thing done, now."""
        if self.opens <= time.perf_counter() <= self.closes:
            outcome.done += 1
            outcome.times.append(took)

    @property
    def closed(self) -> bool:
        return time.perf_counter() >= self.closes

    async def announce(self, outcome: Outcome) -> None:
        """Tell when the window opens and closes, so that somebody can look at the processes' CPU times."""
        await _until(self.opens)
        _tell("opened")
        started = time.perf_counter()
        await _until(self.closes)
        _tell("closed")
        outcome.seconds = time.perf_counter() - started


async def _accept(order: Order, outcome: Outcome) -> None:
    """Every visitor sends the next message as soon as the last one was accepted; answers are nobody's concern."""
    visitors = [await arrive(order.port) for _ in range(order.visitors)]
    window, texts = Window(order), questions(order.seed)

    async def send(visitor: Visitor) -> None:
        while not window.closed:
            started = time.perf_counter()
            await visitor.say(next(texts))
            outcome.accepted += 1
            window.note(outcome, time.perf_counter() - started)

    await _all(outcome, window.announce(outcome), *(send(visitor) for visitor in visitors))


async def _bare(order: Order, outcome: Outcome) -> None:
    """What :func:`_accept` does, to an endpoint that does nothing."""
    connections = [await connect(order.port) for _ in range(order.visitors)]
    window, texts = Window(order), questions(order.seed)

    async def send(connection: Connection) -> None:
        while not window.closed:
            started = time.perf_counter()
            answer = await connection.post("/messages", {"client_id": "0123456789abcdef", "text": next(texts)})
            if answer.status != 200:
                raise WireError(f"the bare endpoint answered {answer.status}")
            window.note(outcome, time.perf_counter() - started)

    await _all(outcome, window.announce(outcome), *(send(connection) for connection in connections))


async def _push(order: Order, outcome: Outcome) -> None:
    """WeChat's servers push over so many connections, each the next message when the last one is answered."""
    connections = [await connect(order.port) for _ in range(order.visitors)]
    window, pushes = Window(order), official_pushes(order.path, safe=order.safe, seed=order.seed)

    async def send(connection: Connection) -> None:
        while not window.closed:
            path, document = next(pushes)
            started = time.perf_counter()
            answer = await connection.push(path, document)
            if answer.status != 200:
                raise WireError(f"a push was answered {answer.status}")
            outcome.accepted += 1
            window.note(outcome, time.perf_counter() - started)

    await _all(outcome, window.announce(outcome), *(send(connection) for connection in connections))


async def _closed(order: Order, outcome: Outcome) -> None:
    """Every visitor asks the next question as soon as the last one was answered."""
    async with _listening(order, outcome) as visitors:
        window, texts = Window(order), questions(order.seed)

        async def talk(visitor: Visitor) -> None:
            while not window.closed:
                outcome.accepted += 1
                window.note(outcome, await visitor.ask(next(texts)))

        await _all(outcome, window.announce(outcome), *(talk(visitor) for visitor in visitors))


async def _open(order: Order, outcome: Outcome) -> None:
    """Every visitor asks at fixed moments, whether or not the last question was answered."""
    async with _listening(order, outcome) as visitors:
        window, texts = Window(order), questions(order.seed)

        async def ask_at(visitor: Visitor, moment: float) -> None:
            await _until(moment)
            outcome.accepted += 1
            took = await visitor.ask(next(texts))
            if window.opens <= moment < window.closes:
                outcome.done += 1
                outcome.times.append(took)

        asking = [
            ask_at(visitor, moment)
            for place, visitor in enumerate(visitors)
            for moment in _moments(window, order, place / order.visitors)
        ]
        await _all(outcome, window.announce(outcome), *asking)


def _moments(window: Window, order: Order, share: float) -> Iterator[float]:
    moment = window.opens - order.warm_s + share * order.every_s
    while moment < window.closes:
        yield moment
        moment += order.every_s


@asynccontextmanager
async def _listening(order: Order, outcome: Outcome) -> AsyncIterator[list[Visitor]]:
    visitors = [await arrive(order.port) for _ in range(order.visitors)]
    streams = [asyncio.create_task(_counted(visitor.listen(), outcome)) for visitor in visitors]
    yield visitors
    for stream in streams:
        stream.cancel()
    await asyncio.gather(*streams, return_exceptions=True)
    outcome.answered = sum(visitor.answers for visitor in visitors)


async def _all(outcome: Outcome, *work: Awaitable[None]) -> None:
    await asyncio.gather(*(_counted(one, outcome) for one in work))


async def _counted(work: Awaitable[None], outcome: Outcome) -> None:
    """Whatever goes wrong is counted, and a run with errors measures nothing."""
    try:
        await work
    except (WireError, TimeoutError, OSError, EOFError) as error:
        name = f"{type(error).__name__}: {error}"
        outcome.errors[name] = outcome.errors.get(name, 0) + 1


async def _until(moment: float) -> None:
    await asyncio.sleep(max(0.0, moment - time.perf_counter()))


def _tell(event: str, **values: object) -> None:
    print(json.dumps({"event": event, **values}), flush=True)


_KINDS = {"accept": _accept, "bare": _bare, "push": _push, "closed": _closed, "open": _open}


async def _carry_out(order: Order) -> Outcome:
    outcome = Outcome()
    async with asyncio.timeout(60 + order.warm_s + order.seconds + PATIENCE_S):
        await _KINDS[order.kind](order, outcome)
    return outcome


def main() -> None:
    order = Order(**json.loads(sys.argv[1]))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        _tell("result", outcome=asdict(runner.run(_carry_out(order))))


if __name__ == "__main__":
    main()
