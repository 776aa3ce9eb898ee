"""Compile requirements/base.txt and requirements/dev.txt from pyproject.toml.

The pins name versions only. No address of an index or of a file may stand in them, so that they install from
whatever index or mirror a machine is set up for; a line that carries more stops the run.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST = (3, 11)
HEADER = "# Compiled from pyproject.toml by `make pins` on Python 3.11; do not edit by hand."
OPTIONS = (
    "--quiet",
    "--upgrade",
    "--no-header",
    "--strip-extras",
    "--no-emit-index-url",
    "--no-emit-trusted-host",
    "--no-emit-find-links",
    "--no-emit-options",
    "--annotation-style=line",
)
PIN_OR_COMMENT = re.compile(r"([a-z0-9-]+==[\w.]+)? *(#.*)?")


def compile_pins(target: str, *options: str) -> None:
    command = [sys.executable, "-m", "piptools", "compile", *OPTIONS, *options, "--output-file", target]
    subprocess.run([*command, "pyproject.toml"], check=True, cwd=ROOT)
    path = ROOT / target
    lines = path.read_text(encoding="utf8").splitlines()
    if odd := [line for line in lines if "://" in line or not PIN_OR_COMMENT.fullmatch(line)]:
        raise SystemExit(f"{target} carries more than pins: {odd[0]}")
    path.write_text("\n".join((HEADER, *(line for line in lines if line != HEADER), "")), encoding="utf8")


def main() -> int:
    if sys.version_info[:2] != OLDEST:
        print("Pins are compiled on Python 3.11, the oldest supported, so that they suit the others too.")
        return 1
    compile_pins("requirements/base.txt")
    compile_pins("requirements/dev.txt", "--extra", "dev", "--constraint", "requirements/base.txt")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
