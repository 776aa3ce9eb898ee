"""Playbooks on their way: people who write and people who read them over."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import select

import bot.schema  # noqa: F401 - the tables.
from kit.access.identity import Role
from kit.audit import Author
from kit.db import AsyncSession
from kit.ground import Ground
from knowledge.playbooks.models import Playbook, PlaybookVersion
from knowledge.playbooks.releasing import approve, submit
from knowledge.playbooks.writing import Edit, begin, reopen, save, version_of
from tests.support.articles import staff


@dataclass
class Drawer:
    """A small editorial office for playbooks: each step in a transaction of its own."""

    ground: Ground
    #: Writes.
    wang: Author
    #: Read over.
    li: Author
    qian: Author
    #: Faults that the check of the sources is to find.
    found: int = field(default=0)

    @property
    def now(self) -> datetime:
        return self.ground.clock.now()

    async def faults(self, session: AsyncSession, key: str, source: str) -> int:
        return self.found

    async def begin(self, key: str = "slow", source: str = "key: slow", by: Author | None = None) -> PlaybookVersion:
        async with self.ground.db.transaction() as session:
            return await begin(session, self.now, by or self.wang, key, Edit(source=source, titles={"zh": "慢"}))

    async def version(self, version_id: int) -> PlaybookVersion:
        async with self.ground.db.reading() as session:
            return await version_of(session, version_id)

    async def edit(self, version_id: int, source: str, by: Author | None = None, **more: Any) -> PlaybookVersion:
        seen = more.pop("seen", None) or (await self.version(version_id)).revision
        async with self.ground.db.transaction() as session:
            edit = Edit(source=source, **more)
            return await save(session, self.now, by or self.wang, version_id, edit, seen=seen)

    async def submit(self, version_id: int, by: Author | None = None) -> PlaybookVersion:
        seen = (await self.version(version_id)).revision
        async with self.ground.db.transaction() as session:
            await submit(session, self.now, by or self.wang, version_id, seen=seen, faults=self.faults)
        return await self.version(version_id)

    async def approve(self, version_id: int, by: Author | None = None, **more: Any) -> PlaybookVersion:
        """As the version is now, unless told what the reviewer saw."""
        now = await self.version(version_id)
        seen = {"seen": now.revision, "digest": now.digest, **more}
        async with self.ground.db.transaction() as session:
            await approve(session, self.now, by or self.li, version_id, faults=self.faults, **seen)
        return await self.version(version_id)

    async def publish(self, key: str = "slow", source: str = "key: slow") -> PlaybookVersion:
        """A new one all the way into force."""
        version = await self.begin(key, source)
        await self.submit(version.id)
        return await self.approve(version.id)

    async def change(self, playbook_id: int, source: str) -> PlaybookVersion:
        """A new version, all the way into force."""
        version = await self.reopen(playbook_id)
        await self.edit(version.id, source)
        await self.submit(version.id)
        return await self.approve(version.id)

    async def reopen(self, playbook_id: int, by: Author | None = None) -> PlaybookVersion:
        async with self.ground.db.transaction() as session:
            return await reopen(session, self.now, by or self.wang, playbook_id)

    async def playbook(self, playbook_id: int) -> Playbook:
        async with self.ground.db.reading() as session:
            return (await session.exec(select(Playbook).where(Playbook.id == playbook_id))).one()


async def make_drawer(ground: Ground) -> Drawer:
    return Drawer(
        ground,
        await staff(ground, "wang"),
        await staff(ground, "li", Role.SUPERVISOR),
        await staff(ground, "qian", Role.SUPERVISOR),
    )
