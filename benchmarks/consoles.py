"""A hundred consoles and a thousand idle chats while messages come in: ``python -m benchmarks.consoles``.

Every message is about an open ticket, so every one of them changes the list that all consoles show. The delay of a
message is measured for each console: from the moment the desk wrote it down until that console's list contained it.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlmodel import col, select

import bot.schema  # noqa: F401 - the tables.
from benchmarks import report
from benchmarks.onlookers import Watch
from benchmarks.processes import ROOT, Process, Server
from benchmarks.runs import Bench, WrongError
from benchmarks.stores import version
from bot.bootstrap import make_ground
from kit.access.middleware import COOKIE
from kit.access.models import Role, Staff
from kit.access.service import open_session
from kit.settings import Settings
from tests.support.postgres import VARIABLE
from tickets.models import EventKind, TicketEvent

#: Matches no password.
NO_PASSWORD = "-"
SETUPS = {"PostgreSQL": ("web", "worker"), "SQLite": ("serve",)}


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Delays in seconds, one for each message at each console; CPU as cores in use, memory in MB."""

    delays: list[float]
    missed: int
    messages: int
    looks: int
    cores: dict[str, float]
    memory: dict[str, float]

    def milliseconds(self, share: float) -> float:
        ordered = sorted(self.delays)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def _sessions(url: str, folder: Path, number: int) -> list[str]:
    """Cookies of so many members of staff; nobody's password is needed for that."""
    ground = make_ground(Settings(_env_file=None, DATABASE_URL=url, data_dir=folder / "data"))
    now = ground.clock.now()
    try:
        async with ground.db.transaction() as session:
            people = [
                Staff(login=f"desk{n}", name=f"坐席{n}", role=Role.AGENT, password_hash=NO_PASSWORD, created_at=now)
                for n in range(number)
            ]
            session.add_all(people)
            await session.flush()
            return [f"{COOKIE}={open_session(session, now, person.id)}" for person in people if person.id is not None]
    finally:
        await ground.db.close()


async def _written(url: str, folder: Path) -> list[tuple[int, float]]:
    """Number and moment of every line that says that a customer wrote."""
    ground = make_ground(Settings(_env_file=None, DATABASE_URL=url, data_dir=folder / "data"))
    lines = select(col(TicketEvent.id), col(TicketEvent.at)).where(TicketEvent.kind == EventKind.CUSTOMER_WROTE)
    try:
        async with ground.db.reading() as session:
            found = (await session.execute(lines.order_by(col(TicketEvent.id)))).all()
    finally:
        await ground.db.close()
    return [(number, at.timestamp()) for number, at in found]


def measure(bench: Bench, parts: Sequence[str], chosen: argparse.Namespace) -> Measured:
    with bench.place() as (url, folder), ExitStack() as stack:
        watched: dict[str, Process | Server] = {"database": Server(url)}
        process, port = bench.start(stack, url, folder, parts[0])
        watched[parts[0]] = process
        for part in parts[1:]:
            process, _ = bench.start(stack, url, folder, part)
            watched[part] = process
        process.wait_for_library()
        watch = Watch(
            port=port,
            sessions=asyncio.run(_sessions(url, folder, chosen.consoles)),
            widgets=chosen.widgets,
            writers=chosen.writers,
            per_second=chosen.rate,
            seconds=chosen.seconds,
        )
        seen, spent = _run(watch, watched)
        memory = {name: one.memory_mb for name, one in watched.items() if isinstance(one, Process)}
        written = asyncio.run(_written(url, folder))
    if seen["errors"] or seen["written"] != len(written):
        raise WrongError(f"{seen['written']} written, {len(written)} on tickets; {seen['errors']}")
    delays, missed = _delays(written, seen["looks"])
    return Measured(
        delays=delays,
        missed=missed,
        messages=len(written),
        looks=sum(len(looks) for looks in seen["looks"]),
        cores={name: cpu / chosen.seconds for name, cpu in spent.items()},
        memory=memory,
    )


def _run(watch: Watch, watched: dict[str, Process | Server]) -> tuple[dict[str, Any], dict[str, float]]:
    command = [sys.executable, "-m", "benchmarks.onlookers", json.dumps(asdict(watch))]
    before: dict[str, float] = {}
    spent: dict[str, float] = {}
    seen: dict[str, Any] = {}
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            told = json.loads(line)
            if told["event"] == "opened":
                before = {name: one.cpu_s for name, one in watched.items()}
            elif told["event"] == "closed":
                spent = {name: one.cpu_s - before[name] for name, one in watched.items()}
            else:
                seen = told["seen"]
    if process.returncode or not seen:
        raise WrongError("the load ended too early")
    return seen, spent


def _delays(written: Sequence[tuple[int, float]], consoles: Sequence[list[list[float]]]) -> tuple[list[float], int]:
    """For each console and message, how long until a look of it contained the message; and how many never did."""
    delays, missed = [], 0
    for looks in consoles:
        place = 0
        for number, at in written:
            while place < len(looks) and looks[place][1] < number:
                place += 1
            if place == len(looks):
                missed += 1
            else:
                delays.append(max(0.0, looks[place][0] - at))
    return delays, missed


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.consoles", description=__doc__)
    parser.add_argument("--consoles", type=int, default=100)
    parser.add_argument("--widgets", type=int, default=1000)
    parser.add_argument("--writers", type=int, default=200, help="people with an open ticket who write in turn")
    parser.add_argument("--rate", type=float, default=20, help="messages a second of all writers together")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--databases", nargs="+", choices=SETUPS, default=tuple(SETUPS))
    chosen = parser.parse_args()
    servers = {"PostgreSQL": os.environ.get(VARIABLE, ""), "SQLite": ""}
    names = [name for name in chosen.databases if servers[name] or name == "SQLite"]
    console = Console(width=160)
    console.print(report.machine([version(servers[name] or "sqlite+aiosqlite://") for name in names]))
    table = Table("database", "messages", "looks/s", "p50 ms", "p95 ms", "p99 ms", "never seen", "cores", "memory MB")
    for name in names:
        one = measure(Bench(servers[name]), SETUPS[name], chosen)
        cores = " + ".join(f"{part} {value:.2f}" for part, value in one.cores.items() if value)
        memory = " + ".join(f"{part} {value:.0f}" for part, value in one.memory.items())
        times = [f"{one.milliseconds(share):.0f}" for share in (0.5, 0.95, 0.99)]
        looks = f"{one.looks / chosen.seconds:.0f}"
        table.add_row(name, str(one.messages), looks, *times, str(one.missed), cores, memory)
    console.print(table)


if __name__ == "__main__":
    main()
