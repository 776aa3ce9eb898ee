"""Why a playbook cannot be changed as somebody wants it."""

from kit.errors import ConflictError, InvalidError, NotFoundError


class PlaybookNotFoundError(NotFoundError):
    """There is no such playbook, or no such version of it."""

    code = "playbook_not_found"


class PlaybookKeyTakenError(ConflictError):
    """Another playbook has the key ``name``."""

    code = "playbook_key_taken"


class PlaybookKeyError(InvalidError):
    """A key is small letters, digits and hyphens, and stays what it was: ``name``."""

    code = "playbook_key"


class PlaybookLongError(InvalidError):
    """More text than a playbook may have."""

    code = "playbook_long"


class PlaybookUnsoundError(InvalidError):
    """It still has ``count`` faults, so nobody could walk it to an end."""

    code = "playbook_unsound"
