"""What somebody does about a gap: have an article begun, set it aside, take it back."""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlmodel import col, or_, select

from kit.audit import Author, Change, record
from kit.db import AsyncSession
from kit.i18n import Locale
from knowledge.gaps.errors import GapNotFoundError, GapReasonMissingError
from knowledge.gaps.models import Gap, GapState, Remedy
from knowledge.models import Article
from knowledge.versions.content import LINE_MAX, TITLE_MAX, Content, Words, load
from knowledge.versions.drafting import Edit, begin, reopen, save
from knowledge.versions.models import ArticleVersion

AUDIT_KIND = "gap"
#: Whoever works through more than these has other worries.
MOST_SHOWN = 60
#: What is wanted is another way to ask for an article there is.
_OF_AN_ARTICLE = frozenset({Remedy.VARIANT, Remedy.THRESHOLD, Remedy.RANKING})


async def ranked(session: AsyncSession, state: GapState) -> Sequence[Gap]:
    """The worst first."""
    wanted = select(Gap).where(Gap.state == state, Gap.people > 0, or_(Gap.state != GapState.OPEN, Gap.score > 0))
    return (await session.exec(wanted.order_by(col(Gap.score).desc(), col(Gap.id).desc()).limit(MOST_SHOWN))).all()


async def gap_of(session: AsyncSession, gap_id: int) -> Gap:
    """Held until the end of the transaction; raises GapNotFoundError."""
    mine = select(Gap).where(Gap.id == gap_id).with_for_update().execution_options(populate_existing=True)
    gap = (await session.exec(mine)).first()
    if gap is None:
        raise GapNotFoundError
    return gap


async def begin_draft(session: AsyncSession, now: datetime, by: Author, gap_id: int) -> int:
    """A draft with the wordings of the gap, of a new article or of the one they belong to; the article's id.

    Pressed a second time it leads to the same draft.
    """
    gap = await gap_of(session, gap_id)
    if gap.article_id is not None:
        return gap.article_id
    article = await _wanting(session, gap)
    version = (
        await _written(session, now, by, gap) if article is None else await _widened(session, now, by, gap, article)
    )
    gap.article_id = version.article_id
    await _step(session, now, by, gap, GapState.DRAFTED)
    return version.article_id


async def set_aside(session: AsyncSession, now: datetime, by: Author, gap_id: int, reason: str) -> None:
    """Nothing is to be done, for this reason, as long as it does not grow."""
    if not reason:
        raise GapReasonMissingError
    gap = await gap_of(session, gap_id)
    gap.aside_reason, gap.aside_by, gap.aside_at, gap.aside_people = reason, by.name, now, gap.people
    await _step(session, now, by, gap, GapState.ASIDE)


async def take_back(session: AsyncSession, now: datetime, by: Author, gap_id: int) -> None:
    """It is open again."""
    await _step(session, now, by, await gap_of(session, gap_id), GapState.OPEN)


async def _wanting(session: AsyncSession, gap: Gap) -> Article | None:
    if gap.remedy not in _OF_AN_ARTICLE or gap.near_slug is None:
        return None
    return (await session.exec(select(Article).where(Article.slug == gap.near_slug))).first()


async def _written(session: AsyncSession, now: datetime, by: Author, gap: Gap) -> ArticleVersion:
    locale, asked = _asked(gap)
    words = Words(title=asked[0][:TITLE_MAX] if asked else "", questions=asked)
    content = Content(slug=f"gap-{now:%Y%m%d}-{secrets.token_hex(3)}", words={locale: words})
    return await begin(session, now, by, Edit(content=content))


async def _widened(session: AsyncSession, now: datetime, by: Author, gap: Gap, article: Article) -> ArticleVersion:
    version = await reopen(session, now, by, article.id)
    content, (locale, asked) = load(version.content), _asked(gap)
    words = content.in_language(locale)
    widened = replace(words, questions=tuple(dict.fromkeys([*words.questions, *asked])))
    edit = Edit(content=replace(content, words={**content.words, locale: widened}), note=version.note)
    return await save(session, now, by, version.id, edit, seen=version.revision)


def _asked(gap: Gap) -> tuple[Locale, tuple[str, ...]]:
    """The language most of the examples are in, and those that are."""
    english = sum(one["locale"] == "en" for one in gap.examples)
    locale: Locale = "en" if english > len(gap.examples) / 2 else "zh"
    return locale, tuple(" ".join(one["text"].split())[:LINE_MAX] for one in gap.examples if one["locale"] == locale)


async def _step(session: AsyncSession, now: datetime, by: Author, gap: Gap, state: GapState) -> None:
    before, gap.state = gap.state, state
    session.add(gap)
    after = {
        "state": str(state),
        "reason": gap.aside_reason if state is GapState.ASIDE else "",
        "article": gap.article_id,
    }
    change = Change(action=str(state), kind=AUDIT_KIND, key=str(gap.id), before={"state": before}, after=after)
    await record(session, now, by, change)
