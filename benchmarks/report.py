"""The figures as tables: for the terminal, and as Markdown for docs/benchmarks.md."""

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean

from rich.console import Console
from rich.table import Table

from benchmarks.runs import Measured
from benchmarks.storm import Weather


@dataclass(frozen=True)
class Sheet:
    """One table; every cell is text."""

    title: str
    head: Sequence[str]
    rows: list[Sequence[str]] = field(default_factory=list)

    def show(self, console: Console) -> None:
        table = Table(*self.head, title=self.title, title_justify="left")
        for row in self.rows:
            table.add_row(*row)
        console.print(table)

    def markdown(self) -> str:
        lines = [self.head, ["---"] * len(self.head), *self.rows]
        return "\n".join([f"### {self.title}", "", *(f"| {' | '.join(line)} |" for line in lines)])


def acceptance_sheet() -> Sheet:
    head = ("database", "accepted/s", "bare/s", "ratio", "p50 ms", "p99 ms", "CPU ms a message")
    return Sheet("Acceptance: messages stored and queued, beside a bare FastAPI endpoint", head)


def add_acceptance(sheet: Sheet, name: str, accepted: Sequence[Measured], bare: Sequence[Measured]) -> None:
    rate, ceiling = fmean(one.rate for one in accepted), fmean(one.rate for one in bare)
    middle, worst = (fmean(one.milliseconds(share) for one in accepted) for share in (0.5, 0.99))
    cells = (f"{rate:.0f}", f"{ceiling:.0f}", f"{rate / ceiling:.2f}", f"{middle:.0f}", f"{worst:.0f}")
    sheet.rows.append((name, *cells, _cpu(accepted)))


def pushes_sheet() -> Sheet:
    head = ("database", "mode", "stored/s", "beside echo", "beside bare", "p50 ms", "p99 ms", "CPU ms a push")
    return Sheet("WeChat pushes stored durably, beside an echo handler without storage and a bare endpoint", head)


def add_pushes(sheet: Sheet, name: str, runs: Mapping[str, Sequence[Measured]]) -> None:
    rates = {kind: fmean(one.rate for one in taken) for kind, taken in runs.items()}
    for kind, taken in runs.items():
        beside = [f"{rates[kind] / rates[other]:.2f}" for other in ("echo", "bare")]
        middle, worst = (fmean(one.milliseconds(share) for one in taken) for share in (0.5, 0.99))
        sheet.rows.append((name, kind, f"{rates[kind]:.0f}", *beside, f"{middle:.0f}", f"{worst:.0f}", _cpu(taken)))


def storm_sheet(per_second: float, seconds: float) -> Sheet:
    head = ("set-up", "pushes", "p50 ms", "p99 ms", "answered in the push", "all answered after", "CPU ms a message")
    title = f"{per_second:.0f} WeChat messages/s for {seconds:.0f} s: every push answered in time, every person once"
    return Sheet(title, head)


def add_storm(sheet: Sheet, name: str, weather: Weather, cpu_ms: Mapping[str, float]) -> None:
    times = (f"{weather.milliseconds(share):.0f}" for share in (0.5, 0.99))
    passive = f"{weather.passive / weather.pushes:.0%}"
    spent = " + ".join(f"{part} {cpu:.1f}" for part, cpu in cpu_ms.items() if cpu)
    cells = (f"{weather.pushes}", *times, passive, f"{weather.drained_s:.0f} s")
    sheet.rows.append((name, *cells, f"{sum(cpu_ms.values()):.1f} ({spent})"))


def turns_sheet() -> Sheet:
    head = ("set-up", "turns/s", "target", "ratio", "p50 ms", "p99 ms", "CPU ms a turn", "searched")
    return Sheet("Turns end to end: asked, answered from the knowledge base, delivered", head)


def add_turns(sheet: Sheet, name: str, measured: Measured, *, target: float) -> None:
    rows = measured.rows
    searched = f"{rows.searched / max(1, rows.said):.0%}" if rows else ""
    cells = (f"{measured.rate:.0f}", f"{target:.0f}", f"{measured.rate / target:.2f}")
    sheet.rows.append((name, *cells, *_times(measured), _cpu([measured]), searched))


def surge_sheet(visitors: int, every_s: float) -> Sheet:
    head = ("set-up", "answered/s", "p50 ms", "p99 ms", "slowest ms", "CPU ms a turn")
    return Sheet(f"Answer time with {visitors} visitors, each asking every {every_s:.0f} s (target: p99 < 1 s)", head)


def add_surge(sheet: Sheet, name: str, measured: Measured) -> None:
    slowest = f"{measured.milliseconds(1):.0f}"
    sheet.rows.append((name, f"{measured.rate:.1f}", *_times(measured), slowest, _cpu([measured])))


def machine(databases: Sequence[str]) -> str:
    """What the figures were taken on, in one line."""
    parts = (f"{os.cpu_count()} cores", _processor(), f"Python {platform.python_version()}", *databases)
    return f"{datetime.now(UTC):%Y-%m-%d}: {', '.join(parts)}; load and database on the same machine"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())


def _times(measured: Measured) -> tuple[str, str]:
    return f"{measured.milliseconds(0.5):.0f}", f"{measured.milliseconds(0.99):.0f}"


def _cpu(runs: Sequence[Measured]) -> str:
    """As "7.1 (web 3.0 + worker 4.1)"."""
    parts = {name: fmean(run.cpu_ms[name] for run in runs) for name in runs[0].cpu_ms}
    spent = [f"{name} {cpu:.1f}" for name, cpu in parts.items() if cpu]
    return f"{sum(parts.values()):.1f} ({' + '.join(spent)})"
