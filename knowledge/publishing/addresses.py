"""Where an article was, and where it is now."""

from sqlmodel import select

from kit.db import AsyncSession
from knowledge.models import Article
from knowledge.versions.models import ArticlePicture, ArticleRedirect, ArticleState


async def moved_to(session: AsyncSession, slug: str) -> str | None:
    """The address of the article that once had this one, if readers have it."""
    now = select(Article.slug).join(ArticleRedirect).where(ArticleRedirect.slug == slug)
    return (await session.exec(now.where(Article.state == ArticleState.PUBLISHED))).first()


async def public_picture(session: AsyncSession, picture_id: str) -> ArticlePicture | None:
    """A picture that readers may have."""
    shown = select(ArticlePicture).where(ArticlePicture.id == picture_id, ArticlePicture.public)
    return (await session.exec(shown)).first()
