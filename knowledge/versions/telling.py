"""Every step of an article, written into the audit in the transaction of the step."""

from datetime import datetime
from typing import Any

from kit.audit import Author, Change, record
from kit.db import AsyncSession
from knowledge.versions.models import ArticleVersion

#: The key of an entry is the article's id: its address may change.
AUDIT_KIND = "article"


async def tell(
    session: AsyncSession,
    now: datetime,
    by: Author,
    what: str,
    version: ArticleVersion,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Write down what ``by`` did to an article of which this is the version."""
    names = {"slug": version.content["slug"], "title_zh": version.title_zh, "title_en": version.title_en}
    change = Change(
        action=f"article.{what}",
        kind=AUDIT_KIND,
        key=str(version.article_id),
        before=None if before is None else names | before,
        after=names | {"version": version.number, "digest": version.digest} | (after or {}),
    )
    await record(session, now, by, change)
