"""Articles on their way: people who write and people who read them over."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, select

import bot.schema  # noqa: F401 - the tables.
from kit.access.identity import Role
from kit.access.models import Staff
from kit.audit import Author
from kit.ground import Ground
from knowledge.models import Article, ArticleText
from knowledge.publishing.publishing import approve_and_publish
from knowledge.review.reviewing import submit
from knowledge.versions.content import Content, Words
from knowledge.versions.drafting import Edit, begin, reopen, save, version_of
from knowledge.versions.models import ArticleVersion


def words(title: str = "打印不出来怎么办", **more: Any) -> Words:
    fields = {
        "summary": "先看打印机有没有连上。",
        "steps": ("看连线", "换一台打印机"),
        "questions": ("打印不出来", "发票打不了"),
        "tags": ("打印",),
        "body": "## 怎么做\n\n1. **重启**打印机\n",
        **more,
    }
    return Words(title=title, **fields)


def content(slug: str = "fix-print", title: str = "打印不出来怎么办", **more: Any) -> Content:
    """Complete in Chinese; other words or facts as asked for."""
    facts = {"kind": "fix", "component": "print", **more}
    facts.setdefault("words", {"zh": words(title)})
    return Content(slug=slug, **facts)


async def staff(ground: Ground, login: str, role: Role = Role.AGENT) -> Author:
    person = Staff(login=login, name=login.title(), role=role, password_hash="-", created_at=ground.clock.now())
    async with ground.db.transaction() as session:
        session.add(person)
    return Author(person.name, person.id)


@dataclass
class Press:
    """A small editorial office: each step in a transaction of its own."""

    ground: Ground
    #: Writes.
    wang: Author
    #: Reads over, as does the other one.
    li: Author
    qian: Author

    @property
    def now(self) -> datetime:
        return self.ground.clock.now()

    async def begin(self, made: Content | None = None, by: Author | None = None, **more: Any) -> ArticleVersion:
        async with self.ground.db.transaction() as session:
            edit = Edit(content=made or content(), **more)
            return await begin(session, self.now, by or self.wang, edit)

    async def version(self, version_id: int) -> ArticleVersion:
        async with self.ground.db.reading() as session:
            return await version_of(session, version_id)

    async def edit(self, version_id: int, made: Content, by: Author | None = None, **more: Any) -> ArticleVersion:
        seen = (await self.version(version_id)).revision
        async with self.ground.db.transaction() as session:
            return await save(session, self.now, by or self.wang, version_id, Edit(content=made, **more), seen=seen)

    async def submit(self, version_id: int, by: Author | None = None) -> ArticleVersion:
        seen = (await self.version(version_id)).revision
        async with self.ground.db.transaction() as session:
            await submit(session, self.now, by or self.wang, version_id, seen=seen)
        return await self.version(version_id)

    async def approve(self, version_id: int, by: Author | None = None, **more: Any) -> ArticleVersion:
        """As the version is now, unless told what the reviewer saw."""
        now = await self.version(version_id)
        seen = {"seen": now.revision, "digest": now.digest, **more}
        async with self.ground.db.transaction() as session:
            await approve_and_publish(session, self.now, by or self.li, version_id, **seen)
        return await self.version(version_id)

    async def publish(self, made: Content | None = None) -> ArticleVersion:
        """A new article all the way to its readers."""
        version = await self.begin(made)
        await self.submit(version.id)
        return await self.approve(version.id)

    async def reopen(self, article_id: int, by: Author | None = None) -> ArticleVersion:
        async with self.ground.db.transaction() as session:
            return await reopen(session, self.now, by or self.wang, article_id)

    async def change(self, article_id: int, made: Content, by: Author | None = None) -> ArticleVersion:
        """A new version, handed in."""
        version = await self.reopen(article_id, by)
        await self.edit(version.id, made, by)
        return await self.submit(version.id, by)

    async def article(self, article_id: int) -> Article:
        async with self.ground.db.reading() as session:
            return (await session.exec(select(Article).where(Article.id == article_id))).one()

    async def titles(self) -> list[str]:
        """What readers have."""
        async with self.ground.db.reading() as session:
            return list((await session.exec(select(ArticleText.title).order_by(col(ArticleText.id)))).all())


async def make_press(ground: Ground) -> Press:
    return Press(
        ground,
        await staff(ground, "wang"),
        await staff(ground, "li", Role.SUPERVISOR),
        await staff(ground, "qian", Role.SUPERVISOR),
    )
