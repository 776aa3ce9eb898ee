"""Refusals a person can be told about: one class per situation, a stable code, a text in the catalogue."""

from typing import ClassVar


class AppError(Exception):
    """Base of every expected refusal.

    ``code`` is stable and part of the API; the text shown is the catalogue's ``error.<code>``,
    filled with ``values``.
    """

    code: ClassVar[str]
    status: ClassVar[int]

    def __init__(self, **values: str | int) -> None:
        super().__init__(f"{self.code} {values}" if values else self.code)
        self.values = values


class InvalidError(AppError):
    """What was sent cannot be accepted as it is."""

    code = "invalid"
    status = 422


class NotFoundError(AppError):
    """There is nothing here, or nothing this person may see."""

    code = "not_found"
    status = 404


class ForbiddenError(AppError):
    """The person is known but may not do this."""

    code = "forbidden"
    status = 403


class UnauthenticatedError(AppError):
    """Nobody is signed in, or the token is not ours."""

    code = "unauthenticated"
    status = 401


class ConflictError(AppError):
    """Somebody else was first; say who and what."""

    code = "conflict"
    status = 409


class TooLargeError(AppError):
    """More bytes than we take."""

    code = "too_large"
    status = 413


class TooManyError(AppError):
    """More often than we take; ``retry_after`` is in seconds."""

    code = "too_many"
    status = 429
