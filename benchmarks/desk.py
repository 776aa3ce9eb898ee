"""The desk at scale: ``python -m benchmarks.desk --tickets 1000000 --messages 5000000``.

On PostgreSQL where ``--database-url`` or YINGPIAO_TEST_DATABASE_URL names a server, else on SQLite in a folder that
goes away. Seeds, then measures; every figure is of one run. As seeding takes minutes, ``--keep`` leaves what it has
seeded on the server and prints its address, and ``--seeded ADDRESS`` measures that.
"""

import argparse
import asyncio
import os
import platform
import resource
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.desk_data import NOW, Size
from benchmarks.desk_queue import Desk, Times, run
from benchmarks.desk_seed import seed
from kit.access.identity import Role
from kit.bus import LocalBus
from kit.clock import FrozenClock
from kit.db import Database
from kit.files import FileStore
from kit.ground import Ground
from tests.support.databases import fresh_database
from tests.support.ground import make_settings
from tests.support.postgres import VARIABLE
from tests.support.web import add_staff, make_app, open_client, sign_in_client
from tickets.console import NAVIGATION
from tickets.console.endpoints import build_router

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.desk", description=__doc__)
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--messages", type=int, default=500_000)
    parser.add_argument("--seconds", type=float, default=15, help="for each thing that is measured (default 15)")
    parser.add_argument("--database-url", default=os.environ.get(VARIABLE, ""), help="a PostgreSQL server")
    kept = parser.add_mutually_exclusive_group()
    kept.add_argument("--keep", action="store_true", help="seed an empty database and leave it there, measure nothing")
    kept.add_argument("--seeded", default="", metavar="ADDRESS", help="measure what --keep has left")
    chosen = parser.parse_args()
    os.environ[VARIABLE] = chosen.database_url
    size = Size(chosen.tickets, chosen.messages)
    if chosen.keep:
        asyncio.run(_seeded(chosen.database_url, size))
    else:
        asyncio.run(_measured(size, chosen.seconds, chosen.seeded))


async def _seeded(url: str, size: Size) -> None:
    started = time.monotonic()
    await seed(url, size)
    print(f"seeded {url} in {time.monotonic() - started:.0f} s", flush=True)


async def _measured(size: Size, seconds: float, seeded: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with AsyncExitStack() as stack:
            url = seeded or await stack.enter_async_context(fresh_database(Path(folder)))
            kind = "PostgreSQL" if url.startswith("postgresql") else "SQLite"
            print(
                f"{kind}: {size.tickets} tickets, {size.messages} messages, {platform.machine()}, {os.cpu_count()} CPUs"
            )
            if not seeded:
                await _seeded(url, size)
            await _look(Path(folder), url, size, seconds)


async def _look(folder: Path, url: str, size: Size, seconds: float) -> None:
    settings, bus = make_settings(folder, url), LocalBus()
    ground = Ground(
        settings=settings,
        clock=FrozenClock(NOW),
        db=Database(url, bus=bus),
        bus=bus,
        files=FileStore(folder / "files"),
    )
    console = ROOT / "tickets" / "console"
    app = make_app(
        ground,
        build_router(),
        templates=[console / "templates"],
        statics={"tickets": console / "static"},
        navigation=NAVIGATION,
    )
    # A database that was kept has those of the runs before.
    login = f"wang-{os.getpid()}"
    await add_staff(ground, role=Role.SUPERVISOR, login=login, name="王芳")
    async with open_client(app) as client:
        await sign_in_client(client, ground, login=login)
        before, began = resource.getrusage(resource.RUSAGE_SELF), time.monotonic()
        times = await run(Desk(ground, client), size.tickets, seconds=seconds)
        used = resource.getrusage(resource.RUSAGE_SELF)
    _show(times, (used.ru_utime - before.ru_utime) / (time.monotonic() - began), used.ru_maxrss / 1024)
    await ground.db.close()


def _show(times: list[Times], busy: float, memory_mb: float) -> None:
    table = Table(
        "what", "asked", "p50 ms", "p99 ms", "at most", "CPU ms", title=f"8 clients; CPU {busy:.0%}, {memory_mb:.0f} MB"
    )
    for one in times:
        within = "" if one.p99 <= one.target_ms else " !"
        cpu_ms = one.cpu_s * 1000 / len(one.taken)
        figures = (f"{one.p50:.1f}", f"{one.p99:.1f}{within}", f"{one.target_ms:.0f}", f"{cpu_ms:.1f}")
        table.add_row(one.name, str(len(one.taken)), *figures)
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
