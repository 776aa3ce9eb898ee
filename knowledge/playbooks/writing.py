"""Begin, change and give up a version. Whoever does any of it has a hand in it, and cannot approve it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Table
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, func, select

from kit.audit import Author
from kit.db import AsyncSession
from kit.i18n import Locale
from knowledge.playbooks.errors import (
    PlaybookKeyError,
    PlaybookKeyTakenError,
    PlaybookLongError,
    PlaybookNotFoundError,
)
from knowledge.playbooks.models import Playbook, PlaybookPart, PlaybookVersion
from knowledge.playbooks.telling import tell
from knowledge.versions.content import SLUG, TITLE_MAX
from knowledge.versions.errors import ArticleChangedError, ArticleOpenError, VersionNotFoundError
from knowledge.versions.models import ArticleState, Origin, Part, VersionState
from knowledge.versions.steps import step, take_part

SOURCE_MAX = 100_000
#: Being worked on: a playbook has at most one of these.
OPEN = (VersionState.DRAFT, VersionState.REVIEW)
part_table: Table = PlaybookPart.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.
#: What a version is without its approval.
UNAPPROVED: dict[str, Any] = {
    "approved_at": None,
    "approved_by": None,
    "approver": "",
    "approved_digest": None,
    "submitted_at": None,
}


@dataclass(frozen=True, kw_only=True)
class Edit:
    """What somebody wants a version to be; the titles are those the source says, where it can be read."""

    source: str
    titles: Mapping[Locale, str] = field(default_factory=dict)
    note: str = ""
    origin: Origin = Origin.WRITTEN


def digest_of(source: str) -> str:
    """The fingerprint of exactly this text."""
    return hashlib.sha256(source.encode()).hexdigest()


async def begin(session: AsyncSession, now: datetime, by: Author, key: str, edit: Edit) -> PlaybookVersion:
    """A new playbook with its first draft; nobody but the desk sees it."""
    if not SLUG.fullmatch(key):
        raise PlaybookKeyError(name=key[:TITLE_MAX])
    playbook = Playbook(key=key, updated_at=now)
    session.add(playbook)
    try:
        await session.flush()
    except IntegrityError as taken:
        raise PlaybookKeyTakenError(name=key) from taken
    return await _put_up(session, now, by, playbook, new_version(playbook.id, 1, _checked(edit), now, by))


async def reopen(session: AsyncSession, now: datetime, by: Author, playbook_id: int) -> PlaybookVersion:
    """The version being worked on; a new one, as the last one is, where there is none.

    Who only opens it again has not written anything yet; what nobody read over keeps its authors.
    """
    playbook = await hold(session, playbook_id)
    base = await version_of(session, playbook.current_id or 0)
    if base.state in OPEN:
        return base
    version = await _next(session, now, by, playbook, base, Origin.WRITTEN)
    await _put_up(session, now, by, playbook, version, author=False)
    if base.published_at is None:
        await _inherit(session, base.id, version.id)
    return version


async def roll_back(session: AsyncSession, now: datetime, by: Author, playbook_id: int, number: int) -> PlaybookVersion:
    """A new draft that says what a version that was published once said."""
    playbook = await hold(session, playbook_id)
    current = await version_of(session, playbook.current_id or 0)
    if current.state in OPEN:
        raise ArticleOpenError
    wanted = select(PlaybookVersion).where(PlaybookVersion.playbook_id == playbook_id, PlaybookVersion.number == number)
    old = (await session.exec(wanted)).first()
    if old is None or old.published_at is None:
        raise VersionNotFoundError
    version = await _next(session, now, by, playbook, old, Origin.ROLLBACK)
    version.note = f"v{number}"
    return await _put_up(session, now, by, playbook, version)


async def save(
    session: AsyncSession, now: datetime, by: Author, version_id: int, edit: Edit, *, seen: int
) -> PlaybookVersion:
    """Change it as it was ``seen``; what was handed in is a draft again."""
    edit = _checked(edit)
    before = await version_of(session, version_id)
    digest = digest_of(edit.source)
    if (digest, edit.note) == (before.digest, before.note) and before.state == VersionState.DRAFT:
        return before
    await sign(session, now, by, before)
    await step(
        session,
        before,
        OPEN,
        seen=seen,
        state=VersionState.DRAFT,
        source=edit.source,
        digest=digest,
        title_zh=edit.titles.get("zh") or before.title_zh,
        title_en=edit.titles.get("en") or before.title_en,
        note=edit.note,
        changed_at=now,
        changed_by=by.name,
        **UNAPPROVED,
    )
    await tell(session, now, by, "edit", before, digest=digest, state=VersionState.DRAFT)
    return await version_of(session, version_id)


async def discard(session: AsyncSession, now: datetime, by: Author, version_id: int, *, seen: int) -> None:
    """Give it up; what is published stays as it is."""
    version = await version_of(session, version_id)
    playbook = await hold(session, version.playbook_id)
    await step(session, version, OPEN, seen=seen, state=VersionState.DISCARDED, **UNAPPROVED)
    last = select(func.max(PlaybookVersion.id)).where(
        PlaybookVersion.playbook_id == playbook.id, col(PlaybookVersion.published_at).is_not(None)
    )
    playbook.current_id = (await session.exec(last)).one() or version_id
    if playbook.state == ArticleState.DRAFT:
        playbook.state = ArticleState.RETIRED
    await tell(session, now, by, "discard", version, state=VersionState.DISCARDED)


async def sign(session: AsyncSession, now: datetime, by: Author, version: PlaybookVersion) -> None:
    """Stand for the text, as one of its authors; who just approved it was faster with that."""
    try:
        await take_part(session, part_table, now, by, version.id, Part.AUTHOR)
    except IntegrityError as approved:
        raise ArticleChangedError(who=by.name) from approved


async def hold(session: AsyncSession, playbook_id: int) -> Playbook:
    """The playbook; until the end of the transaction nobody else moves it on."""
    mine = (
        select(Playbook).where(Playbook.id == playbook_id).with_for_update().execution_options(populate_existing=True)
    )
    playbook = (await session.exec(mine)).first()
    if playbook is None:
        raise PlaybookNotFoundError
    return playbook


async def version_of(session: AsyncSession, version_id: int) -> PlaybookVersion:
    """As the database has it now."""
    fresh = select(PlaybookVersion).where(PlaybookVersion.id == version_id).execution_options(populate_existing=True)
    version = (await session.exec(fresh)).first()
    if version is None:
        raise VersionNotFoundError
    return version


def new_version(playbook_id: int, number: int, edit: Edit, now: datetime, by: Author) -> PlaybookVersion:
    return PlaybookVersion(
        playbook_id=playbook_id,
        number=number,
        state=VersionState.DRAFT,
        origin=edit.origin,
        source=edit.source,
        digest=digest_of(edit.source),
        title_zh=edit.titles.get("zh", ""),
        title_en=edit.titles.get("en", ""),
        note=edit.note,
        created_at=now,
        changed_at=now,
        changed_by=by.name,
    )


async def _put_up(
    session: AsyncSession,
    now: datetime,
    by: Author,
    playbook: Playbook,
    version: PlaybookVersion,
    *,
    author: bool = True,
) -> PlaybookVersion:
    session.add(version)
    await session.flush()
    playbook.current_id = version.id
    await session.flush()
    if author:
        await take_part(session, part_table, now, by, version.id, Part.AUTHOR)
        await tell(session, now, by, "draft", version, origin=version.origin)
    return version


async def _next(  # noqa: PLR0917 - who, when and what in the order of all steps.
    session: AsyncSession, now: datetime, by: Author, playbook: Playbook, base: PlaybookVersion, origin: Origin
) -> PlaybookVersion:
    highest = select(func.max(PlaybookVersion.number)).where(PlaybookVersion.playbook_id == playbook.id)
    number = ((await session.exec(highest)).one() or 0) + 1
    titles: dict[Locale, str] = {"zh": base.title_zh, "en": base.title_en}
    return new_version(playbook.id, number, Edit(source=base.source, titles=titles, origin=origin), now, by)


async def _inherit(session: AsyncSession, old_id: int, new_id: int) -> None:
    hands = select(PlaybookPart).where(PlaybookPart.version_id == old_id, PlaybookPart.part == Part.AUTHOR)
    for hand in (await session.exec(hands)).all():
        session.add(PlaybookPart(version_id=new_id, staff_id=hand.staff_id, part=hand.part, name=hand.name, at=hand.at))
    await session.flush()


def _checked(edit: Edit) -> Edit:
    if len(edit.source) > SOURCE_MAX or any(len(title) > TITLE_MAX for title in edit.titles.values()):
        raise PlaybookLongError
    return edit
