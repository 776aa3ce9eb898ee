"""A call, and all that follows, over the real channels: short messages of either provider, and mail as the second way.

Nobody is told the same twice, by whichever way: every story is counted at both platforms when it ends.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from channels.models import DeliveryState
from channels.simulator.email.sink import Stage as Smtp
from channels.simulator.faults import Refuse, Stall, Unreachable
from kit.clock import FrozenClock
from kit.ground import Ground
from tests.support.call_desk import NUMBER, CallDesk, open_call_desk
from tests.support.mail_desk import Correspondent
from tests.support.web import open_client
from tickets.models import Ticket
from tickets.stages import Stage
from tickets.surveys.models import Survey

MAIL = "wang@firm.test"
LANDLINE = {"number": "010 6512 3456", "asked": "+861065123456"}
REPLY = "证书已经更新，请再试一次。"
#: No such number, and the network says so later; each as its provider has it.
GONE = {
    "aliyun": Refuse(code=0, text="isv.MOBILE_NUMBER_ILLEGAL 非法手机号"),
    "tencent": Refuse(code=0, text="FailedOperation.PhoneNumberInBlacklist 手机号在免打扰名单库中"),
}


@pytest.fixture(params=["aliyun", "tencent"])
def provider(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def desk(ground: Ground, clock: FrozenClock, provider: str) -> AsyncIterator[CallDesk]:
    async with open_call_desk(ground, clock, provider) as opened:
        yield opened
        await opened.networks_report()
        await opened.later(hours=1)
        told_twice = {key: often for key, often in opened.arrivals().items() if often > 1}
        assert told_twice == {}
        assert [*opened.texts.violations, *opened.sink.violations] == []


@pytest.fixture
def wang(desk: CallDesk) -> Correspondent:
    """The caller at their mail program."""
    return desk.person(MAIL, "王会计")


@pytest.fixture
async def ticket(desk: CallDesk) -> Ticket:
    """A call is logged, news by text, else by mail, and the first text has arrived."""
    opened = await desk.logs(name="王会计", email=MAIL, mine="1")
    await desk.networks_report()
    await desk.later(minutes=5)
    return opened


def texted(desk: CallDesk) -> list[str]:
    """All short messages that have reached the caller."""
    return desk.telephone().texts


class TestByText:
    async def test_the_caller_gets_number_and_page_at_once(self, desk: CallDesk) -> None:
        ticket = await desk.logs(email=MAIL)
        (told,) = texted(desk)
        assert told == f"【应票】您反映的问题已登记，工单号{ticket.number}，进展请看http://desk.test/t/{ticket.token}"
        async with open_client(desk.app) as web:
            assert ticket.number in (await web.get(f"/t/{ticket.token}")).text
        assert desk.sink.mails == []

    async def test_a_reply_is_one_text_and_no_second_about_the_stage(self, desk: CallDesk, ticket: Ticket) -> None:
        written = await desk.staff_writes(ticket, REPLY)
        (_opened, told) = texted(desk)
        assert told == f"【应票】您的工单{ticket.number}有新回复，请打开http://desk.test/t/{ticket.token}查看"
        assert written.delivery == DeliveryState.SENT
        assert (await desk.ticket()).stage == Stage.PROCESSING
        assert desk.sink.mails == []

    async def test_solved_not_fixed_reopened_by_text(self, desk: CallDesk, ticket: Ticket) -> None:
        await desk.acts(ticket, "resolve", solution="更新了证书。")
        await desk.later(seconds=desk.ground.settings.fixed_check_after_s + 1)
        assert "真的好了吗" in texted(desk)[-1]
        await desk.answers_by_text("没好")
        assert (await desk.ticket()).stage == Stage.PROCESSING
        said = await desk.shown("没好")
        assert said.ticket_id == ticket.id
        assert len(await desk.tickets()) == 1

    async def test_fixed_and_rated_by_text(self, desk: CallDesk, ticket: Ticket) -> None:
        await desk.acts(ticket, "resolve", solution="更新了证书。")
        await desk.later(seconds=desk.ground.settings.fixed_check_after_s + 1)
        await desk.answers_by_text("好了")
        assert (await desk.ticket()).stage == Stage.SOLVED
        await desk.later(seconds=desk.ground.settings.survey_after_s + 1)
        assert "满意吗" in texted(desk)[-1]
        await desk.answers_by_text("5")
        assert await scores(desk) == [5]
        assert desk.sink.mails == []


class TestByMailInstead:
    """What cannot be texted is mailed: once, and only when it is certain."""

    async def test_refused_when_it_is_handed_over(
        self, desk: CallDesk, wang: Correspondent, ticket: Ticket, provider: str
    ) -> None:
        desk.texts.faults.add("SendSms", GONE[provider])
        written = await desk.staff_writes(ticket, REPLY)
        await is_mailed_once(desk, wang, ticket)
        assert written.delivery == DeliveryState.SENT
        assert len(texted(desk)) == 1

    async def test_reported_as_not_delivered_later(self, desk: CallDesk, wang: Correspondent, ticket: Ticket) -> None:
        desk.telephone().breaks("MK:0010", "用户关机")
        assert (await desk.staff_writes(ticket, REPLY)).delivery == DeliveryState.SENT
        assert wang.inbox() == []
        await desk.networks_report()
        await is_mailed_once(desk, wang, ticket)
        assert (await desk.shown(REPLY)).delivery == DeliveryState.SENT
        # The telephone is on again: the next text goes there.
        desk.telephone().works()
        await desk.later(minutes=1)
        await desk.staff_writes(ticket, "另外，旧证书可以删除。")
        assert len(texted(desk)) == 2
        assert len(wang.inbox()) == 1

    async def test_when_nobody_knows_nothing_goes_anywhere_until_the_network_reports(
        self, desk: CallDesk, wang: Correspondent, ticket: Ticket
    ) -> None:
        desk.telephone().breaks("MK:0010", "用户关机")
        desk.texts.faults.add("SendSms", Stall())
        assert (await desk.staff_writes(ticket, REPLY)).delivery == DeliveryState.UNKNOWN
        await desk.later(hours=1)
        assert wang.inbox() == []
        assert await desk.hops(ticket) == []
        await desk.networks_report()
        await is_mailed_once(desk, wang, ticket)
        assert (await desk.shown(REPLY)).delivery == DeliveryState.SENT

    async def test_what_nobody_knew_of_and_has_arrived_stays_one_text(
        self, desk: CallDesk, wang: Correspondent, ticket: Ticket
    ) -> None:
        desk.texts.faults.add("SendSms", Stall())
        await desk.staff_writes(ticket, REPLY)
        await desk.networks_report()
        assert (await desk.shown(REPLY)).delivery == DeliveryState.SENT
        assert len(texted(desk)) == 2
        assert wang.inbox() == []
        assert await desk.hops(ticket) == []

    async def test_a_report_told_twice_is_one_mail(self, desk: CallDesk, wang: Correspondent, ticket: Ticket) -> None:
        desk.telephone().breaks("MK:0010", "用户关机")
        await desk.staff_writes(ticket, REPLY)
        carried = list(desk.texts.waiting)
        await desk.networks_report()
        desk.texts.waiting.extend(carried)
        await desk.networks_report()
        await is_mailed_once(desk, wang, ticket)

    async def test_a_provider_that_cannot_be_reached_is_only_late(
        self, desk: CallDesk, wang: Correspondent, ticket: Ticket
    ) -> None:
        desk.texts.faults.add("SendSms", Unreachable())
        await desk.staff_writes(ticket, REPLY)
        await desk.later(minutes=10)
        assert len(texted(desk)) == 2
        assert wang.inbox() == []

    async def test_the_question_is_answered_by_mail_and_the_survey_follows(
        self, desk: CallDesk, wang: Correspondent, ticket: Ticket, provider: str
    ) -> None:
        await desk.acts(ticket, "resolve", solution="更新了证书。")
        desk.texts.faults.add("SendSms", GONE[provider])
        await desk.later(seconds=desk.ground.settings.fixed_check_after_s + 1)
        (asked,) = wang.inbox()
        assert "真的好了吗" in asked.body()
        assert f"[#{ticket.number}]" in str(asked.message["Subject"])
        await wang.answers("好了")
        assert (await desk.ticket()).stage == Stage.SOLVED
        assert len(await desk.tickets()) == 1
        await desk.later(seconds=desk.ground.settings.survey_after_s + 1)
        await desk.networks_report()
        # The number is given up, so that the survey is not even tried there.
        assert sum("满意吗" in mail.body() for mail in wang.inbox()) == 1
        assert not any("满意吗" in text for text in texted(desk))

    async def test_the_next_news_go_by_text_again_when_the_telephone_is_on(
        self, desk: CallDesk, wang: Correspondent, ticket: Ticket
    ) -> None:
        await desk.acts(ticket, "resolve", solution="更新了证书。")
        desk.telephone().breaks("MK:0010", "用户关机")
        await desk.later(seconds=desk.ground.settings.fixed_check_after_s + 1)
        assert wang.inbox() == []
        await desk.networks_report()
        assert "真的好了吗" in wang.inbox()[-1].body()
        await wang.answers("好了")
        assert (await desk.ticket()).stage == Stage.SOLVED
        desk.telephone().works()
        await desk.later(seconds=desk.ground.settings.survey_after_s + 1)
        assert "满意吗" in texted(desk)[-1]
        assert not any("满意吗" in mail.body() for mail in wang.inbox())
        await desk.answers_by_text("4")
        assert await scores(desk) == [4]

    async def test_what_a_known_caller_tells_at_the_next_call_is_the_second_way(
        self, desk: CallDesk, wang: Correspondent, provider: str
    ) -> None:
        first = await desk.logs(name="王会计")
        await desk.later(minutes=1)
        who = {"asked": NUMBER, "who": str(first.contact_id), "news": "keep"}
        ticket = await desk.logs(**who, key="k2", text="打印不了", email=MAIL)
        assert len(texted(desk)) == 2
        await desk.later(minutes=1)
        desk.texts.faults.add("SendSms", GONE[provider])
        await desk.staff_writes(ticket, REPLY)
        await is_mailed_once(desk, wang, ticket)

    async def test_nothing_can_reach_them(
        self, desk: CallDesk, wang: Correspondent, ticket: Ticket, provider: str
    ) -> None:
        desk.texts.faults.add("SendSms", GONE[provider])
        desk.sink.refuse(Smtp.RECIPIENT, "550 5.1.1 No such user")
        assert (await desk.staff_writes(ticket, REPLY)).delivery == DeliveryState.FAILED
        assert wang.inbox() == []


class TestAtNight:
    @pytest.fixture
    def clock(self) -> FrozenClock:
        """23:00 in Shanghai."""
        return FrozenClock(datetime(2026, 11, 24, 15, 0, tzinfo=UTC))

    async def test_news_wait_for_the_morning_and_what_staff_say_does_not(self, desk: CallDesk) -> None:
        ticket = await desk.logs(email=MAIL)
        assert texted(desk) == []
        (held,) = [one for one in await desk.events(ticket) if one.kind == "held_back"]
        assert held.data["by"].startswith("2026-11-25T00:00")
        await desk.staff_writes(ticket, REPLY)
        (reply,) = texted(desk)
        assert "有新回复" in reply
        await until_the_morning(desk, but=timedelta(minutes=10))
        assert len(texted(desk)) == 1
        await desk.later(minutes=11)
        (_reply, told) = texted(desk)
        assert "已登记" in told

    async def test_in_the_morning_nobody_is_promised_what_was_due_at_night(self, desk: CallDesk) -> None:
        await desk.logs(email=MAIL, mine="1", answered="1")
        told = await desk.shown("已登记")
        assert "最晚 11月25日 12:00" in told.text
        await until_the_morning(desk)
        assert len(texted(desk)) == 1
        await desk.later(hours=3)
        assert len(texted(desk)) == 1
        await desk.later(hours=1)
        assert "有新消息" in texted(desk)[-1]
        assert len(texted(desk)) == 2

    async def test_what_could_not_be_mailed_rings_nobody_at_night(self, desk: CallDesk, wang: Correspondent) -> None:
        desk.sink.refuse(Smtp.RECIPIENT, "550 5.1.1 No such user")
        await desk.logs(news="email", email=MAIL, sms_to="138 0013 8000", asked=NUMBER)
        assert wang.inbox() == []
        assert texted(desk) == []
        await until_the_morning(desk)
        (told,) = texted(desk)
        assert "已登记" in told


class TestWithoutTexts:
    @pytest.fixture(params=["aliyun"])
    def provider(self, request: pytest.FixtureRequest) -> str:
        """No text is sent, so one provider is enough."""
        return str(request.param)

    async def test_a_landline_is_told_by_mail(self, desk: CallDesk, wang: Correspondent) -> None:
        ticket = await desk.logs(**LANDLINE, news="email", email=MAIL)
        (told,) = wang.inbox()
        assert ticket.number in told.body()
        assert f"http://desk.test/t/{ticket.token}" in told.body()
        await desk.staff_writes(ticket, REPLY)
        assert [REPLY in mail.body() for mail in wang.inbox()] == [False, True]
        assert desk.texts.calls == []
        assert await desk.hops(ticket) == []

    async def test_a_mobile_whose_owner_wants_mail_is_told_by_mail(self, desk: CallDesk, wang: Correspondent) -> None:
        ticket = await desk.logs(asked=NUMBER, news="email", email=MAIL)
        await desk.staff_writes(ticket, REPLY)
        await desk.acts(ticket, "resolve", solution="更新了证书。")
        await desk.later(seconds=desk.ground.settings.fixed_check_after_s + 1)
        assert "真的好了吗" in wang.inbox()[-1].body()
        await wang.answers("没好")
        assert (await desk.ticket()).stage == Stage.PROCESSING
        assert texted(desk) == []


async def is_mailed_once(desk: CallDesk, wang: Correspondent, ticket: Ticket) -> None:
    """One mail says what the text could not, and staff see in both languages which way it went."""
    (mail,) = wang.inbox()
    assert REPLY in mail.body()
    assert f"[#{ticket.number}]" in str(mail.message["Subject"])
    ((from_channel, to_channel, code),) = await desk.hops(ticket)
    assert (from_channel, to_channel) == ("sms", "email")
    address = f"/console/tickets/{ticket.id}"
    assert f"短信没有送达，改发邮件（{code}）" in await desk.wang.page(address)
    assert f"Not delivered by SMS, sent by E-mail instead ({code})" in await desk.wang.page(address, lang="en")
    desk.wang.client.cookies.set("yp_lang", "zh")


class TestIntoTheNight:
    @pytest.fixture
    def clock(self) -> FrozenClock:
        """21:50 in Shanghai."""
        return FrozenClock(datetime(2026, 11, 24, 13, 50, tzinfo=UTC))

    async def test_what_was_written_by_day_and_comes_back_at_night_waits(
        self, desk: CallDesk, wang: Correspondent
    ) -> None:
        ticket = await desk.logs(news="email", email=MAIL, sms_to="138 0013 8000", asked=NUMBER)
        desk.sink.refuse(Smtp.RECIPIENT, "451 4.7.1 Greylisted, try again in 15 minutes")
        await desk.staff_writes(ticket, REPLY)
        desk.sink.refuse(Smtp.RECIPIENT, "550 5.1.1 No such user")
        await desk.later(minutes=30)
        assert [one[:2] for one in await desk.hops(ticket)] == [("email", "sms")]
        assert texted(desk) == []
        # What staff write now is meant to be heard now.
        await desk.staff_writes(ticket, "另外，旧证书可以删除。")
        assert len(texted(desk)) == 1
        for _ in range(11):
            await desk.later(hours=1)
        assert sum("有新回复" in text for text in texted(desk)) == 2
        assert len(wang.inbox()) == 1


async def until_the_morning(desk: CallDesk, but: timedelta = -timedelta(minutes=1)) -> None:
    """Hour by hour, as the clock goes, from 23:00 to 08:00."""
    for _ in range(8):
        await desk.later(hours=1)
    await desk.later(seconds=(timedelta(hours=1) - but).total_seconds())


async def scores(desk: CallDesk) -> list[int | None]:
    async with desk.ground.db.reading() as session:
        return [survey.score for survey in (await session.exec(select(Survey))).all()]
