"""Whether a person can be reached at an address, and what happens when the address changes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Insert, Table, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from channels.models import Reach
from kit.db import AsyncSession

reach_table: Table = Reach.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.


async def note_refused(session: AsyncSession, now: datetime, thread: str, *, code: str, text: str) -> None:
    """The person has left or blocked us: nothing more is sent until the person comes back."""
    row = {"thread": thread, "refused_code": code, "refused_text": text, "refused_at": now}
    await session.execute(_REFUSE[session.get_bind().dialect.name], row)


async def note_reachable(session: AsyncSession, threads: Sequence[str]) -> None:
    """The persons have written, or unblocked us."""
    await session.execute(_CLEAR, {"of_threads": list(threads)})


async def refusal_of(session: AsyncSession, thread: str) -> tuple[str, str] | None:
    """The platform's words when the person is not to be written to."""
    row = (await session.execute(_REFUSAL, {"of_thread": thread})).first()
    return (row.refused_code, row.refused_text or "") if row else None


def _refusing(dialect_insert: Any) -> Insert:
    statement = dialect_insert(reach_table)
    said = {name: statement.excluded[name] for name in ("refused_code", "refused_text", "refused_at")}
    refused: Insert = statement.on_conflict_do_update(index_elements=["thread"], set_=said)
    return refused


# Built once: to build a statement costs more than to run it.
_THREAD = reach_table.c.thread == bindparam("of_thread")
_REFUSE = {"postgresql": _refusing(postgresql.insert), "sqlite": _refusing(sqlite.insert)}
_CLEAR = (
    update(reach_table)
    .where(reach_table.c.thread.in_(bindparam("of_threads", expanding=True)))
    .where(reach_table.c.refused_code.is_not(None))
    .values(refused_code=None, refused_text=None, refused_at=None)
)
_REFUSAL = select(reach_table.c.refused_code, reach_table.c.refused_text).where(
    _THREAD, reach_table.c.refused_code.is_not(None)
)
