"""From a queued message to the telephone, at both providers; and everything a provider may say instead."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from channels.models import DeliveryState
from channels.pace import pace_table
from channels.simulator.faults import Garbage, Refuse, Stall, Unreachable
from channels.simulator.sms.account import ApprovedText, State
from channels.sms.limits import used_today
from kit.clock import FrozenClock
from kit.ground import Ground
from tests.channels.sms.provider import LI, VALUES, OurSign, open_sign


async def used(ours: OurSign, to: str = LI) -> int:
    async with ours.ground.db.reading() as session:
        return await used_today(session, ours.clock.now(), ours.account.name, to)


async def closed(ours: OurSign) -> Any:
    async with ours.ground.db.reading() as session:
        return (await session.execute(select(pace_table))).first()


class TestAMessage:
    async def test_is_the_approved_text_and_nothing_else(self, ours: OurSign) -> None:
        delivery = await ours.send()
        assert delivery.state == DeliveryState.SENT
        (arrived,) = (await ours.li()).texts
        assert arrived.startswith("【应票】您的工单260001有新回复")
        assert "一大段" not in arrived
        assert ours.platform.violations == []

    async def test_is_one_message_however_long_the_words_are(self, aliyun: OurSign) -> None:
        await aliyun.send()
        assert aliyun.asked("SendSms") == 1

    async def test_is_named_by_the_provider(self, ours: OurSign) -> None:
        delivery = await ours.send()
        assert delivery.provider_id == ours.platform.waiting[0].name

    async def test_takes_the_plainest_text_where_its_own_is_not_approved(self, aliyun: OurSign) -> None:
        await aliyun.send("closed")
        assert (await aliyun.li()).texts == ["【应票】您的工单260001有新消息。"]

    async def test_about_nothing_has_nothing_to_fill_in(self, aliyun: OurSign) -> None:
        delivery = await aliyun.send(None)
        assert (delivery.state, delivery.error_code) == (DeliveryState.FAILED, "template_unfit")
        assert aliyun.asked("SendSms") == 0

    async def test_in_another_language_is_sent_where_it_is_approved(self, aliyun: OurSign) -> None:
        await aliyun.send(locale="en")
        assert (await aliyun.li()).texts == ["【应票】Ticket 260001 was answered."]

    async def test_falls_back_to_the_plain_one_when_a_value_is_missing(self, aliyun: OurSign) -> None:
        await aliyun.send("promised", values={"number": "260001"})
        assert (await aliyun.li()).texts == ["【应票】您的工单260001有新消息。"]

    async def test_has_tencents_values_in_the_order_of_their_numbers(self, tencent: OurSign) -> None:
        await tencent.send(values={"number": "zz9", "page": "https://desk.test/t/abc"})
        assert (await tencent.li()).texts == ["【应票】您的工单zz9有新回复，查询码abc。"]

    async def test_goes_abroad_without_a_plus(self, aliyun: OurSign) -> None:
        delivery = await aliyun.send(to="+85261234567")
        assert delivery.state == DeliveryState.SENT
        assert "PhoneNumbers=85261234567&" in aliyun.platform.calls[-1].body
        assert aliyun.platform.violations == []


class TestWhatIsNotSent:
    async def test_without_any_template_the_next_channel_is_left(self, ground: Ground, clock: FrozenClock) -> None:
        async with open_sign(ground, clock, "aliyun", templates=[]) as ours:
            delivery = await ours.send()
            assert (delivery.state, delivery.error_code) == (DeliveryState.FAILED, "no_template")
            assert delivery.error_text == "没有审核通过的短信模板可用（客服回复）"
            assert await used(ours) == 0

    async def test_a_number_that_is_no_mobile_one_is_not_tried_again(self, aliyun: OurSign) -> None:
        for to in ("+862085551234", "13800138000", "+86138", "li"):
            first, second = await aliyun.send(to=to), await aliyun.send(to=to)
            assert [first.error_code, second.error_code] == ["no_mobile", "no_mobile"]
        assert aliyun.asked("SendSms") == 0

    async def test_too_long_a_value_is_refused_before_the_provider_does(self, aliyun: OurSign) -> None:
        page = f"https://desk.test/{'x' * 40}"
        await aliyun.send(values={**VALUES, "page": page})
        # Of all candidates the plain one, without the address, fits.
        assert (await aliyun.li()).texts == ["【应票】您的工单260001有新消息。"]
        delivery = await aliyun.send(values={"number": "9" * 36})
        assert (delivery.state, delivery.error_code) == (DeliveryState.FAILED, "template_unfit")
        assert delivery.error_text == "填进 number 的内容超过 35 字"
        assert aliyun.platform.violations == []

    async def test_more_than_500_characters_are_refused(self, ground: Ground, clock: FrozenClock) -> None:
        long = [{"kind": "answer", "code": "SMS_9", "text": "字" * 490 + "${number}"}]
        async with open_sign(ground, clock, "aliyun", templates=long) as ours:
            assert (await ours.send(values={"number": "123456"})).state == DeliveryState.SENT
            delivery = await ours.send(values={"number": "1234567"})
            assert (delivery.state, delivery.error_code) == (DeliveryState.FAILED, "too_long")


class TestTheDailyLimit:
    async def test_is_kept_before_the_provider_is_asked(self, ground: Ground, clock: FrozenClock) -> None:
        async with open_sign(ground, clock, "aliyun", daily_limit=2) as ours:
            states = [(await ours.send()).error_code for _ in range(3)]
            assert states == [None, None, "daily_limit"]
            assert ours.asked("SendSms") == 2

    async def test_counts_each_number_by_itself(self, ground: Ground, clock: FrozenClock) -> None:
        async with open_sign(ground, clock, "aliyun", daily_limit=1) as ours:
            assert (await ours.send()).error_code is None
            assert (await ours.send(to="+8613900139000")).error_code is None
            assert (await ours.send()).error_code == "daily_limit"

    async def test_begins_anew_at_midnight_in_china(self, ground: Ground, clock: FrozenClock) -> None:
        async with open_sign(ground, clock, "aliyun", daily_limit=1) as ours:
            await ours.send()
            ours.clock.advance(hours=13, minutes=59)
            assert (await ours.send()).error_code == "daily_limit"
            ours.clock.advance(minutes=1)
            assert (await ours.send()).state == DeliveryState.SENT

    async def test_is_the_providers_own_unless_told_otherwise(self, tencent: OurSign) -> None:
        for _ in range(10):
            assert (await tencent.send()).state == DeliveryState.SENT
            tencent.clock.advance(seconds=31)
        assert (await tencent.send()).error_code == "daily_limit"
        assert tencent.platform.violations == []

    async def test_does_not_count_what_was_not_sent(self, aliyun: OurSign) -> None:
        aliyun.platform.faults.add("SendSms", Unreachable())
        await aliyun.send()
        assert await used(aliyun) == 0
        aliyun.platform.faults.add("SendSms", Stall())
        await aliyun.send(to="+8613900139000")
        assert await used(aliyun, "+8613900139000") == 1

    async def test_two_at_once_do_not_get_one_too_many(self, ground: Ground, clock: FrozenClock) -> None:
        async with open_sign(ground, clock, "aliyun", daily_limit=3) as ours:
            for _ in range(8):
                await ours.put()
            await asyncio.gather(ours.sending.run_once(), ours.sending.run_once())
            await ours.work()
            assert len((await ours.li()).texts) == 3


class TestTheNetwork:
    async def test_what_never_left_is_tried_again(self, ours: OurSign) -> None:
        ours.platform.faults.add("SendSms", Unreachable())
        delivery = await ours.send()
        assert (delivery.state, delivery.error_code) == (DeliveryState.QUEUED, "unreachable")
        await ours.later(seconds=300)
        assert len((await ours.li()).texts) == 1

    async def test_what_was_not_answered_is_never_sent_again(self, ours: OurSign) -> None:
        faults: list[Any] = [Stall(), Stall(carried_out=False), Garbage(), Garbage(status=502)]
        for fault in faults:
            ours.platform.faults.add("SendSms", fault)
            assert (await ours.send()).state == DeliveryState.UNKNOWN
            ours.clock.advance(minutes=1)
        await ours.later(hours=1)
        assert ours.asked("SendSms") == len(faults)


class TestRefusals:
    @pytest.mark.parametrize(
        ("words", "code"),
        [
            ("isv.SMS_TEMPLATE_ILLEGAL 模板不合法", "isv.SMS_TEMPLATE_ILLEGAL"),
            ("isv.SOMETHING_NEW 没见过", "isv.SOMETHING_NEW"),
        ],
    )
    async def test_of_this_message_end_it(self, aliyun: OurSign, words: str, code: str) -> None:
        aliyun.platform.faults.add("SendSms", Refuse(code=0, text=words))
        delivery = await aliyun.send()
        assert (delivery.state, delivery.error_code) == (DeliveryState.FAILED, code)
        assert (await aliyun.send()).state == DeliveryState.SENT
        assert await used(aliyun) == 1

    async def test_of_this_person_end_all_further_ones(self, tencent: OurSign) -> None:
        (await tencent.li()).listed = True
        first = await tencent.send()
        assert first.error_code == "FailedOperation.PhoneNumberInBlacklist"
        assert (await tencent.send()).error_code == "FailedOperation.PhoneNumberInBlacklist"
        assert tencent.asked("SendSms") == 1

    async def test_of_the_key_close_the_account_until_it_is_put_right(self, ours: OurSign) -> None:
        ours.customer.secret = "another secret altogether"
        delivery = await ours.send()
        assert delivery.state == DeliveryState.QUEUED
        shut = await closed(ours)
        assert shut.broken
        assert shut.closed_code in {"SignatureDoesNotMatch", "AuthFailure.SignatureFailure"}

    async def test_for_want_of_money_close_the_account(self, ours: OurSign) -> None:
        ours.customer.money = 0
        assert (await ours.send()).state == DeliveryState.QUEUED
        assert (await closed(ours)).broken
        ours.customer.money = 100
        await ours.later(seconds=601)
        assert len((await ours.li()).texts) == 1

    async def test_of_a_signature_that_is_not_approved_close_the_account(self, ours: OurSign) -> None:
        ours.customer.signs["应票"] = State.REJECTED
        assert (await ours.send()).state == DeliveryState.QUEUED
        assert (await closed(ours)).broken

    async def test_of_a_template_that_is_not_approved_end_the_message_alone(self, ours: OurSign) -> None:
        code = ours.account.settings["templates"][0]["code"]
        ours.customer.templates[code] = ApprovedText(text="…", state=State.REJECTED)
        assert (await ours.send()).state == DeliveryState.FAILED
        assert (await ours.send("answer")).state == DeliveryState.SENT

    async def test_for_a_minute_wait_for_the_next_one(self, aliyun: OurSign) -> None:
        aliyun.clock.advance(seconds=20)
        words = "isv.BUSINESS_LIMIT_CONTROL 触发分钟级流控Permits:1"
        aliyun.platform.faults.add("SendSms", Refuse(code=0, text=words))
        assert (await aliyun.send()).state == DeliveryState.QUEUED
        await aliyun.later(seconds=39)
        assert (await aliyun.li()).texts == []
        await aliyun.later(seconds=4)
        assert len((await aliyun.li()).texts) == 1

    async def test_for_the_same_words_wait_half_a_minute(self, tencent: OurSign) -> None:
        await tencent.send()
        second = await tencent.send()
        assert second.error_code == "LimitExceeded.PhoneNumberThirtySecondLimit"
        await tencent.later(seconds=31)
        assert len((await tencent.li()).texts) == 2

    async def test_for_a_day_wait_for_the_morning(self, aliyun: OurSign) -> None:
        aliyun.platform.most_a_day = dict.fromkeys(aliyun.platform.most_a_day, 0)
        await aliyun.send()
        aliyun.platform.most_a_day = dict.fromkeys(aliyun.platform.most_a_day, 50)
        # It is ten in the morning: midnight is in 14 hours, the end of the quiet in 22.
        await aliyun.later(hours=21, minutes=59)
        assert (await aliyun.li()).texts == []
        await aliyun.later(minutes=2)
        assert len((await aliyun.li()).texts) == 1
