"""What can be wrong with calendars and policies, in words for whoever sets them."""

from kit.errors import InvalidError


class OfficialDaysUnreadableError(InvalidError):
    """Line ``line`` of the arrangement is not a day: ``text``."""

    code = "official_days_unreadable"


class HoursInvalidError(InvalidError):
    """The weekly hours never work, overlap or lie outside a day."""

    code = "hours_invalid"


class StepInvalidError(InvalidError):
    """A step of a policy says ``text``, which nobody can carry out."""

    code = "step_invalid"
