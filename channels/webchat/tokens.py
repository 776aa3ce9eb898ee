"""Signed names: a visitor's token and a file's address. Nothing is looked up before the signature holds."""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from itsdangerous import BadData, URLSafeSerializer
from pydantic import ConfigDict, TypeAdapter, ValidationError

from kit.clock import Clock

TOKEN_DAYS = 180
#: A token is replaced once less than this is left, so that a regular visitor never loses the thread.
RENEW_DAYS = 90
FILE_DAYS = 7
#: The decoder would skip over other characters; a token has only one way to be written.
_SHAPE = re.compile(r"[A-Za-z0-9_.-]{1,2048}")

Content = TypeVar("Content")
_VISITOR = TypeAdapter(tuple[str, str, int], config=ConfigDict(strict=True))
_FILE = TypeAdapter(tuple[str, str, str, int], config=ConfigDict(strict=True))


class BadTokenError(Exception):
    """Forged, cut, expired or made for something else."""


@dataclass(frozen=True)
class VisitorToken:
    """What a visitor's token says."""

    visitor_id: str
    token_id: str
    expires_at: datetime


@dataclass(frozen=True)
class FileToken:
    """What a file's address says; whoever holds the address may read this one file."""

    file_id: str
    name: str
    mime: str


class Tokens:
    """Makes and checks both; itsdangerous compares signatures in constant time."""

    def __init__(self, secret: str, clock: Clock) -> None:
        self._clock = clock
        self._visitors = _serializer(secret, "webchat.visitor")
        self._files = _serializer(secret, "webchat.file")

    def issue(self, visitor_id: str, token_id: str) -> str:
        """A token for :data:`TOKEN_DAYS` days."""
        expires = self._clock.now() + timedelta(days=TOKEN_DAYS)
        return self._visitors.dumps([visitor_id, token_id, int(expires.timestamp())])

    def verify(self, token: str) -> VisitorToken:
        """What the token says; raises BadTokenError."""
        visitor_id, token_id, expires = _loads(self._visitors, token, _VISITOR)
        return VisitorToken(visitor_id, token_id, self._valid_until(expires))

    def wants_renewal(self, token: VisitorToken) -> bool:
        """The token is past half of its life."""
        return token.expires_at - self._clock.now() < timedelta(days=RENEW_DAYS)

    def sign_file(self, file: FileToken) -> str:
        """An address good for :data:`FILE_DAYS` days or more; the same all day, for the browser's cache."""
        day = self._clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
        expires = day + timedelta(days=FILE_DAYS + 1)
        return self._files.dumps([file.file_id, file.name, file.mime, int(expires.timestamp())])

    def verify_file(self, address: str) -> FileToken:
        """Which file the address names; raises BadTokenError."""
        file_id, name, mime, expires = _loads(self._files, address, _FILE)
        self._valid_until(expires)
        return FileToken(file_id, name, mime)

    def _valid_until(self, expires: int) -> datetime:
        moment = datetime.fromtimestamp(expires, UTC)
        if moment <= self._clock.now():
            raise BadTokenError
        return moment


def _loads(serializer: URLSafeSerializer, token: str, content: TypeAdapter[Content]) -> Content:
    if not _SHAPE.fullmatch(token):
        raise BadTokenError
    try:
        return content.validate_python(tuple(serializer.loads(token)))
    except (BadData, UnicodeError, ValidationError, TypeError) as error:
        raise BadTokenError from error


def _serializer(secret: str, salt: str) -> URLSafeSerializer:
    kwargs = {"digest_method": hashlib.sha256, "key_derivation": "hmac"}
    return URLSafeSerializer(secret, salt=salt, signer_kwargs=kwargs)
