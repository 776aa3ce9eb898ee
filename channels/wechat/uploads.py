"""Files of ours at the platform: sent there once, and named by a media id for three days."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from weakref import WeakValueDictionary

from sqlalchemy import Insert, Table, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from channels.errors import DeliveryRefusedError
from channels.port import Attachment
from channels.tencent.voice import NotAVoiceError, seconds_of
from channels.wechat.api import WeChatApi
from channels.wechat.credentials import Credentials
from channels.wechat.outbound_models import WeChatMedia
from kit.ground import Ground

media_table: Table = WeChatMedia.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.

#: The platform keeps a file for three days, and a message may wait for a while after it was uploaded.
KEPT_FOR = timedelta(days=3) - timedelta(hours=2)
_MB = 1024 * 1024


@dataclass(frozen=True)
class _Kind:
    """What the platform calls it, its largest size, and how the file is to end: it looks at that, not at the type."""

    name: str
    most_bytes: int
    suffix: str


#: What the platform sends as what it is. Everything else reaches people as a link.
_KINDS = {
    "image/jpeg": _Kind("image", 10 * _MB, "jpg"),
    "image/png": _Kind("image", 10 * _MB, "png"),
    "image/gif": _Kind("image", 10 * _MB, "gif"),
    "image/bmp": _Kind("image", 10 * _MB, "bmp"),
    "audio/mpeg": _Kind("voice", 2 * _MB, "mp3"),
    "audio/amr": _Kind("voice", 2 * _MB, "amr"),
    "video/mp4": _Kind("video", 10 * _MB, "mp4"),
}
#: A voice message is refused when it plays longer (45007).
LONGEST_VOICE_S = 60


@dataclass(frozen=True, kw_only=True)
class Uploaded:
    """A file at the platform; ``fresh``: put there just now."""

    kind: str
    media_id: str
    fresh: bool


class Uploads:
    """Knows which files the platform has of each account."""

    def __init__(self, ground: Ground, api: WeChatApi) -> None:
        self._ground = ground
        self._api = api
        #: While one message puts a file there, the others that carry it wait for that.
        self._busy: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    async def at_platform(self, credentials: Credentials, file: Attachment) -> Uploaded | None:
        """The file at the platform, put there where it is not; None when the platform does not take such a file.

        Raises DeliveryRefusedError when we have no such file, and what the call raises.
        """
        kind = _KINDS.get(file.mime)
        if kind is None or file.size > kind.most_bytes:
            return None
        async with self._busy.setdefault((credentials.account, file.id), asyncio.Lock()):
            if known := await self._known(credentials, file):
                return Uploaded(kind=kind.name, media_id=known, fresh=False)
            return await self._put(credentials, file, kind)

    async def _put(self, credentials: Credentials, file: Attachment, kind: _Kind) -> Uploaded | None:
        content = await self._content(file)
        if kind.name == "voice" and not await _is_short(content):
            return None
        # An ASCII name: the platform finds no file at all (41005) in a form with any other.
        media_id = await self._api.upload(credentials, kind.name, f"file.{kind.suffix}", content, file.mime)
        await self._keep(credentials, file, media_id)
        return Uploaded(kind=kind.name, media_id=media_id, fresh=True)

    async def forget(self, credentials: Credentials, file: Attachment) -> None:
        """The platform no longer has the file."""
        async with self._ground.db.transaction() as session:
            await session.execute(_FORGET, {"of_account": credentials.account, "of_file": file.id})

    async def _known(self, credentials: Credentials, file: Attachment) -> str | None:
        key = {"of_account": credentials.account, "of_file": file.id, "now": self._ground.clock.now()}
        async with self._ground.db.reading() as session:
            found: str | None = (await session.execute(_KNOWN, key)).scalar_one_or_none()
        return found

    async def _content(self, file: Attachment) -> bytes:
        try:
            return await asyncio.to_thread(self._ground.files.path(file.id).read_bytes)
        except (OSError, ValueError) as error:
            raise DeliveryRefusedError("file_missing", f"{file.name} is not in the file store") from error

    async def _keep(self, credentials: Credentials, file: Attachment, media_id: str) -> None:
        row: dict[str, Any] = {
            "account": credentials.account,
            "file_id": file.id,
            "media_id": media_id,
            "expires_at": self._ground.clock.now() + KEPT_FOR,
        }
        async with self._ground.db.transaction() as session:
            await session.execute(_KEEP[session.get_bind().dialect.name], row)


async def _is_short(content: bytes) -> bool:
    try:
        return await seconds_of(content) <= LONGEST_VOICE_S
    except NotAVoiceError:
        return False


def _keeping(dialect_insert: Any) -> Insert:
    statement = dialect_insert(media_table)
    anew = {name: statement.excluded[name] for name in ("media_id", "expires_at")}
    kept: Insert = statement.on_conflict_do_update(index_elements=["account", "file_id"], set_=anew)
    return kept


# Built once: to build a statement costs more than to run it.
_FILE = (media_table.c.account == bindparam("of_account"), media_table.c.file_id == bindparam("of_file"))
_KNOWN = select(media_table.c.media_id).where(*_FILE, media_table.c.expires_at > bindparam("now"))
_FORGET = delete(media_table).where(*_FILE)
_KEEP = {"postgresql": _keeping(postgresql.insert), "sqlite": _keeping(sqlite.insert)}
