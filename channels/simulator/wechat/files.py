"""media/upload and media/get."""

import mimetypes
from typing import TYPE_CHECKING

from channels.simulator.errors import RefusedError
from channels.simulator.exchange import Answer, Asked, Binary
from channels.simulator.wechat.account import OfficialAccount
from channels.simulator.wechat.media import StoredMedia
from channels.simulator.wechat.rules import WORDS

if TYPE_CHECKING:
    from channels.simulator.wechat.state import WeChatPlatform

_SUFFIXES = {"image": ".jpg", "voice": ".amr", "video": ".mp4", "shortvideo": ".mp4", "thumb": ".jpg"}


def upload(platform: "WeChatPlatform", account: OfficialAccount, asked: Asked) -> Answer:
    """Keep a file of the account for three days."""
    kind = asked.query.get("type", "")
    if asked.upload is None:
        raise RefusedError(41005, WORDS[41005])
    now = platform.clock.now()
    stored = platform.media.take_upload(account.app_id, kind, asked.upload.name, asked.upload.content, now)
    name = "thumb_media_id" if kind == "thumb" else "media_id"
    return {"type": kind, name: stored.media_id, "created_at": int(now.timestamp())}


def download(platform: "WeChatPlatform", account: OfficialAccount, asked: Asked) -> Answer:
    """The file itself; of a video only the address it lies at."""
    media_id = asked.query.get("media_id", "")
    stored = platform.media.get(account.app_id, media_id, platform.clock.now())
    if stored.kind in {"video", "shortvideo"}:
        return {"video_url": f"{asked.base}/simulated-video/{account.app_id}/{media_id}"}
    return _file(stored)


def video(platform: "WeChatPlatform", app_id: str, media_id: str) -> Binary:
    """The file behind the address of a video; no token is needed."""
    return _file(platform.media.get(app_id, media_id, platform.clock.now()))


def _file(stored: StoredMedia) -> Binary:
    suffix = _SUFFIXES[stored.kind]
    mime = "voice/amr" if suffix == ".amr" else mimetypes.types_map.get(suffix, "application/octet-stream")
    disposition = f'attachment; filename="{stored.media_id}{suffix}"'
    return Binary(content=stored.content, mime=mime, headers={"content-disposition": disposition})
