"""WeChat pushes stored durably, in plain and in safe mode, beside handlers that store nothing."""

import asyncio
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from benchmarks.load import Order
from benchmarks.official import API_URL, add_accounts
from benchmarks.processes import Process, Server, free_port, running
from benchmarks.runs import Bench, Measured, WrongError, measure
from benchmarks.stores import look
from bot.bootstrap import make_ground
from bot.installation import migrate
from kit.ground import Ground
from kit.settings import Settings

#: Who is measured, in turns there and back.
ROUNDS = ("plain", "safe", "echo", "bare")
CONNECTIONS = 32


def measure_pushes(bench: Bench, *, seconds: float) -> dict[str, list[Measured]]:
    """Two runs of each of :data:`ROUNDS`; every push has to be in the database, once, or WrongError is raised."""
    runs: dict[str, list[Measured]] = {name: [] for name in ROUNDS}
    with bench.place() as (url, folder), ExitStack() as stack:
        hooks = prepare(url, folder)
        web, port = bench.start(stack, url, folder, "web")
        bare_port = free_port()
        bare = stack.enter_context(running(["benchmarks.bare", str(bare_port)], folder / "bare.log", {}))
        bare.wait_for_port(bare_port)
        database = Server(url)
        targets: Mapping[str, tuple[Process, int, str]] = {
            "plain": (web, port, hooks[False]),
            "safe": (web, port, hooks[True]),
            "echo": (bare, bare_port, "/echo"),
            "bare": (bare, bare_port, "/push"),
        }
        for seed, name in enumerate((*ROUNDS, *reversed(ROUNDS))):
            process, at, path = targets[name]
            order = Order(
                kind="push",
                port=at,
                visitors=CONNECTIONS,
                seconds=seconds,
                warm_s=1,
                seed=seed,
                path=path,
                safe=name == "safe",
            )
            runs[name].append(measure(order, {"web": process, "database": database}))
        accepted = sum(one.outcome.accepted for name in ("plain", "safe") for one in runs[name])
        rows = look(url)
        if not accepted == rows.accepted == rows.unhandled:
            raise WrongError(f"{accepted} pushes were answered, and the database holds {rows}")
    return runs


def prepare(url: str, folder: Path, *, api_url: str = API_URL, wait_s: float = 0) -> dict[bool, str]:
    """The tables and the accounts; the paths the platform calls, by whether the account is in safe mode."""
    settings = Settings(_env_file=None, DATABASE_URL=url, data_dir=folder / "data")
    return asyncio.run(_prepare(make_ground(settings), api_url, wait_s))


async def _prepare(ground: Ground, api_url: str, wait_s: float) -> dict[bool, str]:
    await migrate(ground)
    hooks = await add_accounts(ground, api_url=api_url, wait_s=wait_s)
    await ground.db.close()
    return hooks
