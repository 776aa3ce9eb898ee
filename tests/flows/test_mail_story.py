"""A whole life of a matter by mail, over real IMAP and SMTP: asked, answered, ticket, staff, fixed or not, survey."""

from collections.abc import AsyncIterator

import pytest
from sqlmodel import select

from channels.email.models import MailRecord
from channels.simulator.email.sink import Stage as Smtp
from channels.simulator.email.sink import TakenMail
from kit.clock import FrozenClock
from kit.ground import Ground
from tests.support.mail_desk import OURS, Correspondent, MailDesk, open_mail_desk
from tickets.stages import Stage
from tickets.surveys.models import Survey


@pytest.fixture
async def desk(ground: Ground, clock: FrozenClock) -> AsyncIterator[MailDesk]:
    async with open_mail_desk(ground, clock) as opened:
        yield opened
        assert opened.sink.violations == []


@pytest.fixture
def zhang(desk: MailDesk) -> Correspondent:
    return desk.person("zhang@firm.test")


MATTER = ("报税盘读不出来", "您好，报税盘插上以后读不出来，驱动也重装了，今天要报税，急。")


def body(mails: list[TakenMail]) -> str:
    (mail,) = mails
    return mail.body()


def is_machines(mail: TakenMail) -> bool:
    return mail.message["Auto-Submitted"] not in {None, "no"}


async def test_from_the_first_mail_to_the_rating(desk: MailDesk, zhang: Correspondent) -> None:
    # What we know is answered, and what the answer does not solve becomes a ticket.
    answered = await zhang.writes("登录不上", "登录不上怎么办")
    assert "登录" in body(answered)
    assert answered[0].message["Subject"] == "Re: 登录不上"
    assert answered[0].message["In-Reply-To"] == "<1.zhang@firm.test>"
    assert is_machines(answered[0])
    opened = await zhang.answers("没解决，换了浏览器也一样")
    ticket = await desk.ticket()
    assert ticket.number in body(opened)
    assert f"[#{ticket.number}]" in str(opened[0].message["Subject"])

    # A person answers: no machine's mail, in the same thread; and the answer to it reaches the person's ticket trimmed.
    await desk.replies("请问报错的原话是什么？")
    (asked,) = zhang.news()
    assert not is_machines(asked)
    assert str(asked.message["References"]).split()[0] == "<1.zhang@firm.test>"
    assert await zhang.answers("提示“证书已过期”。") == []
    said = (await desk.messages())[-1]
    assert (said.text, said.ticket_id, said.author) == ("提示“证书已过期”。", ticket.id, "customer")
    assert said.original

    # Solved, asked, not fixed, reopened; solved again, fixed, rated.
    await desk.resolves("证书已更新，请重新登录。")
    assert "证书已更新" in body(zhang.news())
    await desk.later(seconds=desk.ground.settings.fixed_check_after_s + 1)
    assert "真的好了吗" in body(zhang.news())
    assert ticket.number in body(await zhang.answers("没好"))
    assert (await desk.ticket()).stage == Stage.PROCESSING
    await zhang.answers("还是提示证书过期")
    await desk.resolves("服务器端也已更新。")
    await desk.later(seconds=desk.ground.settings.fixed_check_after_s + 1)
    zhang.news()
    assert "办结" in zhang.inbox()[-1].body() or "办结" in body(await zhang.answers("好了"))
    await desk.later(seconds=desk.ground.settings.survey_after_s + 1)
    survey = zhang.inbox()[-1]
    assert survey.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    await zhang.answers("5", to=survey)
    async with desk.ground.db.reading() as session:
        (rated,) = (await session.exec(select(Survey))).all()
    assert rated.score == 5


class TestForgedSenders:
    async def test_a_forged_mail_reaches_nothing_that_is_there(self, desk: MailDesk, zhang: Correspondent) -> None:
        await zhang.writes(*MATTER)
        ticket = await desk.ticket()
        forger = desk.person("zhang@firm.test", name="假的")
        forger.sent = 100
        await forger.writes(f"Re: 工单 [#{ticket.number}]", "不用修了，请把发票寄到新地址，报错 8899", proven=False)
        tickets = await desk.tickets()
        assert len(tickets) == 2
        kept = next(one for one in tickets if one.id == ticket.id)
        assert (kept.stage, kept.version) == (ticket.stage, ticket.version)
        letter = next(one for one in await desk.messages() if "寄到新地址" in one.text)
        assert (letter.marks, letter.ticket_id) == (["unproven"], None)

    async def test_an_answer_to_our_mail_is_proof_whatever_the_servers_say(
        self, desk: MailDesk, zhang: Correspondent
    ) -> None:
        await zhang.writes(*MATTER)
        await zhang.answers("补充：北京", proven=False)
        assert len(await desk.tickets()) == 1
        assert (await desk.messages())[-1].ticket_id == (await desk.ticket()).id

    async def test_our_signature_is_no_proof_from_another_address(self, desk: MailDesk, zhang: Correspondent) -> None:
        await zhang.writes(*MATTER)
        thief = desk.person("thief@evil.test")
        await thief.answers("我是张会计，报税盘的事情请改联系我，报错 7781，地区上海", to=zhang.inbox()[-1])
        assert {one.contact_id for one in await desk.tickets()} == {1, 2}

    async def test_a_number_in_the_subject_helps_a_proven_sender(self, desk: MailDesk, zhang: Correspondent) -> None:
        await zhang.writes(*MATTER)
        number = (await desk.ticket()).number
        await zhang.writes(f"关于 [#{number}]", "盘的编号是 6610")
        assert len(await desk.tickets()) == 1


class TestBounces:
    async def test_a_mail_that_came_back_is_shown_as_failed(self, desk: MailDesk, zhang: Correspondent) -> None:
        await zhang.writes(*MATTER)
        await desk.replies("请发一下截图。")
        (sent,) = zhang.news()
        await desk.arrives(_bounce(sent))
        message = next(one for one in await desk.messages() if one.text == "请发一下截图。")
        assert message.delivery == "failed"
        (record,) = [one for one in await _records(desk) if one.kind == "bounce"]
        assert record.account == OURS
        assert len(await desk.tickets()) == 1

    async def test_a_full_server_is_tried_again(self, desk: MailDesk, zhang: Correspondent) -> None:
        desk.sink.refuse(Smtp.RECIPIENT, "451 4.7.1 try again later")
        told = await zhang.writes(*MATTER)
        await desk.later(minutes=30)
        assert (await desk.ticket()).number in body([*told, *zhang.news()])


def _bounce(sent: TakenMail) -> bytes:
    head = sent.raw.partition(b"\r\n\r\n")[0]
    return b"".join(
        [
            b"From: MAILER-DAEMON@mx.firm.test\r\nTo: help@desk.test\r\nSubject: Undelivered Mail\r\n",
            b"Message-ID: <bounce1@mx.firm.test>\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n",
            b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n--b\r\n\r\n',
            b"The mail could not be delivered.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n",
            b"Reporting-MTA: dns; mx.firm.test\r\n\r\nFinal-Recipient: rfc822; zhang@firm.test\r\nAction: failed\r\n",
            b"Status: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 user unknown\r\n\r\n--b\r\n",
            b"Content-Type: text/rfc822-headers\r\n\r\n" + head + b"\r\n\r\n--b--\r\n",
        ]
    )


async def _records(desk: MailDesk) -> list[MailRecord]:
    async with desk.ground.db.reading() as session:
        return list((await session.exec(select(MailRecord))).all())


class TestMachines:
    """Two that answer by themselves: each gets one mail of ours at the most, ever."""

    @pytest.mark.parametrize(
        "headers",
        [{"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk"}, {"X_Autoreply": "yes"}, {}],
        ids=["RFC 3834", "bulk", "x-autoreply", "says nothing"],
    )
    async def test_two_of_them_facing_each_other_through_us(self, desk: MailDesk, headers: dict[str, str]) -> None:
        machines = [desk.person("one@firm.test", "一号"), desk.person("two@firm.test", "二号")]
        for machine, first in zip(
            machines, ("我方系统已收到来信，会尽快处理，请勿回复。", "三号机房温度过高，请处理。"), strict=True
        ):
            await machine.writes("自动通知", first, headers)
        answered = dict.fromkeys((machine.address for machine in machines), 0)
        for hour in range(0, 72, 2):
            for machine in machines:
                # Each answers every mail of ours, once and at once.
                for mail in machine.inbox()[answered[machine.address] :]:
                    answered[machine.address] += 1
                    await _automatic_answer(machine, mail, hour // 24, headers)
            await desk.later(hours=2)
        for machine in machines:
            assert sum(is_machines(mail) for mail in machine.inbox()) <= 1

    async def test_a_person_on_leave_is_told_by_staff_all_the_same(self, desk: MailDesk, zhang: Correspondent) -> None:
        await zhang.writes(*MATTER)
        await _automatic_answer(zhang, zhang.inbox()[-1], 0, {"Auto_Submitted": "auto-replied"})
        await desk.replies("已经修好，请再试。")
        assert "已经修好" in zhang.inbox()[-1].body()


async def _automatic_answer(machine: Correspondent, mail: TakenMail, day: int, headers: dict[str, str]) -> None:
    """At once, the same words every time, our mail below with the date of the day."""
    more = {"In_Reply_To": str(mail.message["Message-ID"]), **headers}
    quoted = "\n".join(f"> {line}" for line in mail.body().splitlines())
    text = f"我方系统已收到来信，会尽快处理，请勿回复。\n\n在 2026-11-{24 + day}，{OURS} 写道：\n{quoted}"
    await machine.writes(f"Re: {mail.message['Subject']}", text, more)
