"""Files that lie at the platform for three days."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime

from channels.simulator.errors import RefusedError
from channels.simulator.wecom.rules import MEDIA_LASTS, SMALLEST_UPLOAD, UPLOADS, WORDS

_MARK_WITHIN = 16


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    """``kind`` is image, voice, video or file."""

    corp_id: str
    kind: str
    name: str
    content: bytes
    created_at: datetime


@dataclass
class FileStore:
    """The files of every corporation."""

    _files: dict[str, StoredFile] = field(default_factory=dict)

    def keep(self, corp_id: str, kind: str, name: str, content: bytes, now: datetime) -> str:
        """Store a file and return its media_id."""
        media_id = secrets.token_urlsafe(48)
        self._files[media_id] = StoredFile(corp_id=corp_id, kind=kind, name=name, content=content, created_at=now)
        return media_id

    def take_upload(self, corp_id: str, kind: str, name: str, content: bytes, now: datetime) -> str:
        """As :meth:`keep`; raises RefusedError when kind, size or content is not allowed."""
        if kind not in UPLOADS:
            raise RefusedError(40004, WORDS[40004])
        largest, marks = UPLOADS[kind]
        if not SMALLEST_UPLOAD <= len(content) <= largest:
            raise RefusedError(40006, WORDS[40006])
        if marks and not any(mark in content[:_MARK_WITHIN] for mark in marks):
            raise RefusedError(40004, WORDS[40004])
        return self.keep(corp_id, kind, name, content, now)

    def get(self, corp_id: str, media_id: str, now: datetime) -> StoredFile:
        """The file; raises RefusedError."""
        found = self._files.get(media_id)
        if found is None or found.corp_id != corp_id or found.created_at + MEDIA_LASTS <= now:
            raise RefusedError(40007, WORDS[40007])
        return found
