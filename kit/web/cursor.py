"""Keyset cursors: the sort values of the last row seen, opaque to the browser."""

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from kit.clock import check_aware
from kit.errors import InvalidError

LONGEST = 1000

CursorValue = str | int | float | bool | datetime | None


class CursorInvalidError(InvalidError):
    """Not a cursor of ours, or one of another list."""

    code = "cursor_invalid"


def encode_cursor(values: Sequence[CursorValue]) -> str:
    """The values as text that fits into an address."""
    plain = [value.isoformat() if isinstance(value, datetime) else value for value in values]
    packed = json.dumps(plain, separators=(",", ":"), ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def decode_cursor(cursor: str, *kinds: type) -> tuple[Any, ...]:
    """The values, one per kind; a value may be None. Raises CursorInvalidError for anything else."""
    values = _unpack(cursor)
    if not isinstance(values, list) or len(values) != len(kinds):
        raise CursorInvalidError
    return tuple(_value(value, kind) for value, kind in zip(values, kinds, strict=True))


def _unpack(cursor: str) -> object:
    if len(cursor) > LONGEST:
        raise CursorInvalidError
    try:
        packed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        return json.loads(packed)
    except (binascii.Error, ValueError, RecursionError) as garbage:
        raise CursorInvalidError from garbage


def _value(value: object, kind: type) -> CursorValue:
    if value is None:
        return None
    if kind is datetime and isinstance(value, str):
        return _moment(value)
    # bool is an int to Python, but never what an integer column was sorted by.
    if isinstance(value, kind) and isinstance(value, bool) == (kind is bool):
        return value  # type: ignore[return-value]  # narrowed by kind, which mypy cannot follow.
    raise CursorInvalidError


def _moment(text: str) -> datetime:
    try:
        return check_aware(datetime.fromisoformat(text))
    except ValueError as garbage:
        raise CursorInvalidError from garbage
