"""Setting a telephone system up: what an administrator may enter, and what the check says."""

import pytest
from pydantic import ValidationError

from channels.errors import DeliveryRefusedError
from channels.phone.adapter import Phone
from channels.phone.checks import check
from channels.phone.lines import logins_of
from channels.phone.settings import PhoneSecrets, PhoneSettings
from channels.platform import Checked
from channels.port import Outbound
from kit.access.identity import Role
from kit.i18n import LOCALES, catalogue, translate
from tests.channels.phone.exchange import SECRET, Exchange
from tests.support.web import add_staff


class TestForms:
    def test_a_secret_nobody_entered_is_made(self) -> None:
        first, second = (PhoneSecrets().secret for _ in range(2))
        assert len(first) >= 32
        assert first != second

    def test_a_short_one_is_refused(self) -> None:
        with pytest.raises(ValidationError):
            PhoneSecrets(secret="short")

    @pytest.mark.parametrize(
        "typed", ["801=wang,802=li", " 801=wang  802=li ", "801=wang；802=li、", "801=wang\n802=li"]
    )
    def test_extensions_are_read_as_people_write_them(self, typed: str) -> None:
        entered = PhoneSettings(extensions=typed).model_dump()
        assert logins_of(entered) == {"801": "wang", "802": "li"}

    @pytest.mark.parametrize("typed", ["801", "801:wang", "=wang", "801=", "801=wang=li"])
    def test_what_is_no_list_is_refused(self, typed: str) -> None:
        with pytest.raises(ValidationError):
            PhoneSettings(extensions=typed)

    def test_every_field_has_its_texts(self) -> None:
        known = catalogue().texts
        for field in (*PhoneSettings.model_fields, *PhoneSecrets.model_fields):
            assert {f"channels.phone.{field}", f"channels.phone.{field}.help", f"channels.phone.{field}.bad"} <= set(
                known
            )


class TestCheck:
    async def _steps(self, exchange: Exchange) -> dict[str, Checked]:
        account = await exchange.context.accounts.named("phone", "main")
        return {step.step: step for step in await check(exchange.context, account)}

    async def test_it_says_what_to_enter_until_the_first_call(self, exchange: Exchange) -> None:
        steps = await self._steps(exchange)
        assert steps["address"].values["address"].endswith(f"/hooks/phone/{exchange.account.hook}")
        assert (steps["secret"].ok, steps["secret"].values) == (False, {"secret": SECRET})
        await exchange.tells("ring")
        steps = await self._steps(exchange)
        assert "secret" not in steps
        assert steps["calls"].ok

    async def test_it_names_who_cannot_sign_in(self, exchange: Exchange) -> None:
        await add_staff(exchange.ground, login="wang", role=Role.AGENT)
        extensions = (await self._steps(exchange))["extensions"]
        assert (extensions.ok, extensions.said) == (False, "li")

    async def test_every_step_can_be_said(self, exchange: Exchange) -> None:
        await add_staff(exchange.ground, login="wang", role=Role.AGENT)
        before = await self._steps(exchange)
        await exchange.tells("ring")
        await add_staff(exchange.ground, login="li", role=Role.AGENT)
        for step in [*before.values(), *(await self._steps(exchange)).values()]:
            for locale in LOCALES:
                assert translate(step.text, locale, **step.values)
                assert translate(f"channels.phone.step.{step.step}", locale)


async def test_nothing_can_be_written_to_a_telephone_line() -> None:
    assert Phone.capabilities.mute
    with pytest.raises(DeliveryRefusedError) as refused:
        await Phone().send(key="k", account="hotline", address="+8613800138000", message=Outbound(text="您好"))
    assert refused.value.code == "mute"
