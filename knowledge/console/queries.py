"""What the pages ask the database for; one statement for a list, whatever its length."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, tuple_
from sqlmodel import col, func, or_, select

from kit.access.models import Staff
from kit.db import AsyncSession
from kit.web.cursor import decode_cursor, encode_cursor
from knowledge.errors import ArticleNotFoundError
from knowledge.models import Article
from knowledge.versions.models import ArticlePart, ArticleState, ArticleVersion, Part, VersionState

PAGE = 50
#: Ways to narrow the list down; each has a text ``knowledge.filter.<name>``.
FILTERS = ("all", "published", "draft", "review", "outdated", "due", "retired")


@dataclass(frozen=True)
class Wanted:
    """Which articles somebody wants to see."""

    q: str = ""
    show: str = "all"
    mine: bool = False
    cursor: str = ""


@dataclass(frozen=True)
class Row:
    """An article as the list has it: with the version the desk sees, and its owner."""

    article: Article
    version: ArticleVersion
    owner: str | None


@dataclass(frozen=True)
class Listed:
    """A part of the list, and where the next one begins."""

    rows: Sequence[Row]
    more: str


async def listed(session: AsyncSession, wanted: Wanted, *, today: date, staff_id: int) -> Listed:
    """By the latest change."""
    order = (col(ArticleVersion.changed_at), col(ArticleVersion.article_id))
    # Not by the number of the version, which would lead a planner to read all articles and sort them.
    seen_at_desk = col(Article.current_id) == col(ArticleVersion.id) + 0
    rows = (
        select(Article, ArticleVersion, Staff.name)
        .select_from(ArticleVersion)
        .join(Article, and_(col(Article.id) == col(ArticleVersion.article_id), seen_at_desk))
        .join(Staff, col(Staff.id) == col(Article.owner_id), isouter=True)
        .where(*_conditions(wanted, today, staff_id))
        .order_by(*(column.desc() for column in order))
        .limit(PAGE + 1)
    )
    if wanted.cursor:
        rows = rows.where(tuple_(*order) < tuple_(*decode_cursor(wanted.cursor, datetime, int)))
    found = [Row(*row) for row in (await session.exec(rows)).all()]
    shown = found[:PAGE]
    last = shown[-1] if len(found) > PAGE else None
    return Listed(shown, encode_cursor([last.version.changed_at, last.article.id]) if last else "")


def _conditions(wanted: Wanted, today: date, staff_id: int) -> list[ColumnElement[bool]]:
    state, version_state = col(Article.state), col(ArticleVersion.state)
    zh_at, en_at = col(ArticleVersion.zh_at), col(ArticleVersion.en_at)
    narrowed: dict[str, list[ColumnElement[bool]]] = {
        "all": [state != ArticleState.RETIRED],
        "published": [state == ArticleState.PUBLISHED],
        "draft": [version_state == VersionState.DRAFT],
        "review": [version_state.in_((VersionState.REVIEW, VersionState.APPROVED))],
        "outdated": [state != ArticleState.RETIRED, or_(and_(zh_at != en_at), zh_at.is_(None), en_at.is_(None))],
        "due": [state == ArticleState.PUBLISHED, col(Article.review_on) <= today],
        "retired": [state == ArticleState.RETIRED],
    }
    conditions = list(narrowed[wanted.show])
    if wanted.mine:
        conditions.append(col(Article.owner_id) == staff_id)
    if wanted.q:
        inside = f"%{_literal(wanted.q.lower())}%"
        columns = (col(ArticleVersion.title_zh), col(ArticleVersion.title_en), col(Article.slug))
        conditions.append(or_(*(func.lower(column).like(inside, escape="\\") for column in columns)))
    return conditions


def _literal(term: str) -> str:
    return term.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


async def waiting(session: AsyncSession, *, limit: int = 200) -> list[Row]:
    """What is to be read over, longest waiting first; then what was approved for a later moment."""
    rows = (
        select(Article, ArticleVersion, Staff.name)
        .join(ArticleVersion, col(ArticleVersion.article_id) == col(Article.id))
        .join(Staff, col(Staff.id) == col(Article.owner_id), isouter=True)
        .where(col(ArticleVersion.state).in_((VersionState.REVIEW, VersionState.APPROVED)))
        .order_by(col(ArticleVersion.state).desc(), col(ArticleVersion.submitted_at), col(ArticleVersion.id))
        .limit(limit)
    )
    return [Row(*row) for row in (await session.exec(rows)).all()]


async def authors_of(session: AsyncSession, version_ids: Sequence[int]) -> dict[int, dict[int, str]]:
    """Who had a hand in each version, by id."""
    hands = select(ArticlePart).where(col(ArticlePart.version_id).in_(version_ids), ArticlePart.part == Part.AUTHOR)
    found: dict[int, dict[int, str]] = {version_id: {} for version_id in version_ids}
    for hand in (await session.exec(hands.order_by(col(ArticlePart.at)))).all():
        found[hand.version_id][hand.staff_id] = hand.name
    return found


async def one(session: AsyncSession, article_id: int) -> Row:
    """The article with the version the desk sees."""
    rows = (
        select(Article, ArticleVersion, Staff.name)
        .join(ArticleVersion, col(ArticleVersion.id) == col(Article.current_id))
        .join(Staff, col(Staff.id) == col(Article.owner_id), isouter=True)
        .where(Article.id == article_id)
    )
    found = (await session.exec(rows)).first()
    if found is None:
        raise ArticleNotFoundError(slug=str(article_id))
    return Row(*found)


async def versions_of(session: AsyncSession, article_id: int) -> Sequence[ArticleVersion]:
    """Newest first."""
    mine = select(ArticleVersion).where(ArticleVersion.article_id == article_id)
    return (await session.exec(mine.order_by(col(ArticleVersion.number).desc()))).all()


async def colleagues(session: AsyncSession) -> list[tuple[int, str]]:
    """Who may own an article."""
    active = select(Staff.id, Staff.name).where(col(Staff.active).is_(True)).order_by(col(Staff.name))
    return [(staff_id or 0, name) for staff_id, name in (await session.exec(active)).all()]


async def count_waiting(session: AsyncSession) -> int:
    """How many versions wait for a second person."""
    waiting_ones = select(func.count()).where(ArticleVersion.state == VersionState.REVIEW)
    return (await session.exec(waiting_ones)).one()
