"""The port, for Telegram."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import httpx

from channels.accounts.book import Account
from channels.context import ChannelContext
from channels.errors import DeliveryDelayedError, DeliveryRefusedError, PersonUnreachableError
from channels.port import (
    Attachment,
    Button,
    Capabilities,
    Fetched,
    Media,
    MediaKind,
    Outbound,
    Rate,
    Receipt,
    TextUnit,
)
from channels.telegram.client import Api, Bots, Key, Keyboard, way_of
from channels.telegram.failures import MarkupRefusedError
from channels.telegram.render import RESERVED, TEXT_LIMIT, as_html, as_plain, button_id, rows_of
from channels.telegram.repository import NewButton, keep_buttons
from channels.telegram.settings import CHANNEL
from channels.telegram.translate import message_name

BUTTONS_LAST = timedelta(days=30)
#: What a bot may send, and what of it Telegram takes as a picture, in bytes.
UPLOAD_LIMIT = 50 * 1024 * 1024
PHOTO_LIMIT = 10 * 1024 * 1024
_FETCH_TIMEOUT_S = 60
_CHUNK = 64 * 1024


class Telegram:
    """Sends by the Bot API. Nothing here is sent twice: one call of ``send`` is one message, or an error."""

    name = CHANNEL
    capabilities = Capabilities(
        text_limit=TEXT_LIMIT - RESERVED,
        text_unit=TextUnit.UTF16,
        buttons=20,
        label_limit=64,
        attachments=frozenset(MediaKind),
        links=True,
        # Telegram allows 30 messages a second and one a second to each person; both are soft, so that the waiting
        # times it answers with (429) count above all. A tenth more than the second: messages travel unevenly.
        rate=Rate(per_second=25, burst=5, chat_every_s=1.1),
    )

    def __init__(self, context: ChannelContext) -> None:
        self._context = context
        self._bots = Bots(context)

    async def send(self, *, key: str, account: str, address: str, message: Outbound) -> Receipt:
        """One text, or one file; raises a DeliveryError."""
        api = self._bots.of(await self._context.accounts.named(CHANNEL, account))
        if message.attachments:
            number = await self._send_file(api, address, message.attachments[0])
        else:
            keyboard = await self._keyboard(account, address, key, message.buttons)
            number = await _send_text(api, address, message, keyboard)
        return Receipt(provider_id=message_name(address, number))

    async def _keyboard(self, account: str, address: str, key: str, buttons: Sequence[Button]) -> Keyboard:
        if not buttons:
            return ()
        ids = {
            id(button): button_id(f"{account}:{address}:{key}", place, button) for place, button in enumerate(buttons)
        }
        new = [NewButton(id=ids[id(button)], button=button.id, label=button.label) for button in buttons]
        async with self._context.ground.db.transaction() as session:
            await keep_buttons(
                session,
                account=account,
                address=address,
                buttons=new,
                expires_at=self._context.ground.clock.now() + BUTTONS_LAST,
            )
        return [[Key(label=button.label, data=ids[id(button)]) for button in row] for row in rows_of(buttons)]

    async def _send_file(self, api: Api, address: str, file: Attachment) -> int:
        if not file.id:
            raise DeliveryRefusedError("file_missing", file.name)
        if file.size > UPLOAD_LIMIT:
            raise DeliveryRefusedError("413", "Request Entity Too Large")
        path = self._context.ground.files.path(file.id)
        if not path.exists():
            raise DeliveryRefusedError("file_missing", file.name)
        way = way_of(file.mime)
        if way == "photo" and file.size > PHOTO_LIMIT:
            way = "document"
        try:
            return await api.send_file(address, way, path, name=file.name)
        except PersonUnreachableError:
            raise
        except DeliveryRefusedError:
            # Too long for a picture, or not what its type says: as a document everything passes. Nothing was sent.
            if way == "document":
                raise
            return await api.send_file(address, "document", path, name=file.name)

    async def fetch(self, *, account: str, media: Media) -> Fetched:
        """Open a file somebody sent; over 20 MB Telegram itself refuses ("file is too big")."""
        entry = await self._context.accounts.named(CHANNEL, account)
        address = await self._bots.of(entry).file_address(media.ref)
        name = media.name or address.rsplit("/", 1)[-1]
        return Fetched(name=name, content=self._download(entry, address))

    async def _download(self, account: Account, address: str) -> AsyncIterator[bytes]:
        token = account.secrets["bot_token"]
        try:
            async with (
                self._context.http(timeout_s=_FETCH_TIMEOUT_S) as http,
                http.stream("GET", address) as response,
            ):
                if response.is_error:
                    raise _not_fetched(response.status_code, response.reason_phrase)
                async for chunk in response.aiter_bytes(_CHUNK):
                    yield chunk
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            # To fetch changes nothing there, so whatever broke may be tried again.
            raise DeliveryDelayedError(type(error).__name__, str(error).replace(token, "…")) from None


async def _send_text(api: Api, address: str, message: Outbound, keyboard: Keyboard) -> int:
    try:
        return await api.send_text(address, as_html(message), markup=True, keyboard=keyboard)
    except MarkupRefusedError:
        # Refused is not sent: the same words once more, bare.
        return await api.send_text(address, as_plain(message), markup=False, keyboard=keyboard)


def _not_fetched(code: int, words: str) -> DeliveryRefusedError | DeliveryDelayedError:
    gone = code in {httpx.codes.NOT_FOUND, httpx.codes.GONE}
    return DeliveryRefusedError(str(code), words) if gone else DeliveryDelayedError(str(code), words)
