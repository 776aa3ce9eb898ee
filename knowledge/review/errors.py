"""Why a version cannot go on as somebody wants it."""

from kit.errors import ConflictError, ForbiddenError, InvalidError


class OwnChangeError(ForbiddenError):
    """Who had a hand in a version cannot approve it."""

    code = "article_own_change"


class IncompleteError(InvalidError):
    """Something is missing, see :func:`knowledge.versions.content.missing_from`."""

    code = "article_incomplete"


class NothingChangedError(ConflictError):
    """The version says what is published already."""

    code = "article_same"


class UncheckedCaseError(InvalidError):
    """A case is only approved by somebody who looked for personal data in it."""

    code = "article_unchecked_case"
