"""What may go wrong with improvement items."""

from kit.errors import ConflictError, InvalidError, NotFoundError


class ItemNotFoundError(NotFoundError):
    """There is no such item."""

    code = "improving_unknown"


class ItemChangedError(ConflictError):
    """Somebody changed the item since it was read."""

    code = "improving_changed"


class ItemIncompleteError(InvalidError):
    """An item has a title and a day by which it is done."""

    code = "improving_incomplete"


class OwnerUnknownError(InvalidError):
    """The owner is nobody who works here."""

    code = "improving_owner"


class CategoryQuietError(NotFoundError):
    """There are no tickets of this category."""

    code = "improving_category"
