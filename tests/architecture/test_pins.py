"""What is installed is pinned, whole, and free of the addresses of whoever compiled it."""

import json
import re
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from tests.architecture.tree import ROOT

PIN = re.compile(r"([a-z0-9-]+)==([\w.]+)")


def other_lines(text: str) -> list[str]:
    """Return the lines that are more than a name, a version and a comment without an address."""
    lines = (line.partition("#") for line in text.splitlines())
    return [
        code.strip() or comment
        for code, _, comment in lines
        if (code.strip() and not PIN.fullmatch(code.strip())) or "://" in comment
    ]


def pins(name: str) -> dict[str, str]:
    lines = (ROOT / "requirements" / name).read_text(encoding="utf8").splitlines()
    return {pin.group(1): pin.group(2) for line in lines if (pin := PIN.match(line))}


def declared(extra: str | None = None) -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf8"))["project"]
    wanted = project["optional-dependencies"][extra] if extra else project["dependencies"]
    return {name.group() for line in wanted if (name := re.match(r"[a-z0-9-]+", line))}


def keys_of(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from keys_of(inner)


def test_every_declared_package_is_pinned() -> None:
    assert declared() - set(pins("base.txt")) == set()
    assert declared("dev") - set(pins("dev.txt")) == set()


def test_development_runs_on_what_production_runs_on() -> None:
    assert pins("base.txt").items() <= pins("dev.txt").items()


@pytest.mark.parametrize("name", ["base.txt", "dev.txt"])
def test_pins_carry_no_address(name: str) -> None:
    assert other_lines((ROOT / "requirements" / name).read_text(encoding="utf8")) == []


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://example.org/simple",
        "--find-links wheels",
        "yingpiao @ file:///srv/yingpiao",
        "-e .",
        "./wheels/a-1.0-py3-none-any.whl",
        "httpx==0.28.1  # from https://example.org/simple",
        "httpx>=0.28.1",
    ],
)
def test_an_address_is_noticed(line: str) -> None:
    assert len(other_lines(f"aiosqlite==0.22.1  # via yingpiao\n{line}\n")) == 1


def test_the_lock_file_of_the_browser_packages_pins_by_hash_and_names_no_host() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages
    assert [name for name, entry in packages.items() if not entry.get("integrity")] == []
    assert "resolved" not in set(keys_of(lock))
