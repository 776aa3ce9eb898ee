"""What is stored of playbooks, for whoever walks them: those in force, and every one that once was."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, func, select

from kit.db import AsyncSession
from knowledge.playbooks.models import Playbook, PlaybookVersion
from knowledge.versions.models import VersionState

#: Told when other playbooks are in force than before.
PLAYBOOKS_CHANGED = "playbooks"


@dataclass(frozen=True)
class Stored:
    """A version as it was published: ``text`` is the YAML, ``digest`` its fingerprint."""

    version_id: int
    playbook_id: int
    key: str
    number: int
    digest: str
    text: str


def _stored() -> Any:
    columns = (PlaybookVersion.id, Playbook.id, Playbook.key, PlaybookVersion.number, PlaybookVersion.digest)
    return (
        select(*columns, PlaybookVersion.source)  # type: ignore[call-overload]  # SQLModel types at most four columns.
        .join(Playbook, col(Playbook.id) == col(PlaybookVersion.playbook_id))
        .where(col(PlaybookVersion.published_at).is_not(None))
    )


_LIVE = _stored().where(col(PlaybookVersion.state) == VersionState.PUBLISHED)
_IN_FORCE = _LIVE.order_by(col(Playbook.key))
_EVER = _stored().order_by(col(PlaybookVersion.id).desc()).limit(1)


async def published(session: AsyncSession) -> list[Stored]:
    """All that may be started, by key."""
    return [Stored(*row) for row in (await session.exec(_IN_FORCE)).all()]


async def newest(session: AsyncSession, key: str) -> Stored | None:
    """The one in force."""
    row = (await session.exec(_LIVE.where(col(Playbook.key) == key))).first()
    return Stored(*row) if row else None


async def by_digest(session: AsyncSession, digest: str) -> Stored | None:
    """One that is or once was in force, for walks that began with it."""
    row = (await session.exec(_EVER.where(col(PlaybookVersion.digest) == digest))).first()
    return Stored(*row) if row else None


async def revision(session: AsyncSession) -> datetime | None:
    """Changes whenever something else is in force."""
    return (await session.exec(select(func.max(Playbook.updated_at)))).one()
