"""Files that lie at the platform for three days: what people send and what the account uploads."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime

from channels.simulator.errors import RefusedError
from channels.simulator.wechat.rules import MEDIA_LASTS, UPLOADS, WORDS

#: How far into a file its mark may begin: an MP4 has its own after four bytes of length.
_MARK_WITHIN = 16


@dataclass(frozen=True, kw_only=True)
class StoredMedia:
    """One file; ``kind`` is the platform's word for it."""

    media_id: str
    app_id: str
    kind: str
    name: str
    content: bytes
    created_at: datetime


@dataclass
class MediaStore:
    """The files of every account."""

    _files: dict[str, StoredMedia] = field(default_factory=dict)

    def keep(self, app_id: str, kind: str, name: str, content: bytes, now: datetime) -> StoredMedia:
        """Store a file a person sends; nothing about it is checked."""
        media_id = secrets.token_urlsafe(48)
        stored = StoredMedia(media_id=media_id, app_id=app_id, kind=kind, name=name, content=content, created_at=now)
        self._files[media_id] = stored
        return stored

    def take_upload(self, app_id: str, kind: str, name: str, content: bytes, now: datetime) -> StoredMedia:
        """Store a file of the account; raises RefusedError when its kind, size or content is not allowed."""
        if kind not in UPLOADS:
            raise RefusedError(40004, WORDS[40004])
        largest, marks = UPLOADS[kind]
        if not content or len(content) > largest:
            raise RefusedError(40006, WORDS[40006])
        if not any(mark in content[:_MARK_WITHIN] for mark in marks):
            raise RefusedError(40005, WORDS[40005])
        return self.keep(app_id, kind, name, content, now)

    def get(self, app_id: str, media_id: str, now: datetime) -> StoredMedia:
        """The file; raises RefusedError when there is none, or its three days are over."""
        found = self._files.get(media_id)
        if found is None or found.app_id != app_id or found.created_at + MEDIA_LASTS <= now:
            raise RefusedError(40007, WORDS[40007])
        return found
