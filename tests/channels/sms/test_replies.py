"""What people answer: once, to what was last sent, under the right signature; or that they want no more."""

import json

import pytest

from channels.models import DeliveryState
from channels.reach import refusal_of
from channels.simulator.faults import LoseAnswer, Twice
from channels.sms.pushes import Reply, read_push
from channels.sms.replies import wants_out
from channels.sms.templates import Provider
from tests.channels.sms.provider import ALIYUN, LI, PAYLOADS, TENCENT, OurSign, enter, payload


async def refused(ours: OurSign) -> str | None:
    async with ours.ground.db.reading() as session:
        refusal = await refusal_of(session, f"sms:{ours.account.name}:{LI}", for_staff=True)
    return refusal[0] if refusal else None


class TestReading:
    @pytest.mark.parametrize("provider", list(Provider))
    def test_a_captured_reply_is_read(self, provider: Provider) -> None:
        (reply,) = read_push((PAYLOADS / f"{provider}_reply.json").read_bytes(), provider)
        assert isinstance(reply, Reply)
        assert (reply.address, reply.text, reply.sign) == (LI, "还是登录不了", "应票")
        assert reply.sent_at is not None
        assert reply.sent_at.strftime("%Y-%m-%d %H:%M:%S %z") == "2026-11-24 10:05:12 +0800"

    @pytest.mark.parametrize("said", ["20261124100512", "2026-11-24 10:05:12"])
    def test_aliyun_has_written_times_in_two_ways(self, said: str) -> None:
        entry = {**payload("aliyun_reply.json")[0], "send_time": said}
        (reply,) = read_push(json.dumps([entry]).encode(), Provider.ALIYUN)
        assert isinstance(reply, Reply)
        assert reply.sent_at is not None
        assert reply.sent_at.hour == 10

    async def test_a_field_whose_name_no_database_takes_holds_up_nothing(self, aliyun: OurSign) -> None:
        await aliyun.push([{**payload("aliyun_reply.json")[0], "a\0b": "x"}])
        assert [message.raw["ab"] for message in await aliyun.inbound()] == ["x"]

    @pytest.mark.parametrize(
        ("number", "address"),
        [
            ("13800138000", LI),
            ("+8613800138000", LI),
            ("8613800138000", LI),
            ("008613800138000", LI),
            ("85261234567", "+85261234567"),
        ],
    )
    def test_a_number_is_known_however_it_is_written(self, number: str, address: str) -> None:
        entry = {**payload("aliyun_reply.json")[0], "phone_number": number}
        (reply,) = read_push(json.dumps([entry]).encode(), Provider.ALIYUN)
        assert isinstance(reply, Reply)
        assert reply.address == address


class TestAReply:
    async def test_comes_into_the_conversation_of_the_number(self, ours: OurSign) -> None:
        delivery = await ours.send()
        assert await (await ours.li()).says("还是登录不了")
        (message,) = await ours.inbound()
        assert (message.thread, message.text) == (f"sms:{ours.account.name}:{LI}", "还是登录不了")
        assert (message.answers, message.proven, message.automatic) == (delivery.key, True, False)

    async def test_answers_the_newest_message(self, aliyun: OurSign) -> None:
        await aliyun.send()
        newest = await aliyun.send("answer")
        await aliyun.send("closed", to="+8613900139000")
        await (await aliyun.li()).says("好")
        assert (await aliyun.inbound())[0].answers == newest.key

    async def test_answers_nothing_in_particular_after_a_week(self, aliyun: OurSign) -> None:
        await aliyun.send()
        aliyun.clock.advance(days=7, seconds=1)
        await (await aliyun.li()).says("好")
        assert (await aliyun.inbound())[0].answers == ""

    async def test_does_not_answer_what_was_never_sent(self, aliyun: OurSign) -> None:
        first = await aliyun.send()
        failed = await aliyun.send("answer")
        await aliyun.set_delivery(failed.key, state=DeliveryState.FAILED)
        await (await aliyun.li()).says("好")
        assert (await aliyun.inbound())[0].answers == first.key

    async def test_is_accepted_once(self, ours: OurSign) -> None:
        await ours.send()
        for text, fault in (("好", Twice()), ("好的", LoseAnswer())):
            ours.platform.faults.add("/hooks/sms", fault)
            await (await ours.li()).says(text)
        assert [message.text for message in await ours.inbound()] == ["好", "好的"]

    async def test_said_twice_is_two(self, aliyun: OurSign) -> None:
        await aliyun.send()
        li = await aliyun.li()
        await li.says("好")
        aliyun.clock.advance(seconds=1)
        await li.says("好")
        assert len(await aliyun.inbound()) == 2

    async def test_to_another_signature_of_the_same_customer_is_that_accounts(self, aliyun: OurSign) -> None:
        other = await enter(aliyun.context, aliyun.clock, {**ALIYUN, "sign_name": "应票报销"})
        entry = payload("aliyun_reply.json")[0]
        await aliyun.push([{**entry, "sign_name": "应票报销"}])
        assert [message.account for message in await aliyun.inbound()] == [other.name]

    async def test_to_another_signature_of_the_same_application_is_that_accounts(self, tencent: OurSign) -> None:
        given = {**TENCENT, "sign_name": "应票报销", "access_key_id": "AKIDanotherKeyOfTheSame"}
        other = await enter(tencent.context, tencent.clock, given)
        await tencent.push({**payload("tencent_reply.json"), "sign": "应票报销"})
        assert [message.account for message in await tencent.inbound()] == [other.name]

    async def test_without_a_signature_belongs_to_who_wrote_last(self, aliyun: OurSign) -> None:
        await enter(aliyun.context, aliyun.clock, {**ALIYUN, "sign_name": "应票报销"})
        await aliyun.send()
        entry = payload("aliyun_reply.json")[0]
        del entry["sign_name"]
        await aliyun.push([entry])
        assert [message.account for message in await aliyun.inbound()] == [aliyun.account.name]

    async def test_to_another_customers_signature_is_not_theirs(self, aliyun: OurSign) -> None:
        await enter(
            aliyun.context, aliyun.clock, {**ALIYUN, "sign_name": "别家", "access_key_id": "LTAI5tOtherOtherOther"}
        )
        await aliyun.push([{**payload("aliyun_reply.json")[0], "sign_name": "别家"}])
        assert [message.account for message in await aliyun.inbound()] == [aliyun.account.name]


class TestWantingOut:
    @pytest.mark.parametrize("text", ["T", "td", "TD", "退订", " 退订。", "R", "拒收", "Unsubscribe", "STOP", "【TD】"])
    def test_some_words_alone_mean_it(self, text: str) -> None:
        assert wants_out(text)

    @pytest.mark.parametrize("text", ["", "TDD", "我要退订发票服务", "怎么退订", "T1", "行", "don't stop"])
    def test_the_same_words_in_a_sentence_do_not(self, text: str) -> None:
        assert not wants_out(text)

    async def test_ends_all_messages_and_is_not_answered(self, ours: OurSign) -> None:
        await ours.send()
        await (await ours.li()).says("TD")
        (message,) = await ours.inbound()
        assert (message.automatic, message.answers) == (True, "")
        assert await refused(ours) == "unsubscribed"
        assert (await ours.send()).error_code == "unsubscribed"

    async def test_ends_when_the_person_writes_again(self, aliyun: OurSign) -> None:
        await aliyun.send()
        li = await aliyun.li()
        await li.says("TD")
        aliyun.clock.advance(seconds=1)
        await li.says("请问发票开好了吗")
        assert await refused(aliyun) is None

    async def test_is_not_repeated_by_the_providers_next_try(self, aliyun: OurSign) -> None:
        entry = {**payload("aliyun_reply.json")[0], "content": "TD", "sequence_id": 1}
        await aliyun.push([entry])
        await aliyun.push([{**entry, "content": "发票呢", "sequence_id": 2}])
        await aliyun.push([entry])
        assert await refused(aliyun) is None
