"""What networks tell of messages: matched, told once, early, late, twice, or about nothing of ours."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import select

from channels.accounts.models import ChannelAccount
from channels.models import DeliveryState
from channels.reach import refusal_of
from channels.simulator.faults import Drop, LoseAnswer, Stall, Twice
from channels.sms.background import sweep_once
from channels.sms.pushes import Report, Unread, read_push
from channels.sms.templates import Provider
from kit.clock import FrozenClock
from kit.ground import Ground
from tests.channels.sms.provider import LI, PAYLOADS, OurSign, open_sign, payload

WANG = "+8613900139000"
UNREADABLE = [
    b"",
    b"{",
    b'[1, null, "x", []]',
    b"\xff\xfe",
    b'[{"biz_id": "1"}]',
    b'[{"sid": "1"}]',
    b'{"content": 1}',
    b'[{"biz_id": {"a": 1}, "phone_number": "13800138000"}]',
    b"[" * 100_000,
    b'{"text": "\\ud800", "mobile": "nobody"}',
    b'{"new": "thing"}',
]


async def out_of_reach(ours: OurSign, to: str = LI) -> str | None:
    async with ours.ground.db.reading() as session:
        refusal = await refusal_of(session, f"sms:{ours.account.name}:{to}", for_staff=True)
    return refusal[0] if refusal else None


async def failures(ours: OurSign) -> list[str]:
    return [job.payload["key"] for job in await ours.jobs("delivery.failed")]


NAMES = ["biz_id", "phone_number", "content", "sequence_id", "success", "send_time", "sid", "mobile", "text", "time"]
VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just("13800138000")
ENTRIES = st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=5), VALUES | st.lists(VALUES, max_size=2))


class TestReading:
    @settings(deadline=None)
    @given(st.binary(max_size=200), st.sampled_from(Provider))
    def test_no_bytes_are_too_much_for_us(self, body: bytes, provider: Provider) -> None:
        read_push(body, provider)

    @settings(deadline=None)
    @given(st.lists(ENTRIES, max_size=3), st.sampled_from(Provider))
    def test_every_entry_is_something(self, entries: list[Any], provider: Provider) -> None:
        found = read_push(json.dumps(entries).encode(), provider)
        assert len(found) == len(entries)
        for one in found:
            if not isinstance(one, Unread):
                assert one.address.startswith("+")
                assert "\x00" not in f"{one}"

    @pytest.mark.parametrize("provider", list(Provider))
    def test_captured_reports_are_read(self, provider: Provider) -> None:
        found = read_push((PAYLOADS / f"{provider}_report.json").read_bytes(), provider)
        assert [type(one) for one in found] == [Report, Report]
        reports = [one for one in found if isinstance(one, Report)]
        assert [(one.address, one.arrived) for one in reports] == [(LI, True), (WANG, False)]

    async def test_what_cannot_be_read_is_kept_and_answered(self, ours: OurSign) -> None:
        for place, body in enumerate(UNREADABLE):
            assert (await ours.push(body)).status_code == 200
            assert len({push.received_at for push in await ours.unparsed()}) == place + 1
            ours.clock.advance(seconds=1)
        assert await ours.inbound() == []

    async def test_what_can_be_read_is_taken_all_the_same(self, aliyun: OurSign) -> None:
        await aliyun.push([*payload("aliyun_report.json"), {"new": "thing"}])
        assert len(await aliyun.reports()) == 2
        assert [push.body for push in await aliyun.unparsed()] == [b'{"new": "thing"}']


class TestAnswers:
    async def test_each_provider_gets_its_own(self, ours: OurSign) -> None:
        answer = await ours.push([])
        expected: dict[str, Any] = {
            "aliyun": {"code": 0, "msg": "成功"},
            "tencent": {"result": 0, "errmsg": "OK"},
        }
        assert answer.json() == expected[ours.customer.maker]

    async def test_a_stranger_gets_none(self, aliyun: OurSign) -> None:
        assert (await aliyun.push(payload("aliyun_reply.json"), hook="guessed")).status_code == 403
        assert await aliyun.inbound() == []

    @pytest.mark.parametrize(("callers", "status"), [("203.0.113.0/24", 200), ("10.0.0.1, 10.1.0.0/16", 403)])
    async def test_addresses_may_be_limited(
        self, ground: Ground, clock: FrozenClock, callers: str, status: int
    ) -> None:
        async with open_sign(ground, clock, "aliyun", callers=callers) as ours:
            assert (await ours.push([])).status_code == status

    async def test_an_account_that_has_to_be_put_right_is_told_again_later(self, aliyun: OurSign) -> None:
        async with aliyun.ground.db.transaction() as session:
            account = (await session.exec(select(ChannelAccount))).one()
            account.settings = {**account.settings, "sign_name": ""}
            session.add(account)
        aliyun.context.accounts.forget()
        assert (await aliyun.push(payload("aliyun_reply.json"))).status_code == 503

    async def test_too_much_is_refused(self, aliyun: OurSign) -> None:
        assert (await aliyun.push(b"[" + b" " * (2 * 1024 * 1024) + b"]")).status_code == 413


class TestAMessageThatArrived:
    async def test_stays_sent_and_is_noted(self, ours: OurSign) -> None:
        delivery = await ours.send()
        await ours.platform.report()
        (report,) = await ours.reports()
        assert (report.arrived, report.provider_id, report.address) == (True, delivery.provider_id, LI)
        assert (await ours.delivery(delivery.key)).state == DeliveryState.SENT
        assert await ours.jobs("sms.reported") == []

    async def test_was_sent_after_all_where_nobody_knew(self, ours: OurSign) -> None:
        ours.platform.faults.add("SendSms", Stall())
        delivery = await ours.send()
        assert delivery.state == DeliveryState.UNKNOWN
        await ours.platform.report()
        now = await ours.delivery(delivery.key)
        assert (now.state, now.provider_id) == (DeliveryState.SENT, ours.platform.reported[0].name)
        assert now.error_code is None

    async def test_is_not_mixed_up_with_another_of_which_nobody_knows(self, tencent: OurSign) -> None:
        """Tencent does not give our key back: of two that may be meant, neither is."""
        tencent.platform.faults.add("SendSms", Stall(carried_out=False))
        tencent.platform.faults.add("SendSms", Stall())
        first, second = await tencent.send(), await tencent.send("answer")
        await tencent.platform.report()
        await tencent.later(minutes=5)
        states = {(await tencent.delivery(one.key)).state for one in (first, second)}
        assert states == {DeliveryState.UNKNOWN}

    async def test_is_told_from_another_by_our_key(self, aliyun: OurSign) -> None:
        aliyun.platform.faults.add("SendSms", Stall(carried_out=False))
        aliyun.platform.faults.add("SendSms", Stall())
        first, second = await aliyun.send(), await aliyun.send("answer")
        await aliyun.platform.report()
        states = [(await aliyun.delivery(one.key)).state for one in (first, second)]
        assert states == [DeliveryState.UNKNOWN, DeliveryState.SENT]


class TestAMessageThatFailed:
    async def test_is_marked_and_told(self, ours: OurSign) -> None:
        (await ours.li()).breaks("MK:0010", "用户关机")
        delivery = await ours.send()
        await ours.platform.report()
        now = await ours.delivery(delivery.key)
        assert (now.state, now.error_code, now.error_text) == (DeliveryState.FAILED, "MK:0010", "用户关机")
        assert await failures(ours) == [delivery.key]
        assert await out_of_reach(ours) is None

    async def test_because_of_a_black_list_is_the_last_to_that_number(self, ours: OurSign) -> None:
        (await ours.li()).breaks("MOBILE_IN_BLACK", "手机号在黑名单")
        await ours.send()
        await ours.platform.report()
        assert await out_of_reach(ours) == "MOBILE_IN_BLACK"
        assert (await ours.send()).error_code == "MOBILE_IN_BLACK"
        assert ours.asked("SendSms") == 1

    async def test_is_told_once_however_often_the_provider_says_it(self, ours: OurSign) -> None:
        (await ours.li()).breaks("MK:0010", "用户关机")
        delivery = await ours.send()
        ours.platform.faults.add("/hooks/sms", Twice())
        await ours.platform.report()
        await ours.push([ours.platform.callbacks._aliyun_report(ours.platform.reported[0])])
        assert await failures(ours) == [delivery.key]

    async def test_is_told_by_the_providers_next_try(self, aliyun: OurSign) -> None:
        (await aliyun.li()).breaks("MK:0010", "用户关机")
        delivery = await aliyun.send()
        aliyun.platform.faults.add("/hooks/sms", LoseAnswer())
        assert await aliyun.platform.report() == 1
        assert await aliyun.platform.report() == 0
        assert await failures(aliyun) == [delivery.key]

    async def test_stays_sent_where_the_report_is_lost(self, aliyun: OurSign) -> None:
        (await aliyun.li()).breaks("MK:0010", "用户关机")
        delivery = await aliyun.send()
        aliyun.platform.faults.add("/hooks/sms", Drop())
        await aliyun.platform.report()
        assert (await aliyun.delivery(delivery.key)).state == DeliveryState.SENT

    async def test_failed_where_nobody_knew_too(self, ours: OurSign) -> None:
        (await ours.li()).breaks("MK:0010", "用户关机")
        ours.platform.faults.add("SendSms", Stall())
        delivery = await ours.send()
        await ours.platform.report()
        assert (await ours.delivery(delivery.key)).state == DeliveryState.FAILED
        assert await failures(ours) == [delivery.key]


class TestAReportThatComesEarly:
    async def test_waits_for_the_receipt(self, ours: OurSign) -> None:
        """The network was faster than the provider's answer to us."""
        (await ours.li()).breaks("MK:0010", "用户关机")
        delivery = await ours.send()
        await ours.set_delivery(delivery.key, state=DeliveryState.SENDING, provider_id=None)
        await ours.platform.report()
        await ours.later(seconds=6)
        assert await failures(ours) == []
        await ours.set_delivery(delivery.key, state=DeliveryState.SENT, provider_id=delivery.provider_id)
        await ours.later(seconds=6)
        assert (await ours.delivery(delivery.key)).state == DeliveryState.FAILED
        assert await failures(ours) == [delivery.key]

    async def test_during_the_call_itself_is_not_lost(self, aliyun: OurSign) -> None:
        (await aliyun.li()).breaks("MK:0010", "用户关机")
        aliyun.platform.reports_at_once = True
        delivery = await aliyun.send()
        assert (delivery.state, aliyun.told) == (DeliveryState.SENT, [(delivery.key, DeliveryState.SENT)])
        await aliyun.later(seconds=6)
        assert await failures(aliyun) == [delivery.key]

    async def test_that_it_arrived_changes_nothing(self, aliyun: OurSign) -> None:
        aliyun.platform.reports_at_once = True
        delivery = await aliyun.send()
        await aliyun.later(seconds=6)
        assert (await aliyun.delivery(delivery.key)).state == DeliveryState.SENT
        assert await aliyun.jobs("sms.reported") == []

    async def test_on_somebody_elses_message_is_given_up(self, ours: OurSign) -> None:
        delivery = await ours.send()
        await ours.push(payload(f"{ours.customer.maker}_report.json"))
        assert len(await ours.jobs("sms.reported")) == 2
        for seconds in (6, 6, 21, 61, 301, 901):
            await ours.later(seconds=seconds)
        assert await ours.jobs("sms.reported") == []
        assert (await ours.delivery(delivery.key)).state == DeliveryState.SENT
        assert await failures(ours) == []


class TestAReportThatComesLate:
    async def test_on_a_message_that_is_sent_again_does_not_stop_it(self, aliyun: OurSign) -> None:
        delivery = await aliyun.send()
        await aliyun.set_delivery(delivery.key, state=DeliveryState.QUEUED)
        (waiting,) = aliyun.platform.waiting
        waiting.arrived, waiting.code = False, "MK:0010"
        await aliyun.platform.report()
        assert (await aliyun.delivery(delivery.key)).state == DeliveryState.QUEUED
        assert await failures(aliyun) == []

    async def test_of_a_worker_that_died_decides_what_became_of_the_message(self, aliyun: OurSign) -> None:
        delivery = await aliyun.send()
        await aliyun.set_delivery(delivery.key, state=DeliveryState.SENDING, provider_id=None)
        await aliyun.platform.report()
        await aliyun.later(seconds=6)
        assert (await aliyun.delivery(delivery.key)).state == DeliveryState.SENDING
        await aliyun.set_delivery(delivery.key, state=DeliveryState.UNKNOWN)
        await aliyun.later(seconds=30)
        assert (await aliyun.delivery(delivery.key)).state == DeliveryState.SENT

    async def test_on_an_earlier_try_of_the_same_message_is_not_this_ones(self, aliyun: OurSign) -> None:
        aliyun.platform.faults.add("SendSms", Stall())
        delivery = await aliyun.send()
        await aliyun.set_delivery(delivery.key, resends=1)
        await aliyun.platform.report()
        assert (await aliyun.delivery(delivery.key)).state == DeliveryState.UNKNOWN

    async def test_on_another_number_is_not_believed(self, aliyun: OurSign) -> None:
        delivery = await aliyun.send()
        entry = payload("aliyun_report.json")[1]
        await aliyun.push([{**entry, "biz_id": delivery.provider_id}])
        assert (await aliyun.delivery(delivery.key)).state == DeliveryState.SENT


class TestSweeping:
    async def test_old_reports_and_counts_are_forgotten(self, aliyun: OurSign) -> None:
        await aliyun.send()
        await aliyun.platform.report()
        aliyun.clock.advance(days=39)
        await sweep_once(aliyun.context)
        assert (len(await aliyun.reports()), len(await aliyun.counts())) == (1, 1)
        aliyun.clock.advance(days=2)
        await sweep_once(aliyun.context)
        assert (len(await aliyun.reports()), len(await aliyun.counts())) == (1, 0)
        aliyun.clock.advance(days=50)
        await sweep_once(aliyun.context)
        assert await aliyun.reports() == []
