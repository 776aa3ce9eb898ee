"""Files at Telegram: uploaded by people or by the bot, fetched through a path that works for an hour."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from channels.simulator.telegram.limits import DOWNLOAD_MAX, FILE_PATH_LIVES
from channels.simulator.telegram.refusals import bad_request

_FOLDERS = {
    "photo": "photos",
    "voice": "voice",
    "video": "videos",
    "audio": "music",
    "document": "documents",
    "sticker": "stickers",
    "video_note": "video_notes",
    "animation": "animations",
}
_MIMES = {"photo": "image/jpeg", "voice": "audio/ogg", "video": "video/mp4", "audio": "audio/mpeg"}
_SUFFIXES = {"photo": ".jpg", "voice": ".oga", "video": ".mp4", "audio": ".mp3"}


@dataclass(kw_only=True)
class StoredFile:
    """One file. ``size`` is what Telegram says; tests may claim more than there is."""

    id: str
    unique: str
    kind: str
    name: str
    mime: str
    content: bytes
    size: int
    path: str
    path_until: datetime | None = None

    @property
    def head(self) -> dict[str, Any]:
        """What every kind of file says of itself."""
        return {"file_id": self.id, "file_unique_id": self.unique, "file_size": self.size}


@dataclass
class Files:
    """All files of the platform, by id."""

    by_id: dict[str, StoredFile] = field(default_factory=dict)

    def store(
        self, kind: str, content: bytes, *, name: str = "", mime: str = "", size: int | None = None
    ) -> StoredFile:
        """Keep a file; ``size`` claims another size than it has."""
        number = len(self.by_id)
        stored = StoredFile(
            id=f"AgAC{number}{secrets.token_urlsafe(24)}",
            unique=f"AQAD{secrets.token_hex(5)}",
            kind=kind,
            name=name,
            mime=mime or _MIMES.get(kind, "application/octet-stream"),
            content=content,
            size=len(content) if size is None else size,
            path=f"{_FOLDERS.get(kind, 'documents')}/file_{number}{_SUFFIXES.get(kind) or _suffix(name)}",
        )
        self.by_id[stored.id] = stored
        return stored

    def path_of(self, file_id: str, now: datetime) -> dict[str, Any]:
        """The File object of getFile; raises Refusal."""
        stored = self.by_id.get(file_id)
        if stored is None:
            raise bad_request("invalid file_id")
        if stored.size > DOWNLOAD_MAX:
            raise bad_request("file is too big", forbidden=True)
        stored.path_until = now + FILE_PATH_LIVES
        return {**stored.head, "file_path": stored.path}

    def at_path(self, path: str, now: datetime) -> StoredFile | None:
        """What lies there, while the path is good."""
        for stored in self.by_id.values():
            if stored.path == path and stored.path_until is not None and now < stored.path_until:
                return stored
        return None


def described(stored: StoredFile) -> dict[str, Any]:
    """The fields of a message that carry the file."""
    if stored.kind == "photo":
        small = {**stored.head, "file_id": f"{stored.id}-s", "file_unique_id": f"{stored.unique}-s"}
        return {
            "photo": [
                {**small, "file_size": min(stored.size, 1500), "width": 90, "height": 67},
                {**stored.head, "width": 1280, "height": 960},
            ]
        }
    extra: dict[str, Any] = {"mime_type": stored.mime}
    if stored.kind in {"voice", "video", "audio"}:
        extra["duration"] = 3
    if stored.kind == "video":
        extra |= {"width": 640, "height": 480}
    if stored.kind != "voice" and stored.name:
        extra["file_name"] = stored.name
    return {stored.kind: {**stored.head, **extra}}


def _suffix(name: str) -> str:
    return f".{name.rpartition('.')[2]}" if "." in name else ""
