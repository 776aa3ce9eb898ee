"""What can be wrong with a sample, a sheet or a score."""

from kit.errors import ConflictError, InvalidError, NotFoundError


class SheetUnfitError(InvalidError):
    """Too few or too many criteria, one without a text, or a weight that is none."""

    code = "quality_sheet"


class PeriodUnfitError(InvalidError):
    """The last day is before the first, or the size is none."""

    code = "quality_period"


class NothingToSampleError(ConflictError):
    """In this period there is no talk that was not drawn before."""

    code = "quality_nothing"


class PeriodTooLongError(ConflictError):
    """There are more than ``most`` talks in the period."""

    code = "quality_too_many"


class MarksMissingError(InvalidError):
    """A criterion has no mark, or one that is none."""

    code = "quality_marks"


class QualityNotFoundError(NotFoundError):
    """There is no such sample, talk or answer."""

    code = "quality_not_found"


class PhrasingKnownError(ConflictError):
    """The article is asked for in these words already."""

    code = "phrasing_known"


class ArticleUnderWayError(ConflictError):
    """Somebody is writing on the article, so nothing can be handed in beside it."""

    code = "phrasing_article_open"
