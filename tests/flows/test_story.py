"""The main job end to end, over a platform made of memory: the words in, the messages out."""

from datetime import timedelta

from sqlmodel import select

from kit.outbox.models import Job
from tests.support.desk import Desk
from tickets.desk.models import Team
from tickets.models import EventKind
from tickets.repository import get_ticket
from tickets.resolving import resolve
from tickets.rhythm import rhythm_of
from tickets.stages import Priority, Stage
from tickets.surveys.service import survey_of
from tickets.working import hand_back, promise, reply


async def staff_replies(desk: Desk, text: str) -> None:
    async with desk.ground.db.transaction() as session:
        ticket = await get_ticket(session, (await desk.ticket()).id)
        await reply(
            session,
            desk.clock.now(),
            ticket,
            text=text,
            staff=desk.staff,
            rhythm=rhythm_of(desk.ground.settings),
        )
    await desk.pump()


async def staff_resolves(desk: Desk, solution: str) -> None:
    async with desk.ground.db.transaction() as session:
        ticket = await get_ticket(session, (await desk.ticket()).id)
        await resolve(
            session,
            desk.clock.now(),
            ticket,
            solution=solution,
            staff=desk.staff,
            seen=ticket.version,
            rhythm=rhythm_of(desk.ground.settings),
        )
    await desk.pump()


async def open_a_ticket(desk: Desk) -> None:
    """From the question over "no" to a number."""
    await desk.write("离线发票一直上传不了怎么办")
    while "登记工单" not in desk.labels() and "跳过" not in desk.labels():
        await desk.write("没解决")
    if "登记工单" in desk.labels():
        await desk.press("登记工单")
    while (await desk.tickets()) == []:
        await desk.press("跳过")
    desk.news()


class TestAnswer:
    async def test_a_question_gets_steps_a_link_and_the_question_whether_it_helped(self, desk: Desk) -> None:
        (answer,) = await desk.write("离线发票一直上传不了怎么办")
        assert "1. " in answer
        assert answer.endswith("解决了吗？")
        (sent,) = desk.channel.sent
        assert sent.message.links[0].url == "http://desk.test/help/fix-offline-not-uploaded?lang=zh"
        assert desk.labels()[:2] == ["解决了", "没解决"]

    async def test_an_english_question_is_answered_in_english(self, desk: Desk) -> None:
        (answer,) = await desk.write("my offline invoices are not uploading, what should I do?")
        assert answer.endswith("Did that solve it?")

    async def test_what_nobody_wrote_an_article_about_is_admitted(self, desk: Desk) -> None:
        (answer,) = await desk.write("附近哪家川菜馆好吃")
        assert "没有把握" in answer
        assert desk.labels() == ["登记工单", "转人工"]

    async def test_several_short_messages_are_one_turn(self, desk: Desk) -> None:
        await desk.write("在吗", pump=False)
        await desk.write("离线发票", pump=False)
        assert len(await desk.write("一直上传不了怎么办")) == 1


class TestTicket:
    async def test_facts_are_asked_one_at_a_time_and_a_question_between_is_answered(self, desk: Desk) -> None:
        await desk.write("附近的打印店几点关门")
        (first,) = await desk.press("登记工单")
        assert "错误提示" in first
        (between,) = await desk.write("对了，离线发票一直上传不了怎么办？")
        assert "1. " in between
        assert "错误提示" in between
        assert "解决了吗" not in between
        (then,) = await desk.write("提示：网络异常 -1001")
        assert "地区" in then
        (tax,) = await desk.write("北京朝阳")
        assert "税号" in tax
        (doubt,) = await desk.write("91110105MA01ABCDOX")
        assert "再看一下" in doubt
        await desk.press("跳过")
        (opened,) = await desk.write("13800138000")
        ticket = await desk.ticket()
        assert ticket.number in opened
        assert ticket.lookup_code in opened
        assert ticket.facts["region"] == "北京"
        assert ticket.facts["phone"].endswith("13800138000")
        async with desk.ground.db.reading() as session:
            team = (await session.exec(select(Team).where(Team.id == ticket.team_id))).one()
        assert team.region == "北京"

    async def test_a_person_is_called_at_any_time_with_place_and_wait(self, desk: Desk) -> None:
        (opened,) = await desk.write("转人工")
        ticket = await desk.ticket()
        assert ticket.wants_person
        assert ticket.number in opened
        assert "第一位" in opened

    async def test_staff_speaking_silences_the_bot_until_released(self, desk: Desk) -> None:
        await open_a_ticket(desk)
        await staff_replies(desk, "您好，我是王芳，我来看一下。")
        assert any("王芳" in text for text in desk.news())
        assert await desk.write("离线发票一直上传不了怎么办") == []
        async with desk.ground.db.transaction() as session:
            ticket = await get_ticket(session, (await desk.ticket()).id)
            await hand_back(session, desk.clock.now(), ticket, staff=desk.staff)
        assert await desk.write("离线发票一直上传不了怎么办") != []


class TestNews:
    async def test_a_stage_change_and_a_promise_are_told(self, desk: Desk) -> None:
        await open_a_ticket(desk)
        async with desk.ground.db.transaction() as session:
            ticket = await get_ticket(session, (await desk.ticket()).id)
            by = desk.clock.now() + timedelta(hours=2)
            await promise(
                session,
                desk.clock.now(),
                ticket,
                at=by,
                staff=desk.staff,
                seen=ticket.version,
                rhythm=rhythm_of(desk.ground.settings),
            )
        await desk.pump()
        (told,) = desk.news()
        assert "前给您答复" in told

    async def test_silence_is_broken_on_the_rhythm_even_when_nothing_changed(self, desk: Desk) -> None:
        await open_a_ticket(desk)
        for _ in range(2):
            await desk.later(seconds=desk.ground.settings.progress_every_s + 1)
            (told,) = desk.news()
            assert "还在处理中" in told

    async def test_a_lapsed_promise_alarms_the_queue_and_not_the_customer(self, desk: Desk) -> None:
        await open_a_ticket(desk)
        async with desk.ground.db.transaction() as session:
            ticket = await get_ticket(session, (await desk.ticket()).id)
            by = desk.clock.now() + timedelta(minutes=10)
            await promise(
                session,
                desk.clock.now(),
                ticket,
                at=by,
                staff=desk.staff,
                seen=ticket.version,
                rhythm=rhythm_of(desk.ground.settings),
            )
        await desk.pump()
        desk.news()
        await desk.later(minutes=11)
        assert (await desk.ticket()).alarm == "promise_lapsed"
        assert desk.news() == []


class TestEnd:
    async def test_no_reopens_with_raised_priority_and_tells_staff_why(self, desk: Desk) -> None:
        await open_a_ticket(desk)
        before = await desk.ticket()
        await staff_resolves(desk, "已重新上传，请重启软件。")
        assert any("已重新上传" in text for text in desk.news())
        await desk.later(seconds=desk.ground.settings.fixed_check_after_s + 1)
        (asked,) = desk.news()
        assert "真的好了吗" in asked
        (sorry,) = await desk.press("没好")
        assert "重新打开" in sorry
        await desk.write("重启后还是提示上传失败")
        ticket = await desk.ticket()
        assert ticket.stage == Stage.PROCESSING
        assert ticket.priority == Priority(before.priority - 1)
        assert ticket.alarm == "reopened"
        reasons = [event.data.get("reason") for event in await desk.events(ticket)]
        assert "重启后还是提示上传失败" in reasons

    async def test_yes_closes_then_a_survey_of_two_taps_is_asked_once(self, desk: Desk) -> None:
        await open_a_ticket(desk)
        await staff_resolves(desk, "已处理。")
        await desk.later(seconds=desk.ground.settings.fixed_check_after_s + 1)
        (_, closed) = [*desk.news()[-1:], *(await desk.press("好了"))]
        assert "办结" in closed
        await desk.later(seconds=desk.ground.settings.survey_after_s + 1)
        (asked,) = desk.news()
        assert "满意吗" in asked
        await desk.press("5 很满意")
        (thanks,) = await desk.write("王芳很耐心")
        assert "记下了" in thanks
        ticket = await desk.ticket()
        async with desk.ground.db.reading() as session:
            survey = await survey_of(session, ticket.id)
        assert survey is not None
        assert (ticket.stage, survey.score, survey.comment) == (Stage.SOLVED, 5, "王芳很耐心")
        await desk.later(days=30)
        assert desk.news() == []
        async with desk.ground.db.reading() as session:
            assert (await session.exec(select(Job))).all() == []

    async def test_a_person_is_not_asked_again_within_the_quiet_days(self, desk: Desk) -> None:
        for _ in range(2):
            await desk.write("转人工")
            await staff_resolves(desk, "已处理。")
            await desk.later(seconds=desk.ground.settings.fixed_check_after_s + 1)
            await desk.press("好了")
            desk.news()
            await desk.later(seconds=desk.ground.settings.survey_after_s + 1)
        kinds = [event.kind for event in await desk.events(await desk.ticket())]
        assert EventKind.SURVEY_SKIPPED in kinds
        assert desk.news() == []

    async def test_without_an_answer_the_ticket_is_closed_and_can_be_reopened_by_a_word(self, desk: Desk) -> None:
        await open_a_ticket(desk)
        await staff_resolves(desk, "已处理。")
        await desk.later(seconds=desk.ground.settings.confirm_window_s + 1)
        assert (await desk.ticket()).stage == Stage.SOLVED
        await desk.write("没好")
        assert (await desk.ticket()).stage == Stage.PROCESSING


class TestDeliveries:
    async def test_every_message_is_sent_once_and_recorded(self, desk: Desk) -> None:
        await open_a_ticket(desk)
        await staff_replies(desk, "您好。")
        deliveries = await desk.deliveries()
        assert {delivery.state for delivery in deliveries} == {"sent"}
        assert [sent.key for sent in desk.channel.sent] == [delivery.key for delivery in deliveries]
