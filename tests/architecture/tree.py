"""The files that the ratchets look at."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("bot", "channels", "tickets", "knowledge", "kit")
CODE = (*PACKAGES, "benchmarks", "scripts")


def files_under(root: Path, folders: tuple[str, ...], *suffixes: str) -> Iterator[Path]:
    """Yield the files below these folders of ``root`` that end in one of the suffixes, in a stable order."""
    for folder in folders:
        found = (path for path in (root / folder).rglob("*") if path.suffix in suffixes)
        yield from sorted(path for path in found if "__pycache__" not in path.parts)


def project_files() -> list[Path]:
    """Return what git tracks or would track: everything but what .gitignore names."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def text_of(path: Path) -> str | None:
    """Return the text of a file, or None when it holds no text."""
    try:
        return path.read_text(encoding="utf8")
    except UnicodeDecodeError:
        return None
