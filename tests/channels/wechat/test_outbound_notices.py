"""Notices while the reply window is shut: the ledger of consents, what the fields take, the reminder."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlmodel import select

from channels.errors import (
    AccountClosedError,
    DeliveryDelayedError,
    DeliveryRefusedError,
    OutcomeUnknownError,
    PersonUnreachableError,
    WindowClosedError,
)
from channels.reach import refusal_of
from channels.simulator.faults import Refuse, Stall, Unreachable
from channels.simulator.wechat.person import Person
from channels.wechat.notice_template import NotAFieldError, NoticeTemplate, read_template
from channels.wechat.notices import consents_left, note_consent_event, note_send_event
from channels.wechat.outbound_models import WeChatConsent, WeChatNotice
from channels.wechat.reminding import REMIND_EVERY, SUBSCRIPTION, TEMPLATE
from kit.clock import FrozenClock
from kit.ground import Ground
from tests.channels.wechat.outbound_line import GH, LI, THREAD, Line

#: Ids as the platform makes them.
ASKED, TOLD = "subscription-0001", "template-00000001"
FIELDS = "thing1={title} time2={time} thing3={organisation}"


@pytest.fixture
async def line(ground: Ground) -> AsyncIterator[Line]:
    opened = Line(ground)
    opened.official.subscription_templates.add(ASKED)
    opened.official.templates.add(TOLD)
    await opened.add_account(subscription_id=f"{ASKED} {FIELDS}")
    yield opened
    await opened.platform.settle()


def answered(person: Person, *decisions: tuple[str, str], event: str = "subscribe_msg_popup_event") -> dict[str, Any]:
    """The event of a pop-up as the platform pushes it, read."""
    listed = [{"TemplateId": template, "SubscribeStatusString": said} for template, said in decisions]
    group = {"subscribe_msg_popup_event": "SubscribeMsgPopupEvent"}.get(event, "SubscribeMsgChangeEvent")
    head = {"FromUserName": person.openid, "CreateTime": "1763949600", "MsgType": "event", "Event": event}
    return {**head, group: {"List": listed if len(listed) > 1 else listed[0]}}


async def consents(line: Line, person: Person, number: int = 1) -> None:
    """The person agrees so many times, and the platform tells us."""
    for each in range(number):
        person.consents[ASKED] = person.consents.get(ASKED, 0) + 1
        event = {**answered(person, (ASKED, "accept")), "CreateTime": str(1763949600 + each)}
        await hear(line, event)


async def hear(line: Line, event: dict[str, Any]) -> None:
    async with line.ground.db.transaction() as session:
        await note_consent_event(session, line.ground.clock.now(), GH, event)


async def left(line: Line) -> int:
    async with line.ground.db.reading() as session:
        return await consents_left(session, GH, LI, ASKED)


async def available(line: Line) -> bool:
    async with line.ground.db.reading() as session:
        return await line.channel.notices.available(session, THREAD)


class TestConsents:
    async def test_each_is_good_for_one_notice(self, line: Line) -> None:
        person = await line.person()
        await consents(line, person, 2)
        await line.channel.notices.remind(THREAD)
        assert await left(line) == 1
        await line.channel.notices.remind(THREAD)
        assert await left(line) == 0
        with pytest.raises(WindowClosedError):
            await line.channel.notices.remind(THREAD)
        assert [each.kind for each in person.inbox].count("subscription") == 2
        assert line.platform.violations == []

    async def test_two_workers_never_use_the_same_one(self, line: Line) -> None:
        await consents(line, await line.person(), 1)
        done = await asyncio.gather(*(line.channel.notices.remind(THREAD) for _ in range(4)), return_exceptions=True)
        assert sum(isinstance(each, WindowClosedError) for each in done) == 3
        assert line.platform.violations == []

    async def test_an_event_told_twice_counts_once(self, line: Line) -> None:
        person = await line.person()
        event = answered(person, (ASKED, "accept"))
        await hear(line, event)
        await hear(line, event)
        assert await left(line) == 1

    async def test_one_pop_up_may_ask_for_several(self, line: Line) -> None:
        person = await line.person()
        await hear(line, answered(person, (ASKED, "accept"), ("other-template", "reject"), ("third", "accept")))
        assert await left(line) == 1
        async with line.ground.db.reading() as session:
            rows = (await session.exec(select(WeChatConsent.template))).all()
        assert sorted(rows) == [ASKED, "third"]

    async def test_json_events_carry_no_group(self, line: Line) -> None:
        event = answered(await line.person(), (ASKED, "accept"))
        flat = {**event, "List": event.pop("SubscribeMsgPopupEvent")["List"]}
        await hear(line, flat)
        assert await left(line) == 1

    async def test_taken_back_in_the_settings_all_are_gone(self, line: Line) -> None:
        person = await line.person()
        await consents(line, person, 3)
        await hear(line, answered(person, (ASKED, "reject"), event="subscribe_msg_change_event"))
        assert await left(line) == 0
        assert not await available(line)

    @pytest.mark.parametrize(
        "event",
        [
            {},
            {"Event": "subscribe_msg_popup_event"},
            {"Event": "subscribe_msg_popup_event", "FromUserName": LI, "SubscribeMsgPopupEvent": "none"},
            {"Event": "subscribe_msg_popup_event", "FromUserName": LI, "SubscribeMsgPopupEvent": {"List": ["x", {}]}},
        ],
    )
    async def test_an_event_with_nothing_in_it_is_no_consent(self, line: Line, event: dict[str, Any]) -> None:
        await hear(line, event)
        async with line.ground.db.transaction() as session:
            await note_send_event(session, line.ground.clock.now(), GH, event)
        assert await left(line) == 0


class TestRefusals:
    async def test_the_platform_knows_better_which_consents_there_are(self, line: Line) -> None:
        person = await line.person()
        await consents(line, person, 2)
        person.consents.clear()
        with pytest.raises(WindowClosedError) as closed:
            await line.channel.notices.remind(THREAD)
        assert closed.value.code == "43101"
        assert await left(line) == 0

    @pytest.mark.parametrize(
        ("fault", "error"),
        [
            (Refuse(code=47003, text="argument invalid! data.thing1.value invalid"), DeliveryRefusedError),
            (Refuse(code=40037, text="invalid template_id"), DeliveryRefusedError),
            (Refuse(code=43004, text="require subscribe"), PersonUnreachableError),
            (Refuse(code=45009, text="quota"), AccountClosedError),
            (Refuse(code=-1, text="busy"), DeliveryDelayedError),
            (Unreachable(), DeliveryDelayedError),
        ],
    )
    async def test_what_was_not_sent_uses_no_consent_up(
        self, line: Line, fault: Refuse | Unreachable, error: type[Exception]
    ) -> None:
        await consents(line, await line.person())
        line.platform.faults.add("bizsend", fault)
        with pytest.raises(error):
            await line.channel.notices.remind(THREAD)
        assert await left(line) == 1

    async def test_what_may_have_been_sent_uses_one_up(self, line: Line) -> None:
        await consents(line, await line.person())
        line.platform.faults.add("bizsend", Stall())
        with pytest.raises(OutcomeUnknownError):
            await line.channel.notices.remind(THREAD)
        assert await left(line) == 0
        assert line.asked("bizsend") == 1

    async def test_a_value_no_field_takes_is_never_sent(self, line: Line) -> None:
        await consents(line, await line.person())
        account = await line.context.accounts.named("wechat", GH)
        with pytest.raises(DeliveryRefusedError) as refused:
            await line.channel.notices.send(account, LI, SUBSCRIPTION, {"title": "好", "time": "明天"})
        assert refused.value.code == "47003"
        assert (line.asked("bizsend"), await left(line)) == (0, 1)


class TestReminders:
    async def test_the_person_reads_what_to_do(self, line: Line) -> None:
        person = await line.person()
        await consents(line, person)
        assert await available(line)
        await line.channel.notices.remind(THREAD)
        assert person.inbox[-1].kind == "subscription"
        assert "您有新回复" in person.inbox[-1].text
        assert "2026年11月24日 10:00" in person.inbox[-1].text

    async def test_nobody_is_reminded_all_the_time(self, line: Line, clock: FrozenClock) -> None:
        await consents(line, await line.person(), 2)
        await line.channel.notices.remind(THREAD)
        assert not await available(line)
        clock.advance(seconds=REMIND_EVERY.total_seconds())
        assert await available(line)

    async def test_without_a_consent_a_template_message_serves_where_the_account_has_one(self, ground: Ground) -> None:
        line = Line(ground)
        line.official.templates.add(TOLD)
        await line.add_account(subscription_id=f"{ASKED} {FIELDS}", template_id=f"{TOLD} {FIELDS}")
        person = await line.person()
        assert await available(line)
        await line.channel.notices.remind(THREAD)
        assert person.inbox[-1].kind == "template"

    @pytest.mark.parametrize("settings", [{}, {"template_id": ""}, {"template_id": "only-an-id-0001"}])
    async def test_an_account_without_notices_has_no_reminder(self, ground: Ground, settings: dict[str, str]) -> None:
        line = Line(ground)
        await line.add_account(**settings)
        await line.person()
        assert not await available(line)
        with pytest.raises(WindowClosedError):
            await line.channel.notices.remind(THREAD)
        account = await line.context.accounts.named("wechat", GH)
        with pytest.raises(DeliveryRefusedError):
            await line.channel.notices.send(account, LI, TEMPLATE, {})

    async def test_what_became_of_it_is_noted(self, line: Line) -> None:
        await consents(line, await line.person())
        receipt = await line.channel.notices.remind(THREAD)
        sent = {"MsgID": receipt.provider_id, "ErrorCode": "43101", "ErrorStatus": "user refused"}
        event = {"FromUserName": LI, "Event": "subscribe_msg_sent_event", "SubscribeMsgSentEvent": {"List": sent}}
        async with line.ground.db.transaction() as session:
            await note_send_event(session, line.ground.clock.now(), GH, event)
        assert await outcome(line) == "43101 user refused"

    @pytest.mark.parametrize(
        ("status", "refused"),
        [("success", False), ("failed:user block", True), ("failed: system failed", False)],
    )
    async def test_whoever_blocked_the_account_is_not_written_to_any_more(
        self, ground: Ground, status: str, *, refused: bool
    ) -> None:
        line = Line(ground)
        line.official.templates.add(TOLD)
        await line.add_account(template_id=f"{TOLD} {FIELDS}")
        await line.person()
        receipt = await line.channel.notices.remind(THREAD)
        event = {"FromUserName": LI, "Event": "TEMPLATESENDJOBFINISH", "MsgID": receipt.provider_id, "Status": status}
        async with line.ground.db.transaction() as session:
            await note_send_event(session, ground.clock.now(), GH, event)
            assert (await refusal_of(session, THREAD) is not None) is refused
        assert await outcome(line) == status


async def outcome(line: Line) -> str | None:
    async with line.ground.db.reading() as session:
        return (await session.exec(select(WeChatNotice))).one().outcome


class TestFields:
    @pytest.mark.parametrize(
        ("name", "value", "sent"),
        [
            ("thing1", "一" * 20, "一" * 20),
            ("thing1", "一" * 21, "一" * 19 + "…"),
            ("thing12", "两行\n一行", "两行 一行"),
            ("name1", "王小明", "王小明"),
            ("phrase2", "已处理", "已处理"),
            ("number1", "12.50", "12.50"),
            ("character_string3", "YP-2026-0001", "YP-2026-0001"),
            ("time4", "15:01", "15:01"),
            ("time4", "2026年11月24日 10:00", "2026年11月24日 10:00"),
            ("date5", "2026-11-24", "2026-11-24"),
            ("amount6", "¥123.45", "¥123.45"),
            ("phone_number7", "+86-0766-66888866", "+86-0766-66888866"),
            ("keyword1", "什么都行", "什么都行"),
        ],
    )
    def test_each_kind_takes_its_own(self, name: str, value: str, sent: str) -> None:
        assert NoticeTemplate(id=ASKED, fields={name: "{x}"}).data({"x": value}) == {name: {"value": sent}}

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("thing1", ""),
            ("thing1", " \n"),
            ("phrase1", "太长的一句话"),
            ("number1", "十二"),
            ("number1", "1" * 33),
            ("character_string1", "编号 1"),
            ("character_string1", "x" * 33),
            ("letter1", "a1"),
            ("symbol1", "abc"),
            ("time1", "明天"),
            ("time1", "25:00"),
            ("date1", "24.11.2026"),
            ("amount1", "12345678901"),
            ("phone_number1", "电话"),
            ("car_number1", "粤A123456789"),
        ],
    )
    def test_nothing_else(self, name: str, value: str) -> None:
        with pytest.raises(NotAFieldError):
            NoticeTemplate(id=ASKED, fields={name: "{x}"}).data({"x": value})

    @pytest.mark.parametrize("text", ["{who}", "{}", "{x.__class__}", "{0}"])
    def test_a_value_nobody_has_is_noticed(self, text: str) -> None:
        with pytest.raises(NotAFieldError):
            NoticeTemplate(id=ASKED, fields={"thing1": text}).data({"x": "好"})

    def test_a_template_is_entered_with_its_fields(self) -> None:
        template = read_template(f"{ASKED} thing1={{title}} character_string2=YP")
        assert template == NoticeTemplate(id=ASKED, fields={"thing1": "{title}", "character_string2": "YP"})
        assert read_template("  ") is None

    @pytest.mark.parametrize("entered", [ASKED, "short thing1=x", f"{ASKED} thing1", f"{ASKED} 1={{x}}"])
    def test_what_is_none_is_refused(self, entered: str) -> None:
        with pytest.raises(ValueError, match="not a template"):
            read_template(entered)
