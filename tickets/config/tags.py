"""The desk's tags; the key is the tag itself."""

import re
from typing import ClassVar

from sqlmodel import col, select

from kit.access.identity import Role
from kit.db import AsyncSession
from tickets.config.section import Hand, Item, Section, keys_used
from tickets.models import Tag, TicketTag


class TagItem(Item):
    """A tag has nothing but its name."""


class Tags(Section):
    """Tags; staff make them too, while they work."""

    name: ClassVar[str] = "tags"
    item = TagItem
    role = Role.SUPERVISOR
    key_pattern: ClassVar[re.Pattern[str]] = re.compile(
        r"[^\s,;\uff0c\uff1b](?:[^,;\uff0c\uff1b\n]{0,38}[^\s,;\uff0c\uff1b])?"
    )

    async def load(self, session: AsyncSession) -> dict[str, TagItem]:
        return {name: TagItem() for name in (await session.exec(select(col(Tag.name)))).all()}

    async def save(self, hand: Hand, key: str, item: TagItem) -> None:  # noqa: ARG002 - a tag is its key.
        session = hand.session
        if (await session.exec(select(Tag).where(Tag.name == key))).first() is None:
            session.add(Tag(name=key))
            await session.flush()

    async def remove(self, session: AsyncSession, key: str) -> None:
        await session.delete((await session.exec(select(Tag).where(Tag.name == key))).one())
        await session.flush()

    async def used(self, session: AsyncSession) -> set[str]:
        return await keys_used(session, Tag, "name", TicketTag.tag_id)
