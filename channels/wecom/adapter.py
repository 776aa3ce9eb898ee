"""Sends on 微信客服: the session's state first, then one message under a name that is the same for every try of it."""

from typing import Any

from channels.accounts.book import Account
from channels.context import ChannelContext
from channels.errors import (
    AccountClosedError,
    DeliveryDelayedError,
    DeliveryRefusedError,
    OutcomeUnknownError,
    WindowClosedError,
)
from channels.port import Capabilities, Fetched, Media, MediaKind, Outbound, Rate, Receipt, TextUnit
from channels.wecom.api import KfApi
from channels.wecom.bodies import LABEL_BYTES, MENU_ENTRIES, TEXT_BYTES, media_body, text_body
from channels.wecom.errors import MEDIA_GONE, WRONG_STATE, KfError, delivery_error, passes_soon, says_repeated
from channels.wecom.failures import msgid_of
from channels.wecom.files import Files
from channels.wecom.reception import Reception
from channels.wecom.sessions import SPEAKABLE, EventCode, SessionState, claim_code, release_code
from channels.wecom.settings import CHANNEL
from kit.i18n import translate

#: A state the platform has just changed is asked for again so soon.
_STATE_SETTLES_S = 2.0
_STATE_TEXTS = {
    SessionState.POOL: "channels.wecom.state.pool",
    SessionState.HUMAN: "channels.wecom.state.human",
    SessionState.ENDED: "channels.wecom.state.ended",
}


class WeCom:
    """All 客服账号 of all corporations."""

    name = CHANNEL
    capabilities = Capabilities(
        text_limit=TEXT_BYTES,
        text_unit=TextUnit.UTF8,
        buttons=MENU_ENTRIES,
        label_limit=LABEL_BYTES,
        attachments=frozenset(MediaKind),
        idempotent=True,
        windowed=True,
        reports_failures=True,
        # The platform allows a corporation 10 000 calls of an interface a minute.
        rate=Rate(per_second=100, burst=50),
    )

    def __init__(self, context: ChannelContext) -> None:
        self._context = context
        self._api = KfApi(context)
        self._files = Files(context, self._api)
        self.reception = Reception(context, self._api)

    async def send(self, *, key: str, account: str, address: str, message: Outbound) -> Receipt:
        """Hand one message over; see :class:`channels.port.Channel`."""
        sender = await self._context.accounts.named(CHANNEL, account)
        code = await self._code(sender, address, key, message)
        if code is not None:
            return await self._send_on_event(sender, address, key, message, code)
        return await self._send_in_session(sender, address, key, message)

    async def fetch(self, *, account: str, media: Media) -> Fetched:
        """Open a file of a customer; see :class:`channels.port.MediaSource`."""
        return await self._files.fetch(await self._context.accounts.named(CHANNEL, account), media)

    async def _send_in_session(self, sender: Account, customer: str, key: str, message: Outbound) -> Receipt:
        try:
            state = await self.reception.state(sender, customer)
            if state not in SPEAKABLE:
                raise _not_ours(state)
            body = {"touser": customer, "open_kfid": sender.name, "msgid": msgid_of(key)}
            return await self._post(sender, key, {**body, **await self._content(sender, message)})
        except KfError as refused:
            if refused.code == WRONG_STATE:
                raise await self._state_refused(sender, customer, refused) from refused
            if refused.code == MEDIA_GONE and message.attachments:
                await self._files.forget(sender, message.attachments[0])
                raise DeliveryDelayedError(str(refused.code), refused.text, retry_after_s=0) from refused
            raise delivery_error(refused) from refused

    async def _state_refused(
        self, sender: Account, customer: str, refused: KfError
    ) -> DeliveryDelayedError | WindowClosedError:
        """The mirror was wrong: read the state, and wait for what it will bring."""
        state = await self.reception.read(sender, customer)
        if state in SPEAKABLE:
            return DeliveryDelayedError(str(refused.code), refused.text, retry_after_s=_STATE_SETTLES_S)
        return _not_ours(state)

    async def _content(self, sender: Account, message: Outbound) -> dict[str, Any]:
        if message.attachments:
            return media_body(*await self._files.media_id(sender, message.attachments[0]))
        return text_body(message)

    async def _post(self, sender: Account, key: str, body: dict[str, Any], path: str = "kf/send_msg") -> Receipt:
        msgid = msgid_of(key)
        try:
            await self._api.post(sender, path, body, sending=True)
        except KfError as refused:
            if not says_repeated(refused):
                raise
        return Receipt(provider_id=msgid)

    async def _code(self, sender: Account, customer: str, key: str, message: Outbound) -> EventCode | None:
        """A code that lets this message go whatever the session's state; files need the common way."""
        if message.attachments:
            return None
        async with self._context.ground.db.transaction() as session:
            return await claim_code(
                session,
                self._context.ground.clock.now(),
                account=sender.name,
                customer=customer,
                key=key,
                with_menu=bool(message.buttons),
            )

    async def _send_on_event(
        self, sender: Account, customer: str, key: str, message: Outbound, code: EventCode
    ) -> Receipt:
        """Within the code's seconds or never. Tried again only where nobody knows what became of the first try."""
        if code.late:
            raise DeliveryRefusedError("code_expired", translate("channels.wecom.code.late", "zh"))
        body = {"code": code.code, "msgid": msgid_of(key), **text_body(message)}
        try:
            return await self._post(sender, key, body, path="kf/send_msg_on_event")
        except OutcomeUnknownError:
            raise
        except DeliveryDelayedError:
            await self._release(sender, customer, key, spoilt=False)
            raise
        except KfError as refused:
            if code.again:
                # A code serves once: that it does not serve any more was our first try's doing.
                return Receipt(provider_id=msgid_of(key))
            error = delivery_error(refused)
            again = passes_soon(refused) or isinstance(error, AccountClosedError)
            await self._release(sender, customer, key, spoilt=not again)
            raise (error if again else DeliveryRefusedError(error.code, error.text)) from refused

    async def _release(self, sender: Account, customer: str, key: str, *, spoilt: bool) -> None:
        async with self._context.ground.db.transaction() as session:
            await release_code(session, account=sender.name, customer=customer, key=key, spoilt=spoilt)


def _not_ours(state: SessionState) -> WindowClosedError:
    """Somebody else has the customer, or nobody: what the customer writes next opens the way."""
    return WindowClosedError(f"state_{int(state)}", translate(_STATE_TEXTS[state], "zh"))
