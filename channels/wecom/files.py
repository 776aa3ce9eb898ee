"""Files to and from the platform: what it takes, what it keeps, and for how long.

Limits: 上传临时素材 (developer.work.weixin.qq.com/document/path/90253): image 10 MB, voice 2 MB of AMR, video 10 MB of
MP4, file 20 MB; each more than 5 bytes; kept for three days.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import Message
from typing import Any
from urllib.parse import unquote

from sqlalchemy import Insert, Table, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from channels.accounts.book import Account
from channels.context import ChannelContext
from channels.errors import DeliveryDelayedError, DeliveryRefusedError
from channels.port import Attachment, Fetched, Media, MediaKind
from channels.tencent.voice import NotAVoiceError, playable
from channels.wecom.api import Download, KfApi
from channels.wecom.errors import KfError, delivery_error
from channels.wecom.models import WecomMedia
from kit.log import log

media_table: Table = WecomMedia.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.

_MB = 1024 * 1024
_MOST = {"image": 10 * _MB, "voice": 2 * _MB, "video": 10 * _MB, "file": 20 * _MB}
_LEAST = 6
#: What is shown as what it is; any other file goes as a file.
_SHOWN = {"image/jpeg": "image", "image/png": "image", "audio/amr": "voice", "video/mp4": "video"}
#: A little less than the platform keeps a file.
_KEPT = timedelta(days=2, hours=12)


@dataclass(frozen=True)
class Files:
    """Uploads once what is sent often, and opens what customers sent."""

    context: ChannelContext
    api: KfApi

    async def media_id(self, account: Account, file: Attachment) -> tuple[str, str]:
        """Kind and name of the file at the platform; raises DeliveryRefusedError for what it would not take."""
        kind = kind_of(file)
        now = self.context.ground.clock.now()
        whose = {"of_account": account.name, "of_file": file.id, "of_kind": kind, "now": now}
        async with self.context.ground.db.reading() as session:
            known = (await session.execute(_KNOWN, whose)).scalar_one_or_none()
        if known is not None:
            return kind, str(known)
        return kind, await self._upload(account, file, kind, now)

    async def forget(self, account: Account, file: Attachment) -> None:
        """The platform does not have it any more."""
        async with self.context.ground.db.transaction() as session:
            await session.execute(_FORGET, {"of_account": account.name, "of_file": file.id})

    async def _upload(self, account: Account, file: Attachment, kind: str, now: datetime) -> str:
        try:
            content = self.context.ground.files.path(file.id).read_bytes()
        except (OSError, ValueError) as gone:
            raise DeliveryRefusedError("file_gone", file.name) from gone
        media_id = await self.api.upload(account, kind=kind, name=file.name, mime=file.mime, content=content)
        row = {"account": account.name, "file": file.id, "kind": kind, "media_id": media_id, "good_until": now + _KEPT}
        async with self.context.ground.db.transaction() as session:
            await session.execute(_KEEP[session.get_bind().dialect.name], row)
        return media_id

    async def fetch(self, account: Account, media: Media) -> Fetched:
        """Open a customer's file; a voice message becomes what a browser plays."""
        try:
            download = await self.api.download(account, media.ref)
        except KfError as refused:
            error = delivery_error(refused)
            if isinstance(error, DeliveryDelayedError | DeliveryRefusedError):
                raise error from refused
            raise DeliveryRefusedError(error.code, error.text) from refused
        if media.kind is not MediaKind.VOICE:
            return Fetched(name=_name(download, media), content=_chunks(download))
        content = b"".join([chunk async for chunk in _chunks(download)])
        try:
            suffix, sound = await playable(content)
        except NotAVoiceError as error:
            log.warning("voice kept as it came", error=str(error))
            suffix, sound = ".amr", content
        return Fetched(name=f"voice{suffix}", content=_once(sound))


def kind_of(file: Attachment) -> str:
    """As what the platform takes the file; raises DeliveryRefusedError when it takes it as nothing."""
    kind = _SHOWN.get(file.mime, "file")
    if file.size > _MOST[kind]:
        kind = "file"
    if not _LEAST <= file.size <= _MOST[kind]:
        raise DeliveryRefusedError("file_size", f"{file.name}: {file.size}")
    return kind


async def _chunks(download: Download) -> AsyncIterator[bytes]:
    try:
        async for chunk in download.response.aiter_bytes():
            yield chunk
    finally:
        await download.aclose()


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content


def _name(download: Download, media: Media) -> str:
    """What the platform calls the file, else its kind."""
    header = Message()
    header["content-disposition"] = download.response.headers.get("content-disposition", "")
    return unquote(header.get_filename() or "") or media.name or f"{media.kind.value}{_SUFFIX.get(media.kind, '')}"


_SUFFIX = {MediaKind.IMAGE: ".jpg", MediaKind.VIDEO: ".mp4"}


def _keeping(dialect_insert: Any) -> Insert:
    statement = dialect_insert(media_table)
    anew = {name: statement.excluded[name] for name in ("media_id", "good_until")}
    kept: Insert = statement.on_conflict_do_update(index_elements=["account", "file", "kind"], set_=anew)
    return kept


# Built once: to build a statement costs more than to run it.
_FILE = (media_table.c.account == bindparam("of_account"), media_table.c.file == bindparam("of_file"))
_KNOWN = select(media_table.c.media_id).where(
    *_FILE, media_table.c.kind == bindparam("of_kind"), media_table.c.good_until > bindparam("now")
)
_FORGET = delete(media_table).where(*_FILE)
_KEEP = {"postgresql": _keeping(postgresql.insert), "sqlite": _keeping(sqlite.insert)}
