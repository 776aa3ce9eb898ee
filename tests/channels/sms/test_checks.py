"""What an administrator may enter, and what the check says of it."""

from typing import Any

import pytest
from pydantic import ValidationError

from channels.console.forms import SETTINGS, fields_of, read_form
from channels.platform import Checked
from channels.simulator.faults import Refuse, Unreachable
from channels.simulator.sms.account import ApprovedText, State
from channels.sms.checks import check
from channels.sms.settings import SmsSecrets, SmsSettings, name_of
from kit.clock import FrozenClock
from kit.ground import Ground
from kit.i18n import LOCALES, catalogue
from tests.channels.sms.provider import ALIYUN, TENCENT, OurSign, open_sign


class TestForms:
    def test_an_account_is_named_by_provider_and_signature(self) -> None:
        assert name_of(ALIYUN, {}) == "aliyun-应票"
        assert name_of({}, {}) == ""

    def test_brackets_around_a_signature_are_not_part_of_it(self) -> None:
        assert SmsSettings(**{**ALIYUN, "sign_name": "【应票】"}).sign_name == "应票"

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("provider", "other"),
            ("sign_name", "应"),
            ("sign_name", "应:票"),
            ("access_key_id", "short"),
            ("access_key_id", "with blanks in it"),
            ("price_cents", -1),
            ("callers", "300.0.0.1"),
            ("api_url", "dysmsapi.aliyuncs.com"),
            ("templates", [{"kind": "answer"}]),
            ("templates", [{"kind": "answer", "code": "1", "text": "${name}"}]),
            ("templates", [{"kind": "news", "code": "1", "text": "a"}]),
        ],
    )
    def test_what_is_wrong_is_refused(self, field: str, value: Any) -> None:
        with pytest.raises(ValidationError) as wrong:
            SmsSettings(**{**ALIYUN, field: value})
        assert wrong.value.errors()[0]["loc"][0] == field

    def test_tencent_needs_its_app(self) -> None:
        with pytest.raises(ValidationError):
            SmsSettings(**{**TENCENT, "sdk_app_id": ""})
        assert SmsSettings(**{**ALIYUN, "sdk_app_id": ""}).sdk_app_id == ""

    def test_each_provider_has_its_own_defaults(self) -> None:
        aliyun, tencent = SmsSettings(**ALIYUN), SmsSettings(**TENCENT)
        assert (aliyun.host, aliyun.region_name, aliyun.most_a_day) == ("dysmsapi.aliyuncs.com", "cn-hangzhou", 50)
        assert (tencent.host, tencent.region_name, tencent.most_a_day) == (
            "sms.tencentcloudapi.com",
            "ap-guangzhou",
            10,
        )

    @pytest.mark.parametrize(
        ("caller", "callers", "heard"),
        [
            ("10.1.2.3", "10.1.0.0/16", True),
            ("10.2.2.3", "10.1.0.0/16, 10.2.2.4", False),
            ("2001:db8::1", "2001:db8::/32", True),
            ("nobody", "10.0.0.1", False),
            ("", "10.0.0.1", False),
            ("", "", True),
        ],
    )
    def test_only_who_is_listed_may_call(self, caller: str, callers: str, *, heard: bool) -> None:
        assert SmsSettings(**{**ALIYUN, "callers": callers}).may_call(caller) is heard

    def test_a_secret_is_long(self) -> None:
        with pytest.raises(ValidationError):
            SmsSecrets(access_key_secret="short")

    def test_the_page_says_what_is_wrong_with_a_template(self) -> None:
        fields = fields_of(SmsSettings, SETTINGS, "sms")
        typed = {
            "settings.provider": "aliyun",
            "settings.sign_name": "应票",
            "settings.access_key_id": ALIYUN["access_key_id"],
            "settings.templates": '[{"kind": "answer", "code": "SMS_1", "text": "您好${name}"}]',
        }
        problem = read_form(SmsSettings, fields, typed, {}).problems["settings.templates"]
        assert catalogue().translate(problem.key, "zh", **problem.values) == (
            "answer：不知道变量 name 该填什么。请在 variables 里写明是 number、page、token 还是 time。"
        )

    def test_every_field_is_explained_in_every_language(self) -> None:
        for form in (SmsSettings, SmsSecrets):
            for name in form.model_fields:
                assert all(catalogue().translate(f"channels.sms.{name}", locale) for locale in LOCALES)
        shown = catalogue().translate("channels.sms.templates.help", "zh")
        assert '{"code": "number"}' in shown


async def outcome(ours: OurSign) -> list[Checked]:
    """The steps; each has its text in every language."""
    steps = await check(ours.context, ours.account)
    for step in steps:
        for locale in LOCALES:
            assert catalogue().translate(step.text, locale, **step.values)
    return steps


def told(steps: list[Checked]) -> list[tuple[str, bool]]:
    return [(step.text.removeprefix("channels.sms.check."), step.ok) for step in steps]


class TestACheck:
    async def test_finds_everything_in_order_and_sends_nothing(self, aliyun: OurSign) -> None:
        assert told(await outcome(aliyun)) == [
            ("key.ok", True),
            ("sign.approved", True),
            *[("template.approved", True)] * 4,
            ("callback.waiting", True),
        ]
        assert aliyun.asked("SendSms") == 0
        assert aliyun.platform.violations == []

    async def test_tries_tencents_key_where_the_signature_cannot_be_asked_for(self, tencent: OurSign) -> None:
        assert told(await outcome(tencent))[:3] == [
            ("key.ok", True),
            ("sign.unknown", True),
            ("template.approved", True),
        ]
        tencent.customer.secret = "another secret altogether"
        assert told(await outcome(tencent)) == [("key.bad", False), ("callback.waiting", True)]

    async def test_asks_tencent_for_the_signature_by_its_id(self, ground: Ground, clock: FrozenClock) -> None:
        async with open_sign(ground, clock, "tencent", sign_id="55") as ours:
            assert ("sign.approved", True) in told(await outcome(ours))
            ours.customer.signs["应票"] = State.PENDING
            assert ("sign.pending", False) in told(await outcome(ours))

    async def test_stops_at_a_key_that_opens_nothing(self, aliyun: OurSign) -> None:
        faults: list[Any] = [
            Unreachable(),
            Refuse(code=0, text="SignatureDoesNotMatch wrong", status=400),
            Refuse(code=0, text="InvalidAccessKeyId.NotFound gone", status=404),
            Refuse(code=0, text="isp.RAM_PERMISSION_DENY no", status=403),
        ]
        for fault in faults:
            aliyun.platform.faults.add("GetSmsSign", fault)
            steps = await outcome(aliyun)
            assert told(steps) == [("key.bad", False), ("callback.waiting", True)]
            assert steps[0].said

    async def test_tells_what_the_review_says_of_the_signature(self, aliyun: OurSign) -> None:
        aliyun.customer.signs["应票"] = State.REJECTED
        step = (await outcome(aliyun))[1]
        assert (step.text, step.said) == ("channels.sms.check.sign.rejected", "签名用途不明")
        del aliyun.customer.signs["应票"]
        assert told(await outcome(aliyun))[:2] == [("key.ok", True), ("sign.bad", False)]

    async def test_tells_of_each_template(self, ours: OurSign) -> None:
        code = ours.account.settings["templates"][0]["code"]
        cases = [
            (ApprovedText(text="", state=State.PENDING), "template.pending"),
            (ApprovedText(text="", state=State.REJECTED), "template.rejected"),
            (ApprovedText(text="请看{1}和${other}"), "template.variables"),
        ]
        for approved, what in cases:
            ours.customer.templates[code] = approved
            assert told(await outcome(ours))[2] == (what, False)
        del ours.customer.templates[code]
        missing = {"aliyun": "template.bad", "tencent": "template.rejected"}
        assert told(await outcome(ours))[2] == (missing[ours.customer.maker], False)

    async def test_only_mentions_other_words_with_the_same_variables(self, aliyun: OurSign) -> None:
        aliyun.customer.templates["SMS_1003"] = ApprovedText(text="工单${number}有消息。")
        assert told(await outcome(aliyun))[4] == ("template.words", True)

    async def test_misses_templates(self, ground: Ground, clock: FrozenClock) -> None:
        async with open_sign(ground, clock, "aliyun", templates=[]) as ours:
            assert ("template.none", False) in told(await outcome(ours))

    async def test_misses_reports_after_a_while(self, aliyun: OurSign) -> None:
        await aliyun.send()
        assert told(await outcome(aliyun))[-1] == ("callback.waiting", True)
        aliyun.clock.advance(minutes=31)
        assert told(await outcome(aliyun))[-1] == ("callback.silent", False)
        await aliyun.platform.report()
        assert told(await outcome(aliyun))[-1] == ("callback.ok", True)

    async def test_of_an_account_that_is_not_filled_in_asks_nobody(self, aliyun: OurSign) -> None:
        aliyun.account.settings.pop("sign_name")
        assert told(await outcome(aliyun)) == [("key.unfit", False)]
        assert aliyun.platform.calls == []
