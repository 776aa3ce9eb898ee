"""Why an article cannot be changed as somebody wants it."""

from kit.errors import ConflictError, InvalidError


class ArticleChangedError(ConflictError):
    """Somebody was faster: ``who`` changed the version since it was looked at."""

    code = "article_changed"


class SlugTakenError(ConflictError):
    """Another article has, or once had, the address ``slug``."""

    code = "article_slug_taken"


class SlugInvalidError(InvalidError):
    """An address is small letters, digits and hyphens."""

    code = "article_slug_invalid"


class ArticleLongError(InvalidError):
    """More text than an article may have."""

    code = "article_long"


class ArticleOpenError(ConflictError):
    """Somebody is working on a version already; two at a time would undo each other."""

    code = "article_open"


class VersionNotFoundError(InvalidError):
    """There is no such version, or not in a state for this."""

    code = "article_version"
