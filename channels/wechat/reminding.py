"""Tell people that a reply waits for them, when the platform lets us say nothing else.

A subscription notice (订阅通知) needs a consent each; a template message (模板消息) needs none, where the account has
them. Neither can carry the reply: both say that writing anything opens the window again.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from channels.accounts.book import Account
from channels.context import ChannelContext
from channels.errors import DeliveryDelayedError, DeliveryError, DeliveryRefusedError, WindowClosedError
from channels.port import Receipt
from channels.wechat import notices
from channels.wechat.api import WeChatApi
from channels.wechat.credentials import Credentials
from channels.wechat.error_codes import BEIJING, PlatformRefusedError, delivery_error
from channels.wechat.notice_template import NotAFieldError, NoticeTemplate, read_template
from kit.db import AsyncSession
from kit.i18n import translate
from kit.log import log

#: Nobody is reminded more often: one that was not followed by a word is not made better by another.
REMIND_EVERY = timedelta(hours=12)
#: The person has not consented, or has taken it back.
_REFUSED = 43101
#: How the account's settings call the two ways, in the order they are tried.
SUBSCRIPTION, TEMPLATE = "subscription_id", "template_id"


class WeChatNotices:
    """What may be sent while the reply window is shut."""

    def __init__(self, context: ChannelContext, api: WeChatApi) -> None:
        self._context = context
        self._clock = context.ground.clock
        self._api = api

    async def available(self, session: AsyncSession, thread: str) -> bool:
        """Whether the person can be reminded now."""
        account, openid = await self._whose(thread)
        last = await notices.last_sent_at(session, account.name, openid)
        if last is not None and last + REMIND_EVERY > self._clock.now():
            return False
        return await self._way(session, account, openid) is not None

    async def remind(self, thread: str) -> Receipt:
        """Tell the person that a reply waits; raises DeliveryError, WindowClosedError when there is no way to.

        Must not be called within a transaction: it talks to the platform.
        """
        account, openid = await self._whose(thread)
        async with self._context.ground.db.reading() as session:
            way = await self._way(session, account, openid)
        if way is None:
            raise WindowClosedError("no_consent", "neither a consent nor a template message")
        settings = self._context.ground.settings
        values = {
            "title": translate("wechat.notice.reply", settings.default_locale),
            "time": moment_text(self._clock.now()),
            "organisation": settings.organisation,
        }
        return await self.send(account, openid, way, values)

    async def send(self, account: Account, openid: str, way: str, values: Mapping[str, str]) -> Receipt:
        """Send the notice the account's setting ``way`` describes; raises DeliveryError.

        A consent is used up only when the notice was sent, or may have been.
        """
        template = template_of(account, way)
        if template is None:
            raise DeliveryRefusedError("no_template", f"{way} is not set")
        body: dict[str, Any] = {"touser": openid, "template_id": template.id, "data": _data(template, values)}
        consent = await self._take(account, openid, template) if way == SUBSCRIPTION else None
        credentials = Credentials.of(account)
        try:
            if way == SUBSCRIPTION:
                answer = await self._api.send_subscribed(credentials, body)
            else:
                answer = await self._api.send_template(credentials, body)
        except PlatformRefusedError as refused:
            await self._refused(account, openid, template, refused, consent)
            raise self._error(refused) from refused
        except DeliveryDelayedError:
            await self._give_back(consent)
            raise
        return await self._noted(account, openid, template, answer)

    async def _whose(self, thread: str) -> tuple[Account, str]:
        channel, name, openid = thread.split(":", 2)
        return await self._context.accounts.named(channel, name), openid

    async def _way(self, session: AsyncSession, account: Account, openid: str) -> str | None:
        """The first way that is open now."""
        subscription = template_of(account, SUBSCRIPTION)
        if subscription and await notices.consents_left(session, account.name, openid, subscription.id):
            return SUBSCRIPTION
        return TEMPLATE if template_of(account, TEMPLATE) else None

    async def _take(self, account: Account, openid: str, template: NoticeTemplate) -> int:
        async with self._context.ground.db.transaction() as session:
            consent = await notices.take_consent(session, self._clock.now(), account.name, openid, template.id)
        if consent is None:
            raise WindowClosedError("no_consent", "the person has not consented to another notice")
        return consent

    async def _give_back(self, consent: int | None) -> None:
        if consent is not None:
            async with self._context.ground.db.transaction() as session:
                await notices.give_back_consent(session, consent)

    async def _refused(
        self,
        account: Account,
        openid: str,
        template: NoticeTemplate,
        refused: PlatformRefusedError,
        consent: int | None,
    ) -> None:
        """The platform knows better which consents there are; of all else that it refuses none is used up."""
        log.warning("notice refused", account=account.name, code=refused.number)
        await self._give_back(consent)
        if refused.number == _REFUSED:
            async with self._context.ground.db.transaction() as session:
                await notices.burn_consents(session, self._clock.now(), account.name, openid, template.id)

    def _error(self, refused: PlatformRefusedError) -> DeliveryError:
        if refused.number == _REFUSED:
            return WindowClosedError(str(refused.number), refused.text)
        return delivery_error(refused, self._clock.now())

    async def _noted(
        self, account: Account, openid: str, template: NoticeTemplate, answer: Mapping[str, Any]
    ) -> Receipt:
        message_id = str(answer.get("msgid", ""))
        async with self._context.ground.db.transaction() as session:
            await notices.note_sent(
                session, self._clock.now(), account.name, openid, template=template.id, message_id=message_id
            )
        return Receipt(provider_id=message_id)


def template_of(account: Account, way: str) -> NoticeTemplate | None:
    """The notice the account's setting describes; None when there is none that can be read."""
    try:
        return read_template(str(account.settings.get(way, "")))
    except ValueError as error:
        log.warning("notice template not readable", account=account.name, error=str(error))
        return None


def moment_text(moment: datetime) -> str:
    """As the platform's fields of kind time take it."""
    here = moment.astimezone(BEIJING)
    return f"{here.year}年{here.month}月{here.day}日 {here:%H:%M}"


def _data(template: NoticeTemplate, values: Mapping[str, str]) -> dict[str, dict[str, str]]:
    try:
        return template.data(values)
    except NotAFieldError as error:
        raise DeliveryRefusedError("47003", str(error)) from error
