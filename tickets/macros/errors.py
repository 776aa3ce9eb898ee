"""Why a macro or canned reply cannot be kept or run as it stands."""

from kit.errors import ConflictError, InvalidError, NotFoundError


class MacroUnknownError(NotFoundError):
    """There is no such macro, or it is somebody else's."""

    code = "macro_unknown"


class CannedUnknownError(NotFoundError):
    """There is no such canned reply, or it is somebody else's."""

    code = "canned_unknown"


class ActionInvalidError(InvalidError):
    """The action at ``place`` (from 1) is none, or lacks ``name``."""

    code = "macro_action_invalid"


class ShortcutInvalidError(InvalidError):
    """A shortcut is made of letters, digits and ``-``."""

    code = "canned_shortcut_invalid"


class KeyTakenError(ConflictError):
    """Another one is called ``what`` already."""

    code = "macro_key_taken"


class FieldMissingError(InvalidError):
    """Nothing can be kept without ``name``."""

    code = "macro_field_missing"


class StepUnknownError(NotFoundError):
    """The checklist has no such step (any more)."""

    code = "checklist_step_unknown"


class TeamUnknownError(InvalidError):
    """There is no team ``what``."""

    code = "macro_team_unknown"


class CategoryUnknownError(InvalidError):
    """There is no category ``what``."""

    code = "macro_category_unknown"


class PersonUnknownError(InvalidError):
    """Nobody signs in as ``what``."""

    code = "macro_person_unknown"


class TextUnfilledError(InvalidError):
    """A text for the customer still has ``names`` in it."""

    code = "text_unfilled"
