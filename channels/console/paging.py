"""Pages by id: what a cursor of these lists holds."""

from kit.web.cursor import CursorInvalidError, decode_cursor, encode_cursor

#: What fits the column a cursor is compared with.
_IDS = range(2**63)


def place_after(cursor: str) -> int | None:
    """The id the page begins below; None at the first page. Raises CursorInvalidError."""
    if not cursor:
        return None
    (last,) = decode_cursor(cursor, int)
    if last not in _IDS:
        raise CursorInvalidError
    return int(last)


def cursor_of(last_id: int) -> str:
    return encode_cursor([last_id])
