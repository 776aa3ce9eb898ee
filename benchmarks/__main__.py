"""Throughput and answer times of the whole product, as ratios within one run: ``python -m benchmarks``.

PostgreSQL is measured where ``YINGPIAO_TEST_DATABASE_URL`` names a server (``make bench`` starts one). Every part
ends by itself; a lost or doubled message ends the run with an error.
"""

import argparse
import importlib.util
import os
import runpy
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from benchmarks import report
from benchmarks.load import Order
from benchmarks.pushes import measure_pushes
from benchmarks.runs import Bench
from benchmarks.stores import version
from benchmarks.storm import measure_storm
from tests.support.postgres import VARIABLE

#: Messages a second at month end, times five (PostgreSQL); a small installation takes four (SQLite).
TARGETS = {"PostgreSQL": 100, "SQLite": 80}
#: The default set-up of a database first.
SETUPS = {
    "PostgreSQL": (("web", "worker"), ("serve",)),
    "SQLite": (("serve",), ("web", "worker")),
}
PARTS = ("acceptance", "pushes", "storm", "turns", "surge", "questions")


def main() -> None:
    chosen = _arguments()
    # Ended from outside, it still stops the servers it has started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    servers = {"PostgreSQL": os.environ.get(VARIABLE, ""), "SQLite": ""}
    benches = {name: Bench(url) for name, url in servers.items() if url or name == "SQLite"}
    benches = {name: bench for name, bench in benches.items() if name in chosen.databases}
    console = Console(width=160)
    told = report.machine([version(servers[name] or "sqlite+aiosqlite://") for name in benches])
    console.print(told)
    sheets = []
    for part, measure in _MEASURES.items():
        if part in chosen.parts:
            sheets.append(measure(benches, chosen))
            sheets[-1].show(console)
    if chosen.markdown:
        blocks = "\n\n".join(sheet.markdown() for sheet in sheets)
        chosen.markdown.write_text(f"{told}.\n\n{blocks}\n", encoding="utf8")
    if "questions" in chosen.parts and importlib.util.find_spec("benchmarks.questions"):
        runpy.run_module("benchmarks.questions", run_name="__main__")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure the whole product.")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="also write the tables for docs/benchmarks.md")
    parser.add_argument("--seconds", type=float, default=20, help="length of one run of turns (default 20)")
    parser.add_argument("--visitors", type=int, default=120, help="who ask without a pause (default 120)")
    parser.add_argument("--surge-seconds", type=float, default=60, help="length of a surge (default 60)")
    parser.add_argument("--storm-rate", type=float, default=200, help="WeChat messages a second (default 200)")
    parser.add_argument("--storm-seconds", type=float, default=60, help="for so long (default 60)")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--databases", nargs="+", choices=TARGETS, default=tuple(TARGETS))
    return parser.parse_args()


def _acceptance(benches: dict[str, Bench], chosen: argparse.Namespace) -> report.Sheet:
    sheet = report.acceptance_sheet()
    for name, bench in benches.items():
        accepted, bare = bench.acceptance(seconds=chosen.seconds / 5, visitors=32)
        report.add_acceptance(sheet, name, accepted, bare)
    return sheet


def _pushes(benches: dict[str, Bench], chosen: argparse.Namespace) -> report.Sheet:
    sheet = report.pushes_sheet()
    for name, bench in benches.items():
        report.add_pushes(sheet, name, measure_pushes(bench, seconds=chosen.seconds / 5))
    return sheet


def _storm(benches: dict[str, Bench], chosen: argparse.Namespace) -> report.Sheet:
    sheet = report.storm_sheet(chosen.storm_rate, chosen.storm_seconds)
    for name, bench in benches.items():
        parts = SETUPS[name][0]
        weather, cpu_ms = measure_storm(bench, per_second=chosen.storm_rate, seconds=chosen.storm_seconds, parts=parts)
        report.add_storm(sheet, _named(name, parts, default=True), weather, cpu_ms)
    return sheet


def _turns(benches: dict[str, Bench], chosen: argparse.Namespace) -> report.Sheet:
    sheet = report.turns_sheet()
    for name, bench in benches.items():
        for place, parts in enumerate(SETUPS[name]):
            order = Order(kind="closed", port=0, visitors=chosen.visitors, seconds=chosen.seconds, warm_s=4)
            measured = bench.turns(order, parts)
            report.add_turns(sheet, _named(name, parts, default=place == 0), measured, target=TARGETS[name])
    return sheet


def _surge(benches: dict[str, Bench], chosen: argparse.Namespace) -> report.Sheet:
    sheet = report.surge_sheet(visitors=50, every_s=5)
    for name, bench in benches.items():
        order = Order(kind="open", port=0, visitors=50, seconds=chosen.surge_seconds, warm_s=5, every_s=5)
        parts = SETUPS[name][0]
        report.add_surge(sheet, _named(name, parts, default=True), bench.turns(order, parts))
    return sheet


def _named(database: str, parts: Sequence[str], *, default: bool) -> str:
    processes = "one process" if parts == ("serve",) else " + ".join(parts)
    return f"{database}, {processes}{' (default)' if default else ''}"


_MEASURES = {"acceptance": _acceptance, "pushes": _pushes, "storm": _storm, "turns": _turns, "surge": _surge}


if __name__ == "__main__":
    main()
