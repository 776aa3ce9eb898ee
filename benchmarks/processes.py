"""The processes under measurement: started, watched until they are ready, their CPU time read, stopped."""

import asyncio
import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

ROOT = Path(__file__).resolve().parent.parent
#: Written to the log when every article can be found by meaning too.
LIBRARY_READY = ("library built", "library refreshed")
_READY_S = 180.0
_STOP_S = 15.0
_TICKS = os.sysconf("SC_CLK_TCK")


class NotReadyError(Exception):
    """A process ended or was silent for too long; the message is the end of its log."""


class Process:
    """One process of the product, or the bare endpoint."""

    def __init__(self, arguments: Sequence[str], log: Path, environment: Mapping[str, str]) -> None:
        self._log = log
        with log.open("w") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                cwd=ROOT,
                env={**os.environ, **environment},
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def wait_for_port(self, port: int) -> None:
        self._wait(lambda: _answers(port))

    def wait_for_library(self) -> None:
        self._wait(lambda: any(line in self.log for line in LIBRARY_READY))

    def _wait(self, is_ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _READY_S
        while not is_ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise NotReadyError(self.log[-3000:])
            time.sleep(0.05)

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    @property
    def cpu_s(self) -> float:
        """CPU seconds so far."""
        own, _ = _cpu_of(self._process.pid)
        return own

    @property
    def memory_mb(self) -> float:
        """Resident memory now; 0 where there is no /proc."""
        try:
            status = Path(f"/proc/{self._process.pid}/status").read_text()
        except OSError:
            return 0.0
        found = re.search(r"^VmRSS:\s+(\d+) kB$", status, re.MULTILINE)
        return int(found[1]) / 1024 if found else 0.0

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@contextlib.contextmanager
def running(arguments: Sequence[str], log: Path, environment: Mapping[str, str]) -> Iterator[Process]:
    process = Process(arguments, log, environment)
    try:
        yield process
    finally:
        process.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _cpu_of(pid: int) -> tuple[float, float]:
    """CPU seconds of a process, and of its children that have ended; zeros where there is no /proc."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0, 0.0
    user, system, ended_user, ended_system = (int(field) / _TICKS for field in fields[11:15])
    return user + system, ended_user + ended_system


class Server:
    """The database server, if it runs on this machine: the first process and all it has started."""

    def __init__(self, url: str) -> None:
        self._first = 0 if url.startswith("sqlite") else asyncio.run(_postmaster(url))

    @property
    def cpu_s(self) -> float:
        """CPU seconds so far; 0 for SQLite, which works inside our own processes."""
        if not self._first:
            return 0.0
        return sum(_cpu_of(self._first)) + sum(_cpu_of(child)[0] for child in _children(self._first))


async def _postmaster(url: str) -> int:
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        backend = int((await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one())
        parent = _parent_of(Path(f"/proc/{backend}"))
    await engine.dispose()
    return parent


def _children(parent: int) -> list[int]:
    return [int(folder.name) for folder in Path("/proc").glob("[0-9]*") if _parent_of(folder) == parent]


def _parent_of(process: Path) -> int:
    try:
        status = (process / "status").read_text()
    except OSError:
        return 0
    found = re.search(r"^PPid:\s+(\d+)$", status, re.MULTILINE)
    return int(found[1]) if found else 0
