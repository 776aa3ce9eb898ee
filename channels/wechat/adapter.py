"""The port for Official Accounts: customer service messages (客服消息), and the files people send."""

from datetime import datetime
from typing import Any

from channels.context import ChannelContext
from channels.errors import DeliveryRefusedError, WindowClosedError
from channels.models import Delivery
from channels.port import Attachment, Capabilities, Fetched, Media, MediaKind, Outbound, Rate, Receipt, TextUnit
from channels.wechat.api import WeChatApi
from channels.wechat.credentials import Credentials
from channels.wechat.downloads import Downloads
from channels.wechat.error_codes import PlatformRefusedError, Verdict, delivery_error
from channels.wechat.filelinks import FileLinks
from channels.wechat.formatting import menu_of, text_of
from channels.wechat.passive import PassiveReplies
from channels.wechat.reminding import WeChatNotices
from channels.wechat.uploads import Uploads
from kit.db import AsyncSession

CHANNEL = "wechat"
#: Less than the platform takes (2048 bytes): what is escaped and what can be tapped takes room as well.
TEXT_BYTES = 1800
#: The platform no longer has a file it had.
_MEDIA_GONE = 40007


class WeChat(PassiveReplies):
    """Sends; people's openids are the addresses."""

    name = CHANNEL
    capabilities = Capabilities(
        text_limit=TEXT_BYTES,
        text_unit=TextUnit.UTF8,
        buttons=8,
        label_limit=60,
        # What the platform does not send as what it is, it sends as a link to it.
        attachments=frozenset(MediaKind),
        windowed=True,
        # The platform counts by the day (500,000), and by a minute that it does not tell; this stays far from both.
        rate=Rate(per_second=50, burst=50),
        settle_s=0.1,
    )

    def __init__(self, context: ChannelContext) -> None:
        ground = context.ground
        self._accounts = context.accounts
        self._clock = ground.clock
        self.api = WeChatApi(context)
        self._uploads = Uploads(ground, self.api)
        self._downloads = Downloads(ground.clock, self.api)
        self._links = FileLinks(context.box, ground.clock, ground.settings.base_url)
        #: What may be sent while the reply window is shut.
        self.notices = WeChatNotices(context, self.api)

    async def send(self, *, key: str, account: str, address: str, message: Outbound) -> Receipt:
        """Hand one message over. The platform gives it no name, so ours is on the receipt."""
        credentials = await self._credentials(account)
        if not credentials.verified:
            raise WindowClosedError("no_service_interface", "the account may only answer while it is asked")
        try:
            answer = await self._send(credentials, address, message)
        except PlatformRefusedError as refused:
            raise delivery_error(refused, self._clock.now()) from refused
        return Receipt(provider_id=str(answer.get("msgid") or key))

    async def offer(self, session: AsyncSession, now: datetime, delivery: Delivery, part: Outbound) -> datetime | None:
        """As in the base; an account that can send in no other way hands a file over as a link."""
        if part.attachments and not (await self._credentials(delivery.account)).verified:
            part = self._linked(part.attachments[0])
        return await super().offer(session, now, delivery, part)

    def _linked(self, file: Attachment) -> Outbound:
        return Outbound(text="", links=(self._links.link_to(file),))

    async def fetch(self, *, account: str, media: Media) -> Fetched:
        """A file somebody sent; see :class:`channels.wechat.downloads.Downloads`."""
        return await self._downloads.fetch(await self._credentials(account), media)

    async def _credentials(self, account: str) -> Credentials:
        return Credentials.of(await self._accounts.named(CHANNEL, account))

    async def _send(self, credentials: Credentials, address: str, message: Outbound) -> dict[str, Any]:
        for file in message.attachments:
            return await self._send_file(credentials, address, file)
        return await self.api.send(credentials, {"touser": address, **_text_body(message)})

    async def _send_file(self, credentials: Credentials, address: str, file: Attachment) -> dict[str, Any]:
        """As what it is where the platform takes it, else as a link; once more when it has lost what it had."""
        try:
            uploaded = await self._uploads.at_platform(credentials, file)
        except PlatformRefusedError as refused:
            if refused.verdict is not Verdict.MESSAGE:
                raise
            uploaded = None
        if uploaded is None:
            return await self.api.send(credentials, {"touser": address, **_text_body(self._linked(file))})
        body = {"touser": address, "msgtype": uploaded.kind, uploaded.kind: {"media_id": uploaded.media_id}}
        try:
            return await self.api.send(credentials, body)
        except PlatformRefusedError as refused:
            if uploaded.fresh or refused.number != _MEDIA_GONE:
                raise
        await self._uploads.forget(credentials, file)
        return await self._send_file(credentials, address, file)


def _text_body(message: Outbound) -> dict[str, Any]:
    if (menu := menu_of(message)) is not None:
        return {"msgtype": "msgmenu", "msgmenu": menu}
    if not (text := text_of(message)):
        raise DeliveryRefusedError("45002", "empty, or over 2048 bytes once its markup is escaped")
    return {"msgtype": "text", "text": {"content": text}}
