"""Why a batch cannot be entered or taken back as it stands."""

from kit.errors import ConflictError, InvalidError, NotFoundError


class BatchUnknownError(NotFoundError):
    """There is no such batch."""

    code = "entry_unknown"


class BatchBusyError(ConflictError):
    """Somebody was first: it is being entered or taken back, or was."""

    code = "entry_busy"


class NothingToEnterError(InvalidError):
    """Every row has a problem."""

    code = "entry_nothing"


class MappingTwiceError(InvalidError):
    """Two columns of the file are said to be the ``column``."""

    code = "entry_mapping_twice"
