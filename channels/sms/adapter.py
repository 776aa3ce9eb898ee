"""The port, for short messages: an approved text with its variables, or nothing at all."""

from datetime import time

from channels.accounts.book import Account
from channels.context import ChannelContext
from channels.errors import DeliveryError, DeliveryRefusedError, OutcomeUnknownError, PersonUnreachableError
from channels.port import Capabilities, Outbound, Rate, Receipt
from channels.sms.aliyun import Aliyun
from channels.sms.composing import compose
from channels.sms.gateway import Gateway
from channels.sms.limits import give_one_back, take_one
from channels.sms.outcomes import ProviderError, delivery_error
from channels.sms.settings import CHANNEL, SmsSettings, settings_of
from channels.sms.templates import Filled, Provider
from channels.sms.tencent import Tencent
from channels.sms.wire import Wire
from kit.i18n import translate
from kit.phones import e164, takes_texts

#: The template decides how long a text is; what was said is never cut into several messages.
_NO_LIMIT = 10_000_000


class Sms:
    """Sends what the provider has approved. Nothing here is sent twice: one call of ``send`` is one message."""

    name = CHANNEL
    capabilities = Capabilities(
        text_limit=_NO_LIMIT,
        # One message whole: its notice is what is sent, of its parts there would be several.
        mixed=True,
        first_contact=True,
        reports_failures=True,
        rings=True,
        templated=True,
        rate=Rate(per_second=20, burst=20),
    )

    def __init__(self, context: ChannelContext) -> None:
        self._context = context
        self.gateways = gateways(context)

    async def send(self, *, key: str, account: str, address: str, message: Outbound) -> Receipt:
        """Hand one message over; see :class:`channels.port.Channel`."""
        sender = await self._context.accounts.named(CHANNEL, account)
        settings = settings_of(sender)
        if e164(address) != address or not takes_texts(address):
            raise PersonUnreachableError("no_mobile", self._words("channels.sms.no_mobile"))
        locale = self._context.ground.settings.default_locale
        filled = compose(settings, message, said_in=locale).filled
        await self._count(settings, account, address)
        try:
            return Receipt(provider_id=await self._hand_over(sender, settings.provider, key, address, filled))
        except OutcomeUnknownError:
            raise
        except DeliveryError:
            async with self._context.ground.db.transaction() as session:
                await give_one_back(session, self._context.ground.clock.now(), account, address)
            raise

    async def _count(self, settings: SmsSettings, account: str, address: str) -> None:
        now = self._context.ground.clock.now()
        async with self._context.ground.db.transaction() as session:
            taken = await take_one(session, now, account, address, most=settings.most_a_day)
        if not taken:
            raise DeliveryRefusedError(
                "daily_limit", self._words("channels.sms.daily_limit_reached", most=settings.most_a_day)
            )

    async def _hand_over(self, sender: Account, provider: Provider, key: str, address: str, filled: Filled) -> str:
        try:
            return await self.gateways[provider].send(sender, key=key, address=address, filled=filled)
        except ProviderError as refused:
            ground = self._context.ground
            morning = morning_of(ground.settings.quiet_hours)
            raise delivery_error(provider, refused, ground.clock.now(), morning=morning) from refused

    def _words(self, key: str, **values: object) -> str:
        return translate(key, self._context.ground.settings.default_locale, **values)


def gateways(context: ChannelContext) -> dict[Provider, Gateway]:
    """Both providers, over one set of connections."""
    wire, clock = Wire(context), context.ground.clock
    return {Provider.ALIYUN: Aliyun(wire, clock), Provider.TENCENT: Tencent(wire, clock)}


def morning_of(quiet_hours: str) -> time:
    """When a new day's messages may ring; midnight where no hours are kept quiet."""
    return time.fromisoformat(quiet_hours.partition("-")[2]) if quiet_hours else time()
