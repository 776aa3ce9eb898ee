"""What becomes of a message: the text of a template, its length and its price. Pure."""

from dataclasses import dataclass
from decimal import Decimal

from channels.errors import DeliveryRefusedError
from channels.port import Notice, Outbound
from channels.sms import pricing
from channels.sms.settings import SmsSettings
from channels.sms.templates import KINDS, PLAINEST, Filled, UnfitError, best
from kit.i18n import Locale, translate

_NOTHING = Notice(kind=PLAINEST)


@dataclass(frozen=True, kw_only=True)
class Composed:
    """One message as it would be sent; ``text`` is all of it, the signature too."""

    filled: Filled
    text: str
    segments: int
    cents: Decimal


def compose(settings: SmsSettings, message: Outbound, *, said_in: Locale) -> Composed:
    """The message by its notice; raises DeliveryRefusedError, in words for staff, where no template will do."""
    notice = message.notice or _NOTHING
    longest = settings.variable_max
    try:
        filled = best(settings.templates, notice, message.locale, provider=settings.provider, longest=longest)
    except UnfitError as unfit:
        reason = translate(unfit.reason, said_in, variable=unfit.variable, most=longest)
        raise DeliveryRefusedError("template_unfit", reason) from unfit
    if filled is None:
        raise DeliveryRefusedError(
            "no_template", translate("channels.sms.no_template", said_in, kind=_kind(notice, said_in))
        )
    text = pricing.signed(settings.sign_name, filled.text)
    if pricing.length(text) > pricing.LONGEST:
        raise DeliveryRefusedError("too_long", translate("channels.sms.too_long", said_in, most=pricing.LONGEST))
    cents = pricing.cost_cents(text, settings.price_cents)
    return Composed(filled=filled, text=text, segments=pricing.segments(text), cents=cents)


def _kind(notice: Notice, locale: Locale) -> str:
    return translate(f"channels.sms.kind.{notice.kind}", locale) if notice.kind in KINDS else notice.kind
