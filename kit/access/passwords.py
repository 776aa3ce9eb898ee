"""Password hashes (argon2id, the library's current parameters), computed off the event loop."""

import asyncio
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from kit.errors import InvalidError

SHORTEST = 10
LONGEST = 200

_hasher = PasswordHasher()


class PasswordTooShortError(InvalidError):
    """Fewer than ``shortest`` characters."""

    code = "password_short"


class PasswordTooLongError(InvalidError):
    """More than ``longest`` characters: hashing them would only cost time."""

    code = "password_long"


async def hash_password(password: str) -> str:
    """The hash to store; raises when the password is too short or too long."""
    if len(password) < SHORTEST:
        raise PasswordTooShortError(shortest=SHORTEST)
    if len(password) > LONGEST:
        raise PasswordTooLongError(longest=LONGEST)
    return await asyncio.to_thread(_hasher.hash, password)


async def verify_password(password_hash: str | None, password: str) -> bool:
    """Whether the password is the right one.

    Without a hash (an unknown login) the same work is done for nothing, so that the time tells nothing.
    """
    return await asyncio.to_thread(_verify, password_hash, password[: LONGEST + 1])


def needs_rehash(password_hash: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)


def _verify(password_hash: str | None, password: str) -> bool:
    try:
        _hasher.verify(password_hash or _nobodys_hash(), password)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


@cache
def _nobodys_hash() -> str:
    return _hasher.hash("nobody signs in with this")
