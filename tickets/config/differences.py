"""What is different between two states of an item: per field what went and what came. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Difference:
    """One field, by its path; lists and texts of several lines are told by their parts."""

    path: tuple[str, ...]
    gone: tuple[Any, ...]
    new: tuple[Any, ...]


def differences(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> list[Difference]:
    """All fields that differ, in the order of the newer state; nothing there is as if every field were empty."""
    old, new = dict(_leaves(before or {})), dict(_leaves(after or {}))
    found = []
    for path in dict.fromkeys([*new, *old]):
        was, is_now = _parts(old.get(path)), _parts(new.get(path))
        if was != is_now:
            gone = tuple(one for one in was if one not in is_now)
            came = tuple(one for one in is_now if one not in was)
            found.append(Difference(path, gone or (was if not came else ()), came or (is_now if not gone else ())))
    return found


def _leaves(value: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, inner in value.items():
        if isinstance(inner, Mapping):
            yield from _leaves(inner, (*path, str(name)))
        else:
            yield (*path, str(name)), inner


def _parts(value: Any) -> tuple[Any, ...]:
    if value in (None, "", []):
        return ()
    if isinstance(value, list):
        return tuple(value)
    return tuple(value.split("\n")) if isinstance(value, str) and "\n" in value else (value,)
