"""The port for Weibo: replies to private messages, and the pictures and voices people send."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx

from channels.accounts.book import Account
from channels.context import ChannelContext
from channels.errors import AccountClosedError, DeliveryDelayedError, DeliveryRefusedError, OutcomeUnknownError
from channels.port import Capabilities, Fetched, Media, MediaKind, Outbound, Rate, Receipt
from channels.weibo.error_codes import BROKEN_FOR_S, delivery_error
from channels.weibo.settings import CHANNEL, secrets_of, settings_of

#: Fewer than 300 characters may be sent.
TEXT_LIMIT = 290
TIMEOUT_S = 10.0
_SHOWN_CHARS = 200
_SERVER_ERROR, _UNAVAILABLE, _TOO_MANY = 500, 503, 429
_NAMES = {MediaKind.IMAGE: "image.jpg", MediaKind.VOICE: "voice.amr"}


class Weibo:
    """Sends; people's UIDs are the addresses."""

    name = CHANNEL
    capabilities = Capabilities(text_limit=TEXT_LIMIT, windowed=True, rate=Rate(per_second=10, burst=10))

    def __init__(self, context: ChannelContext) -> None:
        self._context = context
        self._client: httpx.AsyncClient | None = None

    async def send(self, *, key: str, account: str, address: str, message: Outbound) -> Receipt:
        """Hand one message over; see :class:`channels.port.Channel`."""
        sender = await self._account(account)
        settings = settings_of(sender)
        form = {
            "access_token": secrets_of(sender).access_token,
            "type": "text",
            # Quoted by the form once more, as the documents show it.
            "data": json.dumps({"text": message.text}, ensure_ascii=False),
            "receiver_id": address,
        }
        answer = await self._post(settings.reply_url, form)
        return Receipt(provider_id=str(answer.get("id") or answer.get("mid") or key))

    async def fetch(self, *, account: str, media: Media) -> Fetched:
        """The file; raises DeliveryDelayedError to be asked again, DeliveryRefusedError when there is none."""
        sender = await self._account(account)
        query = {"access_token": secrets_of(sender).access_token, "fid": media.ref}
        try:
            response = await self._http().get(settings_of(sender).file_url, params=query)
        except httpx.RequestError as error:
            raise DeliveryDelayedError("no_answer", _words(error)) from error
        if (answer := _object_in(response)) is not None:
            raise DeliveryRefusedError(str(answer.get("error_code", "no_file")), str(answer.get("error", "")))
        if not response.is_success:
            raise DeliveryDelayedError(f"http_{response.status_code}", response.text[:_SHOWN_CHARS])
        return Fetched(name=_NAMES.get(media.kind, "file"), content=_whole(response.content))

    async def _account(self, name: str) -> Account:
        if not self._context.ground.settings.weibo:
            raise AccountClosedError(
                "switched_off", "YINGPIAO_WEIBO is not set", retry_after_s=BROKEN_FOR_S, broken=True
            )
        return await self._context.accounts.named(CHANNEL, name)

    def _http(self) -> httpx.AsyncClient:
        if self._client is None:
            self._client = self._context.http(timeout_s=TIMEOUT_S)
        return self._client

    async def _post(self, url: str, form: dict[str, str]) -> dict[str, Any]:
        try:
            response = await self._http().post(url, data=form)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise DeliveryDelayedError("unreachable", _words(error)) from error
        except httpx.RequestError as error:
            raise OutcomeUnknownError("no_answer", _words(error)) from error
        return _answer_of(response)


def _answer_of(response: httpx.Response) -> dict[str, Any]:
    """What the platform answered; a page was written by something that stands before it."""
    answer, shown = _object_in(response), response.text[:_SHOWN_CHARS]
    if answer is not None and (code := _number(answer.get("error_code"))):
        raise delivery_error(code, str(answer.get("error", "")))
    if response.is_success and answer is not None:
        return answer
    named = f"http_{response.status_code}"
    if response.status_code == _TOO_MANY:
        raise AccountClosedError(named, shown, retry_after_s=60)
    if response.is_success and not response.content.lstrip().startswith(b"<"):
        raise OutcomeUnknownError("unreadable_answer", shown)
    if response.status_code >= _SERVER_ERROR and response.status_code != _UNAVAILABLE:
        raise OutcomeUnknownError(named, shown)
    raise DeliveryDelayedError(named, shown)


def _object_in(response: httpx.Response) -> dict[str, Any] | None:
    if not response.content.lstrip().startswith(b"{"):
        return None
    try:
        answer = json.loads(response.content)
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None


def _number(code: object) -> int:
    return int(code) if isinstance(code, int | str) and str(code).isdecimal() else 0


async def _whole(content: bytes) -> AsyncIterator[bytes]:
    yield content


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__
