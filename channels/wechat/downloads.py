"""Files people send: fetched from the platform, which keeps them for three days."""

import re
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import httpx

from channels.errors import DeliveryDelayedError, DeliveryError, DeliveryRefusedError
from channels.port import Fetched, Media, MediaKind
from channels.tencent.voice import NotAVoiceError, playable
from channels.wechat.api import WeChatApi
from channels.wechat.credentials import Credentials
from channels.wechat.error_codes import PlatformRefusedError, delivery_error
from channels.wechat.wire import object_in, refusal_in
from kit.clock import Clock
from kit.log import log

#: What a file is called that comes without a name.
_NAMES = {MediaKind.IMAGE: "image.jpg", MediaKind.VOICE: "voice.amr", MediaKind.VIDEO: "video.mp4"}
#: A file is asked for again after so long.
ASK_AGAIN_S = 5.0
_FILE_NAME = re.compile(r'filename="?(?P<name>[^";]+)')
#: Videos lie on other hosts of the platform's than its interfaces do.
_PLATFORM_HOSTS = (".qq.com", ".qpic.cn")


class Downloads:
    """Fetches by media id."""

    def __init__(self, clock: Clock, api: WeChatApi) -> None:
        self._clock = clock
        self._api = api

    async def fetch(self, credentials: Credentials, media: Media) -> Fetched:
        """The file, a voice as MP3; raises DeliveryDelayedError, or DeliveryRefusedError when there is none."""
        try:
            response = await self._response(credentials, media)
        except PlatformRefusedError as refused:
            raise _of_file(delivery_error(refused, self._clock.now())) from refused
        except DeliveryDelayedError as delayed:
            raise _of_file(delayed) from delayed
        name, content = _name_of(response) or _NAMES.get(media.kind, "file"), response.content
        if media.kind is MediaKind.VOICE:
            name, content = await _playable(name, content)
        return Fetched(name=name, content=_whole(content))

    async def _response(self, credentials: Credentials, media: Media) -> httpx.Response:
        response = await self._api.download(credentials, media.ref)
        if (refused := refusal_in(response)) is not None:
            raise refused
        if (stands_for := object_in(response)) is None:
            return _checked(response)
        url = str(stands_for.get("video_url") or stands_for.get("down_url") or "")
        if not _is_platforms(url, credentials):
            raise DeliveryRefusedError("no_file", f"the platform names no file: {response.text[:200]}")
        return _checked(await self._api.get_public(url))


def _checked(response: httpx.Response) -> httpx.Response:
    """A page instead of a file is none."""
    if response.headers.get("Content-Type", "").startswith("text/html"):
        raise DeliveryDelayedError("not_the_platform", response.text[:200])
    return response


def _of_file(error: DeliveryError) -> DeliveryError:
    """A file that is not handed over now may be handed over soon; one that the platform does not have, never.

    The person's answer waits for the file: however long the account is closed, it is asked for soon or not at all.
    """
    if not isinstance(error, DeliveryDelayedError):
        return DeliveryRefusedError(error.code, error.text)
    after_s = min(error.retry_after_s or ASK_AGAIN_S, ASK_AGAIN_S)
    return DeliveryDelayedError(error.code, error.text, retry_after_s=after_s)


def _is_platforms(url: str, credentials: Credentials) -> bool:
    """Whether an address from an answer may be opened: nobody makes us look into our own network."""
    try:
        address = urlsplit(url)
    except ValueError:
        return False
    host = address.hostname or ""
    own = urlsplit(credentials.api_url).hostname
    return address.scheme in {"http", "https"} and (host == own or host.endswith(_PLATFORM_HOSTS))


async def _playable(name: str, content: bytes) -> tuple[str, bytes]:
    try:
        suffix, played = await playable(content)
    except NotAVoiceError as error:
        log.warning("voice kept as it came", error=str(error))
        return name, content
    return name.rsplit(".", 1)[0] + suffix, played


def _name_of(response: httpx.Response) -> str | None:
    found = _FILE_NAME.search(response.headers.get("Content-Disposition", ""))
    return found["name"] if found else None


async def _whole(content: bytes) -> AsyncIterator[bytes]:
    yield content
