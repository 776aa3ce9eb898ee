"""The step-by-step check of an account, in the order in which things go wrong; nothing is sent."""

import re
from datetime import timedelta
from typing import Any

from channels.accounts.book import Account
from channels.context import ChannelContext
from channels.errors import AccountClosedError, DeliveryError
from channels.platform import Checked
from channels.sms.adapter import gateways
from channels.sms.gateway import Approval, Gateway, Review
from channels.sms.outcomes import ProviderError
from channels.sms.reports import last_told, sent_before
from channels.sms.settings import SmsSettings, secret_of, settings_of
from channels.sms.templates import Template, variables_of
from kit.i18n import translate

_KEY = "channels.sms.check."
#: A network has told of a message after so long.
_REPORTED_AFTER = timedelta(minutes=30)
#: The key was good, and what is wrong is the signature people see.
_ABOUT_SIGN = re.compile(r"isv\..*SIGN|SignatureIncorrectOrUnapproved|SignIdSet|MissingSignature")


async def check(context: ChannelContext, account: Account) -> list[Checked]:
    """Key, signature, every template, callback."""
    try:
        settings = settings_of(account)
        secret_of(account)
    except AccountClosedError as unfit:
        return [Checked(step="key", ok=False, text=f"{_KEY}key.unfit", said=unfit.text)]
    asking = _Asking(context, account, settings, gateways(context)[settings.provider])
    steps = [await asking.sign()]
    if steps[0].step == "sign":
        steps.insert(0, Checked(step="key", ok=True, text=f"{_KEY}key.ok"))
        steps += [await asking.template(template) for template in settings.templates]
        if not settings.templates:
            steps.append(Checked(step="template", ok=False, text=f"{_KEY}template.none"))
    return [*steps, await _callback(context, account)]


class _Asking:
    """One account's questions to its provider."""

    def __init__(self, context: ChannelContext, account: Account, settings: SmsSettings, gateway: Gateway) -> None:
        self._context = context
        self._account = account
        self._settings = settings
        self._gateway = gateway

    async def sign(self) -> Checked:
        """How the signature stands; a key that opens nothing is told as the key's step."""
        try:
            review = await self._gateway.review_sign(self._account)
        except (ProviderError, DeliveryError) as error:
            return self._failed("sign", "sign.bad", error)
        ok = review.approval in {Approval.APPROVED, Approval.UNKNOWN}
        return _step("sign", f"sign.{review.approval}", ok=ok, said=review.said, sign=self._settings.sign_name)

    async def template(self, template: Template) -> Checked:
        """A template is approved, and has the variables it was entered with."""
        values = {"code": template.code, "kind": self._kind(template)}
        try:
            review = await self._gateway.review_template(self._account, template)
        except (ProviderError, DeliveryError) as error:
            return self._failed("template", "template.bad", error, **values)
        if review.approval is not Approval.APPROVED:
            return _step("template", f"template.{review.approval}", ok=False, said=review.said, **values)
        return self._compared(template, review, values)

    def _compared(self, template: Template, review: Review, values: dict[str, Any]) -> Checked:
        provider = self._settings.provider
        if not review.text or review.text.strip() == template.text:
            return _step("template", "template.approved", ok=True, **values)
        if set(variables_of(review.text, provider)) != set(variables_of(template.text, provider)):
            return _step("template", "template.variables", ok=False, said=review.text, **values)
        return _step("template", "template.words", ok=True, said=review.text, **values)

    def _kind(self, template: Template) -> str:
        return translate(f"channels.sms.kind.{template.kind}", self._context.ground.settings.default_locale)

    def _failed(self, step: str, text: str, error: ProviderError | DeliveryError, **values: Any) -> Checked:
        said = f"{error.code}: {error.text}"
        if step == "sign" and not _ABOUT_SIGN.search(error.code):
            return _step("key", "key.bad", ok=False, said=said)
        return _step(step, text, ok=False, said=said, **(values or {"sign": self._settings.sign_name}))


async def _callback(context: ChannelContext, account: Account) -> Checked:
    """Nothing was reported yet: no wonder before anything was sent."""
    now = context.ground.clock.now()
    async with context.ground.db.reading() as session:
        if await last_told(session, account.name) is not None:
            return _step("callback", "callback.ok", ok=True)
        missing = await sent_before(session, account.name, now - _REPORTED_AFTER)
    return _step("callback", "callback.silent" if missing else "callback.waiting", ok=not missing)


def _step(step: str, text: str, *, ok: bool, said: str = "", **values: Any) -> Checked:
    return Checked(step=step, ok=ok, text=_KEY + text, said=said, values=values)
