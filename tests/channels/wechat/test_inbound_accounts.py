"""What an administrator enters, what the check of an account finds, and what is forgotten."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from pydantic import ValidationError
from sqlmodel import select

from channels.context import ChannelContext
from channels.platform import Checked
from channels.simulator.network import SimulatedNetwork
from channels.simulator.wechat.account import OfficialAccount
from channels.simulator.wechat.server import make_app as platform_app
from channels.simulator.wechat.state import WeChatPlatform
from channels.wechat.checks import check
from channels.wechat.forgetting import forget_slots
from channels.wechat.models import PassiveReply
from channels.wechat.platform import PLATFORM
from channels.wechat.settings import WeChatSecrets, WeChatSettings
from channels.wechat.windows import DEFAULTS, Rule, read_rules
from kit.clock import FrozenClock
from kit.ground import Ground
from kit.i18n import LOCALES, catalogue, translate
from tests.channels.wechat.hook import APP, KEY, TOKEN, Hook

SETTINGS: dict[str, Any] = {"app_id": APP}
SECRETS: dict[str, Any] = {"app_secret": "s", "token": TOKEN, "aes_key": KEY}


class TestForm:
    def test_the_defaults_are_the_safe_ones(self) -> None:
        entered = WeChatSettings(**SETTINGS)
        assert (entered.mode, entered.verified, entered.api_url) == ("safe", True, "https://api.weixin.qq.com")

    @pytest.mark.parametrize(
        "wrong",
        [
            {"app_id": ""},
            {"app_id": "gh_0123456789ab"},
            {"mode": "none"},
            {"passive_wait_s": 5},
            {"timestamp_tolerance_s": 3},
            {"windows": "message=5"},
            {"windows": "letters=5/48h"},
            {"template_id": "an id without fields"},
            {"subscription_id": "x"},
            {"api_url": "api.weixin.qq.com"},
            {"unknown": 1},
        ],
        ids=str,
    )
    def test_settings_that_cannot_work_are_refused(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            WeChatSettings(**{**SETTINGS, **wrong})

    @pytest.mark.parametrize(
        "wrong",
        [
            {"app_secret": ""},
            {"token": "ab"},
            {"token": "with space"},
            {"aes_key": KEY[:-1]},
            {"aes_key": "", "old_aes_key": KEY},
            {"old_aes_key": "short"},
        ],
        ids=str,
    )
    def test_secrets_that_cannot_work_are_refused(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            WeChatSecrets(**{**SECRETS, **wrong})

    @pytest.mark.parametrize("form", [WeChatSettings, WeChatSecrets])
    @pytest.mark.parametrize("wrong", ["", "x", "!!", "9" * 99])
    def test_every_refusal_of_ours_has_its_words(self, form: type[WeChatSettings], wrong: str) -> None:
        try:
            form(**dict.fromkeys(form.model_fields, wrong))
        except ValidationError as refused:
            ours = [error["type"] for error in refused.errors() if error["type"].startswith("channels.")]
            assert set(ours) <= set(catalogue().texts)

    @pytest.mark.parametrize("form", [WeChatSettings, WeChatSecrets])
    def test_every_field_has_a_label_and_a_help(self, form: type[WeChatSettings]) -> None:
        for name in form.model_fields:
            for locale in LOCALES:
                assert translate(f"channels.wechat.{name}", locale)
                assert translate(f"channels.wechat.{name}.help", locale)


class TestRules:
    def test_what_is_entered_changes_only_what_it_names(self) -> None:
        assert read_rules("scan=4/2m") == {**DEFAULTS, "scan": Rule(4, timedelta(minutes=2))}
        assert read_rules("  ") == DEFAULTS

    @pytest.mark.parametrize(
        "entered", ["message", "message=/48h", "message=-1/48h", "message=5/48", "=5/48h", "消息=5/48h"]
    )
    def test_what_is_no_rule_is_refused(self, entered: str) -> None:
        with pytest.raises(ValueError, match="not a rule"):
            read_rules(entered)


class TestSeveralAccounts:
    async def test_each_has_its_own_token_key_mode_and_people(self, ground: Ground, clock: FrozenClock) -> None:
        async with (
            Hook(ground, clock, name="gh_one", mode="plain") as one,
            Hook(ground, clock, name="gh_two", mode="safe") as two,
        ):
            one.waiting.during.append(one.answering("一号"))
            assert await one.say() == "一号"
            two.waiting.during.append(two.answering("二号"))
            assert await two.say() == "二号"
            # A push for one account at the other's address is nobody's message.
            assert (await one.push(two.fields())).text == "success"
            assert [message.account for message in await one.inbound()] == ["gh_one", "gh_two"]
            assert [push.reason for push in await one.unparsed()] == ["for another account: gh_two"]


class TestCheck:
    async def checked(
        self,
        hook: Hook,
        *,
        platform: dict[str, Any] | None = None,
        reachable: bool = True,
        base_url: str = "http://desk.test",
    ) -> list[Checked]:
        """The check against a simulated platform that knows the account, but for what ``platform`` changes."""
        known = {"gh_id": hook.name, "app_id": APP, "secret": "secret", "token": TOKEN, "aes_key": KEY}
        simulated = WeChatPlatform(hook.clock, httpx.AsyncClient())
        simulated.add_account(OfficialAccount(**{**known, **(platform or {})}))
        hosts = {"api.weixin.qq.com": platform_app(simulated), **({"desk.test": hook.app} if reachable else {})}
        hook.ground.settings.base_url = base_url
        context = ChannelContext.of(hook.ground, transport=SimulatedNetwork(hosts))
        account = await context.accounts.named("wechat", hook.name)
        return await check(context, account)

    def steps(self, found: list[Checked]) -> list[tuple[str, bool]]:
        for step in found:
            for locale in LOCALES:
                assert translate(step.text, locale, **step.values)
        return [(step.step, step.ok) for step in found]

    async def test_everything_in_order(self, ground: Ground, clock: FrozenClock) -> None:
        async with Hook(ground, clock, mode="safe") as hook:
            found = self.steps(await self.checked(hook))
        assert found == [("keys", True), ("address", True), ("secret", True), ("permission", True)]

    async def test_plain_mode_works_and_is_said_to_be_open(self, ground: Ground, clock: FrozenClock) -> None:
        async with Hook(ground, clock, secrets={"aes_key": ""}) as hook:
            assert self.steps(await self.checked(hook))[0] == ("mode", True)

    async def test_a_missing_key_is_found(self, ground: Ground, clock: FrozenClock) -> None:
        async with Hook(ground, clock, mode="safe", secrets={"aes_key": ""}) as hook:
            assert self.steps(await self.checked(hook))[0] == ("keys", False)

    @pytest.mark.parametrize(
        "base_url", ["http://desk.test:8080", "ftp://desk.test", "https://desk.test:80", "http://"]
    )
    async def test_an_address_the_platform_does_not_call_is_found(
        self, ground: Ground, clock: FrozenClock, base_url: str
    ) -> None:
        async with Hook(ground, clock) as hook:
            found = await self.checked(hook, base_url=base_url)
        assert self.steps(found)[1] == ("address", False)

    async def test_an_address_that_cannot_be_reached_is_found(self, ground: Ground, clock: FrozenClock) -> None:
        async with Hook(ground, clock) as hook:
            found = await self.checked(hook, reachable=False)
        assert self.steps(found)[1] == ("echo", False)
        assert "desk.test" in found[1].said

    async def test_a_wrong_secret_is_told_in_the_platforms_words(self, ground: Ground, clock: FrozenClock) -> None:
        async with Hook(ground, clock) as hook:
            found = await self.checked(hook, platform={"secret": "another"})
        assert self.steps(found)[-1] == ("secret", False)
        assert found[-1].said.startswith("40125")

    async def test_what_was_put_right_is_seen_at_once(self, ground: Ground, clock: FrozenClock) -> None:
        async with Hook(ground, clock) as hook:
            found = await self.checked(hook, platform={"whitelist": {"203.0.113.7"}})
            assert self.steps(found)[-1] == ("whitelist", False)
            assert self.steps(await self.checked(hook))[-1] == ("permission", True)

    async def test_the_address_missing_on_the_white_list_is_named(self, ground: Ground, clock: FrozenClock) -> None:
        async with Hook(ground, clock) as hook:
            found = await self.checked(hook, platform={"whitelist": {"203.0.113.7"}})
        assert self.steps(found)[-1] == ("whitelist", False)
        assert found[-1].said.startswith("40164 invalid ip")

    async def test_an_account_without_the_service_interface_is_found(self, ground: Ground, clock: FrozenClock) -> None:
        async with Hook(ground, clock) as hook:
            found = await self.checked(hook, platform={"verified": False})
        assert self.steps(found)[-1] == ("permission", False)

    async def test_one_entered_as_such_is_all_right(self, ground: Ground, clock: FrozenClock) -> None:
        async with Hook(ground, clock, settings={"verified": False}) as hook:
            found = await self.checked(hook, platform={"verified": False})
        assert self.steps(found)[-1] == ("passive", True)


class TestForgetting:
    async def test_slots_older_than_a_day_go(self, ground: Ground, clock: FrozenClock) -> None:
        async with Hook(ground, clock) as hook:
            await hook.say()
            clock.advance(hours=25)
            await hook.say()
            stopping = asyncio.Event()
            forgetting = asyncio.create_task(forget_slots(hook.context, stopping))
            await asyncio.sleep(0)
            stopping.set()
            ground.db.bus.publish("stopping")
            await forgetting
            async with ground.db.reading() as session:
                left = (await session.exec(select(PassiveReply))).all()
            assert [row.platform_id for row in left] == ["m:1002"]


async def test_until_when_the_token_is_good_is_known(ground: Ground, clock: FrozenClock) -> None:
    async with Hook(ground, clock) as hook:
        await TestCheck().checked(hook)
        assert PLATFORM.token_expiries is not None
        async with ground.db.reading() as session:
            known = await PLATFORM.token_expiries(session, [hook.name, "gh_unknown"])
    assert known == {hook.name: clock.now() + timedelta(seconds=7200)}


def test_the_platform_is_complete() -> None:
    assert PLATFORM.callback.format(hook="x") == "/hooks/wechat/x"
    assert PLATFORM.check is check
    assert (PLATFORM.settings_form, PLATFORM.secrets_form) == (WeChatSettings, WeChatSecrets)
