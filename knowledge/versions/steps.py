"""How a version of anything moves on: in one statement, as somebody saw it, and with each person in one part."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol, cast

from sqlalchemy import CursorResult, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select, update

from kit.audit import Author
from kit.db import AsyncSession
from knowledge.versions.errors import ArticleChangedError
from knowledge.versions.models import Part, VersionState


class Versioned(Protocol):
    """What every version has."""

    id: int
    state: str
    #: Counts up with every step, so that nobody decides on what they did not see.
    revision: int
    changed_by: str


async def step(
    session: AsyncSession,
    version: Versioned,
    states: Sequence[VersionState],
    *conditions: Any,
    seen: int,
    **values: Any,
) -> None:
    """Change a version in one statement, if it is still as it was ``seen``, in one of ``states`` and all holds."""
    kind: Any = type(version)
    moved = (
        update(kind)
        .where(
            col(kind.id) == version.id,
            col(kind.revision) == seen,
            col(kind.state).in_(states),
            *conditions,
        )
        .values(revision=seen + 1, **values)
        .execution_options(synchronize_session=False)
    )
    if cast("CursorResult[Any]", await session.exec(moved)).rowcount != 1:
        last = (await session.exec(select(kind.changed_by).where(kind.id == version.id))).first()
        raise ArticleChangedError(who=last or "")


async def take_part(  # noqa: PLR0917 - who, when and what in the order of all steps.
    session: AsyncSession, parts: Table, now: datetime, by: Author, version_id: int, part: Part
) -> bool:
    """Note who does what. Who wrote stays an author whatever else they do: False where that forbids it."""
    if by.id is None:
        return part is Part.AUTHOR
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    row = {"version_id": version_id, "staff_id": by.id, "part": part, "name": by.name, "at": now}
    insert = dialect.insert(parts).values(row)
    allowed = None if part is Part.AUTHOR else parts.c.part == Part.REVIEWER
    taken = insert.on_conflict_do_update(
        index_elements=["version_id", "staff_id"], set_={"part": part, "at": now}, where=allowed
    )
    return cast("CursorResult[Any]", await session.execute(taken)).rowcount == 1
