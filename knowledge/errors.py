"""What can go wrong with an article, in words for the reader."""

from kit.errors import NotFoundError


class ArticleNotFoundError(NotFoundError):
    """There is no article ``slug``."""

    code = "article_not_found"
