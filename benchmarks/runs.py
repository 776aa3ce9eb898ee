"""The three measurements, each on a database of its own, with its rows counted afterwards."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.load import Order, Outcome
from benchmarks.processes import ROOT, Process, Server, free_port, running
from benchmarks.stores import Rows, drained, fresh_database, look

#: Far above what one visitor does here, so that nobody is told to slow down.
_PER_MINUTE = "1000"


class WrongError(Exception):
    """A message or an answer is missing, or there is one too many: the figures of this run mean nothing."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One run's figures; ``cpu_ms`` is CPU time for one thing done, by who spent it."""

    outcome: Outcome
    cpu_ms: dict[str, float]
    rows: Rows | None = None

    @property
    def rate(self) -> float:
        return self.outcome.done / self.outcome.seconds

    def milliseconds(self, percentile: float) -> float:
        """The time below which this share (0 to 1) of the things done took."""
        times = sorted(self.outcome.times)
        return 1000 * times[min(len(times) - 1, int(percentile * len(times)))]


class Bench:
    """One database system: the address of a PostgreSQL server, or an empty text for SQLite."""

    def __init__(self, server: str) -> None:
        self._server = server

    def acceptance(self, *, seconds: float, visitors: int) -> tuple[list[Measured], list[Measured]]:
        """Accepted messages and the bare endpoint's, taken in turns ABBA; nobody works on what was accepted."""
        with self.place() as (url, folder), ExitStack() as stack:
            web, web_port = self.start(stack, url, folder, "web")
            bare_port = free_port()
            bare = stack.enter_context(running(["benchmarks.bare", str(bare_port)], folder / "bare.log", {}))
            bare.wait_for_port(bare_port)
            database = Server(url)
            accepted: list[Measured] = []
            nothing: list[Measured] = []
            for kind in ("accept", "bare", "bare", "accept"):
                port = web_port if kind == "accept" else bare_port
                watched: dict[str, Process | Server] = {"web": web if kind == "accept" else bare, "database": database}
                order = Order(kind=kind, port=port, visitors=visitors, seconds=seconds, warm_s=1)
                (accepted if kind == "accept" else nothing).append(measure(order, watched))
            _check_accepted([one.outcome for one in accepted], look(url))
        return accepted, nothing

    def turns(self, order: Order, parts: Sequence[str]) -> Measured:
        """Questions answered end to end by these processes (``serve``, or ``web`` and ``worker``)."""
        with self.place() as (url, folder), ExitStack() as stack:
            watched: dict[str, Process | Server] = {"database": Server(url)}
            process, port = self.start(stack, url, folder, parts[0])
            watched[parts[0]] = process
            for part in parts[1:]:
                process, _ = self.start(stack, url, folder, part)
                watched[part] = process
            # The last part is the one that answers.
            process.wait_for_library()
            measured = measure(Order(**{**asdict(order), "port": port}), watched)
            rows = drained(url)
            _check_turns(measured.outcome, rows)
        return Measured(outcome=measured.outcome, cpu_ms=measured.cpu_ms, rows=rows)

    @contextmanager
    def place(self) -> Iterator[tuple[str, Path]]:
        with (
            tempfile.TemporaryDirectory(prefix="yingpiao-bench-", ignore_cleanup_errors=True) as folder,
            fresh_database(self._server, Path(folder)) as url,
        ):
            yield url, Path(folder)

    @staticmethod
    def start(stack: ExitStack, url: str, folder: Path, part: str) -> tuple[Process, int]:
        port = free_port()
        environment = {
            "DATABASE_URL": url,
            "YINGPIAO_DATA_DIR": str(folder / "data"),
            "YINGPIAO_PORT": str(port),
            "YINGPIAO_CHAT_MESSAGES_PER_MINUTE": _PER_MINUTE,
        }
        process = stack.enter_context(running(["bot", part], folder / f"{part}.log", environment))
        if part != "worker":
            process.wait_for_port(port)
        return process, port


def measure(order: Order, watched: dict[str, Process | Server]) -> Measured:
    """Let a process of its own make the load, and take the CPU time of the others over the same window."""
    command = [sys.executable, "-m", "benchmarks.load", json.dumps(asdict(order))]
    before: dict[str, float] = {}
    spent: dict[str, float] = {}
    outcome = Outcome()
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            told = json.loads(line)
            if told["event"] == "opened":
                before = {name: one.cpu_s for name, one in watched.items()}
            elif told["event"] == "closed":
                spent = {name: one.cpu_s - before[name] for name, one in watched.items()}
            else:
                outcome = Outcome(**told["outcome"])
    if process.returncode or outcome.errors or not outcome.done:
        raise WrongError(f"{order}: {outcome.errors or 'nothing was measured'}")
    return Measured(outcome=outcome, cpu_ms={name: 1000 * cpu / outcome.done for name, cpu in spent.items()})


def _check_accepted(outcomes: Sequence[Outcome], rows: Rows) -> None:
    accepted = sum(outcome.accepted for outcome in outcomes)
    if not accepted == rows.said == rows.accepted == rows.unhandled or not 0 < rows.jobs <= accepted:
        raise WrongError(f"{accepted} messages were accepted, and the database holds {rows}")


def _check_turns(outcome: Outcome, rows: Rows) -> None:
    handled = outcome.accepted == rows.said == rows.accepted and not rows.unhandled
    answered = outcome.answered == rows.answered and not rows.undelivered and not rows.jobs
    if not handled or not answered:
        raise WrongError(f"{outcome.accepted} asked, {outcome.answered} answers read, and the database holds {rows}")
