"""Wishes without words, as platforms send them: followed, scanned, a menu key, a command."""

from channels.port import Attachment
from tests.flows.test_story import staff_replies
from tests.support.desk import Desk


class TestStart:
    async def test_who_opens_the_chat_is_greeted_at_once(self, desk: Desk) -> None:
        (greeting,) = await desk.write(command="start")
        assert "小助手" in greeting
        assert desk.labels() == ["查工单进度", "转人工"]

    async def test_where_somebody_came_from_stands_on_the_ticket(self, desk: Desk) -> None:
        await desk.write(command="start", argument="hall-3")
        await desk.write("转人工")
        assert (await desk.ticket()).facts["scene"] == "hall-3"

    async def test_staff_read_what_was_done_without_words(self, desk: Desk) -> None:
        await desk.write(command="start")
        assert (await desk.messages())[0].text == "［打开了对话］"

    async def test_a_command_nobody_knows_is_no_reason_to_fail(self, desk: Desk) -> None:
        (said,) = await desk.write(command="dance")
        assert "没太明白" in said


class TestStatusAndHuman:
    async def test_status_tells_of_the_newest_ticket(self, desk: Desk) -> None:
        (none,) = await desk.write(command="status")
        assert "还没有工单" in none
        await desk.write(command="human")
        (status,) = await desk.write(command="status")
        assert (await desk.ticket()).number in status

    async def test_human_opens_a_ticket_and_then_calls_on_it(self, desk: Desk) -> None:
        (opened,) = await desk.write(command="human")
        assert "第一位" in opened
        (called,) = await desk.write(command="human")
        assert "已经帮您叫同事了" in called
        assert len(await desk.tickets()) == 1

    async def test_status_is_told_even_while_staff_lead(self, desk: Desk) -> None:
        await desk.write(command="human")
        await staff_replies(desk, "我来看看。")
        desk.news()
        (status,) = await desk.write(command="status")
        assert (await desk.ticket()).number in status
        assert await desk.write(command="human") == []


class TestLanguage:
    async def test_a_choice_is_offered_and_kept_for_what_tells_no_language(self, desk: Desk) -> None:
        (asked,) = await desk.write(command="lang")
        assert "哪种语言" in asked
        assert desk.labels() == ["中文", "English"]
        (done,) = await desk.press("English")
        assert done == "All right, English from now on."
        (status,) = await desk.write("123")
        assert "a little more" in status

    async def test_it_is_kept_although_the_platform_says_otherwise(self, desk: Desk) -> None:
        await desk.write(command="lang", argument="en", locale="zh")
        (said,) = await desk.write("OK", locale="zh")
        assert "a little more" in said

    async def test_what_the_desk_sends_later_is_in_it_too(self, desk: Desk) -> None:
        await desk.write(command="human")
        await desk.write(command="lang", argument="en")
        desk.news()
        await desk.later(seconds=desk.ground.settings.progress_every_s + 1)
        (told,) = desk.news()
        assert "ticket" in told.lower()

    async def test_it_can_be_asked_for_in_words(self, desk: Desk) -> None:
        (done,) = await desk.write("English please")
        assert "English from now on" in done
        (back,) = await desk.write("说中文")
        assert "用中文" in back


class TestTogether:
    async def test_what_piled_up_is_one_answer_to_all_of_it(self, desk: Desk) -> None:
        await desk.write(command="lang", argument="en", pump=False)
        (said,) = await desk.write("my offline invoices are not uploading, what should I do?")
        assert said.startswith("All right, English")
        assert said.endswith("Did that solve it?")

    async def test_a_command_is_not_kept_waiting_for_a_second_line(self, desk: Desk) -> None:
        await desk.write(command="start", pump=False)
        await desk.pump()
        assert len(desk.news()) == 1


class TestLostFiles:
    async def test_a_file_that_could_not_be_fetched_is_asked_for_again(self, desk: Desk) -> None:
        lost = Attachment(id="", name="截图.png", mime="image/png", size=0)
        (said,) = await desk.write(attachments=(lost,))
        assert "没能取到" in said

    async def test_on_an_open_ticket_it_is_kept_like_any_other(self, desk: Desk) -> None:
        await desk.write(command="human")
        lost = Attachment(id="", name="截图.png", mime="image/png", size=0)
        (said,) = await desk.write(attachments=(lost,))
        assert "已补充到工单" in said
        assert (await desk.messages())[-2].attachments == [lost.model_dump()]
