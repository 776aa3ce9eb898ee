"""Why a view cannot be kept or changed."""

from kit.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError


class ViewNotFoundError(NotFoundError):
    """Somebody has deleted it, or it is another person's own."""

    code = "view_not_found"


class ViewNotYoursError(ForbiddenError):
    """Shared views are the supervisors'."""

    code = "view_not_yours"


class ViewNameTakenError(ConflictError):
    """This person sees a view of that name already."""

    code = "view_name_taken"


class ViewNameMissingError(InvalidError):
    """A view without a name, or with one nobody could read."""

    code = "view_name_missing"


class ViewTooManyError(InvalidError):
    """More views than fit on a page."""

    code = "view_too_many"
