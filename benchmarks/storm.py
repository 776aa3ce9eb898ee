"""Month end on WeChat: so many people a second write to an Official Account, each once; every push is timed.

The simulated platform and the people are this process; web, worker and database are others. Pushes go over bare
connections, or the platform's side would cost more than ours. A push that is not answered in 5 s, a person without an
answer, one with two, or a call the platform's rules forbid ends in WrongError.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace

import httpx
import uvicorn

from benchmarks.official import AES_KEY, APP_ID, APP_SECRET, NAMES, TOKEN, push_of
from benchmarks.phrases import questions
from benchmarks.processes import ROOT, Process, Server, free_port
from benchmarks.pushes import prepare
from benchmarks.runs import Bench, WrongError
from benchmarks.wire import Answer, Connection, connect
from channels.simulator.people import Arrived
from channels.simulator.wechat.account import Mode, OfficialAccount
from channels.simulator.wechat.person import Person
from channels.simulator.wechat.rules import PUSH_PATIENCE_S
from channels.simulator.wechat.server import make_app
from channels.simulator.wechat.state import WeChatPlatform
from channels.simulator.xml import read_xml
from kit.clock import SystemClock

#: So long may the answers take that could not be given at once.
DRAIN_S = 400.0
#: Connections of the platform.
LINES = 200


@dataclass(frozen=True, kw_only=True)
class Orders:
    """What the process of the platform is to do."""

    product_port: int
    api_port: int
    hook: str
    safe: bool
    per_second: float
    seconds: float


@dataclass(kw_only=True)
class Weather:
    """What happened; times in seconds."""

    pushes: int = 0
    unanswered: int = 0
    answered: int = 0
    twice: int = 0
    passive: int = 0
    violations: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    drained_s: float = 0.0

    def milliseconds(self, share: float) -> float:
        ordered = sorted(self.times)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def measure_storm(
    bench: Bench, *, per_second: float, seconds: float, parts: tuple[str, ...]
) -> tuple[Weather, dict[str, float]]:
    """The weather, and CPU milliseconds a message by process."""
    api_port = free_port()
    with bench.place() as (url, folder), ExitStack() as stack:
        hooks = prepare(url, folder, api_url=f"http://127.0.0.1:{api_port}", wait_s=0.3)
        watched: dict[str, Process | Server] = {"database": Server(url)}
        process, port = bench.start(stack, url, folder, parts[0])
        watched[parts[0]] = process
        for part in parts[1:]:
            process, _ = bench.start(stack, url, folder, part)
            watched[part] = process
        process.wait_for_library()
        before = {name: one.cpu_s for name, one in watched.items()}
        orders = Orders(
            product_port=port, api_port=api_port, hook=hooks[False], safe=False, per_second=per_second, seconds=seconds
        )
        command = [sys.executable, "-m", "benchmarks.storm", json.dumps(asdict(orders))]
        told = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout
        weather = Weather(**json.loads(told.splitlines()[-1]))
        spent = {name: 1000 * (one.cpu_s - before[name]) / weather.pushes for name, one in watched.items()}
    if weather.unanswered or weather.twice or weather.violations or weather.answered != weather.pushes:
        late = f"p50 {weather.milliseconds(0.5):.0f} ms, p99 {weather.milliseconds(0.99):.0f} ms, CPU ms {spent}"
        raise WrongError(f"{late}; {replace(weather, times=[])}")
    return weather, spent


async def _rage(orders: Orders) -> Weather:
    weather = Weather()
    async with httpx.AsyncClient(trust_env=False) as http:
        platform = WeChatPlatform(SystemClock(), http)
        platform.add_account(
            OfficialAccount(
                gh_id=NAMES[orders.safe],
                app_id=APP_ID,
                secret=APP_SECRET,
                token=TOKEN,
                aes_key=AES_KEY,
                hook_url=f"http://127.0.0.1:{orders.product_port}{orders.hook}",
                mode=Mode.SAFE if orders.safe else Mode.PLAIN,
            )
        )
        config = uvicorn.Config(make_app(platform), host="127.0.0.1", port=orders.api_port, log_level="warning")
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve())
        people = await _everybody_writes(platform, orders, weather)
        await _wait_for_answers(people, weather)
        server.should_exit = True
        await serving
    weather.violations = sorted({str(one) for one in platform.violations})[:5]
    return weather


async def _everybody_writes(platform: WeChatPlatform, orders: Orders, weather: Weather) -> list[Person]:
    people = [await platform.person(f"o{number}") for number in range(int(orders.per_second * orders.seconds))]
    lines: asyncio.Queue[Connection] = asyncio.Queue()
    for _ in range(LINES):
        lines.put_nowait(await connect(orders.product_port))
    texts, begin = questions(1), time.perf_counter() + 1

    async def write(number: int, person: Person, text: str) -> None:
        await asyncio.sleep(max(0.0, begin + number / orders.per_second - time.perf_counter()))
        person.grants.begin("message", platform.clock.now())
        path, document = push_of(orders.hook, safe=orders.safe, person=person.openid, message_id=number + 1, text=text)
        started = time.perf_counter()
        line = await lines.get()
        try:
            answer = await line.push(path, document)
        finally:
            lines.put_nowait(line)
        _note(weather, person, answer, time.perf_counter() - started)

    await asyncio.gather(*(write(number, person, next(texts)) for number, person in enumerate(people)))
    return people


def _note(weather: Weather, person: Person, answer: Answer, took: float) -> None:
    weather.pushes += 1
    weather.times.append(took)
    weather.unanswered += answer.status != 200 or took > PUSH_PATIENCE_S
    if answer.body.startswith(b"<xml>"):
        weather.passive += 1
        person.sees(Arrived(kind="text", text=read_xml(answer.body.decode())["Content"]))


async def _wait_for_answers(people: list[Person], weather: Weather) -> None:
    started = time.perf_counter()
    while _somebody_waits(people) and time.perf_counter() - started < DRAIN_S:  # noqa: ASYNC110 - nobody tells us.
        await asyncio.sleep(1)
    # Time for a second answer that must not come.
    await asyncio.sleep(3)
    weather.drained_s = time.perf_counter() - started - 3
    weather.answered = sum(bool(person.inbox) for person in people)
    weather.twice = sum(max(Counter(person.texts).values(), default=0) > 1 for person in people)


def _somebody_waits(people: list[Person]) -> bool:
    return not all(person.inbox for person in people)


def main() -> None:
    print(json.dumps(asdict(asyncio.run(_rage(Orders(**json.loads(sys.argv[1])))))))


if __name__ == "__main__":
    main()
