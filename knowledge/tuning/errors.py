"""What can be wrong with a synonym or a calibration."""

from kit.errors import ConflictError, InvalidError, NotFoundError


class SynonymUselessError(InvalidError):
    """``word`` and ``variant`` are empty or the same once they are folded."""

    code = "synonym_useless"


class SynonymTakenError(ConflictError):
    """Somebody gave ``variant`` a meaning already."""

    code = "synonym_taken"


class CalibrationNotFoundError(NotFoundError):
    """There is no fit with this number, or it is for another encoder."""

    code = "calibration_not_found"


class TooLittleToFitError(ConflictError):
    """The knowledge base has too few ways to ask to learn anything from them."""

    code = "too_little_to_fit"


class FitInForceError(ConflictError):
    """What counts, or once did, is not refused any more: another one is accepted instead."""

    code = "fit_in_force"
