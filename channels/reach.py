"""Whether a person can be reached at an address, and what happens when the address changes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Insert, Table, bindparam, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from channels.models import Reach
from kit.db import AsyncSession

#: The code of a delivery that was not made, because a machine would have answered it.
ANSWERED_BY_MACHINE = "answered_by_machine"

reach_table: Table = Reach.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.


async def note_refused(session: AsyncSession, now: datetime, thread: str, *, code: str, text: str) -> None:
    """The person has left or blocked us: nothing more is sent until the person comes back."""
    row = {"thread": thread, "refused_code": code, "refused_text": text, "refused_at": now}
    await session.execute(_REFUSE[session.get_bind().dialect.name], row)


async def note_reachable(session: AsyncSession, threads: Sequence[str]) -> None:
    """The persons have written, or unblocked us."""
    await session.execute(_CLEAR, {"of_threads": list(threads)})


async def note_machine(session: AsyncSession, now: datetime, threads: Sequence[str]) -> None:
    """What we say by ourselves is answered there by a machine: two of them would never stop."""
    rows = [{"thread": thread, "machine_at": now} for thread in sorted(set(threads))]
    await session.execute(_MACHINE[session.get_bind().dialect.name], rows)


async def refusal_of(session: AsyncSession, thread: str, *, for_staff: bool = False) -> tuple[str, str] | None:
    """Why the person is not to be written to, in the platform's words; what staff say goes to a machine too."""
    row = (await session.execute(_REFUSAL, {"of_thread": thread})).first()
    if row is None:
        return None
    if row.refused_code is not None:
        return row.refused_code, row.refused_text or ""
    return None if for_staff else (ANSWERED_BY_MACHINE, "")


def _keeping(dialect_insert: Any, *names: str) -> Insert:
    statement = dialect_insert(reach_table)
    said = {name: statement.excluded[name] for name in names}
    kept: Insert = statement.on_conflict_do_update(index_elements=["thread"], set_=said)
    return kept


# Built once: to build a statement costs more than to run it.
_THREAD = reach_table.c.thread == bindparam("of_thread")
_INSERTS = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}
_REFUSE = {name: _keeping(insert, "refused_code", "refused_text", "refused_at") for name, insert in _INSERTS.items()}
_MACHINE = {name: _keeping(insert, "machine_at") for name, insert in _INSERTS.items()}
_OUT_OF_REACH = or_(reach_table.c.refused_code.is_not(None), reach_table.c.machine_at.is_not(None))
_CLEAR = (
    update(reach_table)
    .where(reach_table.c.thread.in_(bindparam("of_threads", expanding=True)), _OUT_OF_REACH)
    .values(refused_code=None, refused_text=None, refused_at=None, machine_at=None)
)
_REFUSAL = select(reach_table.c.refused_code, reach_table.c.refused_text).where(_THREAD, _OUT_OF_REACH)
