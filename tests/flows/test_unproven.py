"""Who only says to be the person reads and changes nothing that is there; machines are kept and never answered."""

import pytest

from channels.port import Capabilities, MediaKind
from channels.testing import FakeChannel
from kit.clock import FrozenClock
from kit.ground import Ground
from tests.flows.test_story import staff_replies, staff_resolves
from tests.support.desk import Desk, make_desk
from tickets.stages import Stage


@pytest.fixture
async def desk(ground: Ground, clock: FrozenClock) -> Desk:
    """Letters: hours pass between two of them."""
    post = FakeChannel(
        capabilities=Capabilities(
            text_limit=100_000, attachments=frozenset(MediaKind), mixed=True, links=True, slow=True
        )
    )
    return await make_desk(ground, clock, post)


MATTER = "报税盘读不出来，装了驱动也没用，急"


async def key_of_last(desk: Desk) -> str:
    return (await desk.deliveries())[-1].key


class TestLetters:
    async def test_what_we_do_not_know_becomes_a_ticket_at_once(self, desk: Desk) -> None:
        (told,) = await desk.write(MATTER)
        ticket = await desk.ticket()
        assert ticket.number in told
        assert ticket.subject.startswith("报税盘读不出来")

    async def test_what_we_know_is_answered(self, desk: Desk) -> None:
        (told,) = await desk.write("登录不上怎么办")
        assert "登录" in told
        assert await desk.tickets() == []

    async def test_what_is_written_on_an_open_matter_goes_to_those_who_work_on_it(self, desk: Desk) -> None:
        await desk.write(MATTER)
        assert await desk.write("登录不上怎么办") == []
        assert len(await desk.tickets()) == 1
        assert (await desk.messages())[-1].ticket_id == (await desk.ticket()).id

    async def test_an_answer_finds_the_matter_it_is_about(self, desk: Desk) -> None:
        await desk.write(MATTER)
        first = await desk.ticket()
        await staff_resolves(desk, "已处理。")
        await desk.later(seconds=desk.ground.settings.fixed_check_after_s + 1)
        asked = await key_of_last(desk)
        await desk.write("另一件事：红字发票信息表提交不了，报错码 5001，急", proven=False)
        assert len(await desk.tickets()) == 2
        await desk.write("没好", answers=asked)
        reopened = next(one for one in await desk.tickets() if one.id == first.id)
        assert reopened.stage == Stage.PROCESSING


class TestUnproven:
    async def test_a_forged_letter_opens_a_matter_of_its_own(self, desk: Desk) -> None:
        await desk.write(MATTER)
        await staff_replies(desk, "请发一下截图。")
        known = await desk.ticket()
        before = (known.stage, known.version)
        await desk.write("发票改寄到上海的新地址，电话也换了，报错 7788", proven=False, number=known.number)
        tickets = await desk.tickets()
        forged = next(one for one in tickets if one.id != known.id)
        assert (await desk.events(known))[-1].kind == "replied"
        known = next(one for one in tickets if one.id == known.id)
        assert (known.stage, known.version) == before
        assert forged.subject.startswith("发票改寄到上海")
        (letter,) = [one for one in await desk.messages() if one.text.startswith("发票改寄")]
        assert (letter.marks, letter.ticket_id) == (["unproven"], None)

    async def test_it_reads_nothing(self, desk: Desk) -> None:
        await desk.write(MATTER)
        number = (await desk.ticket()).number
        (told,) = await desk.write(f"工单 {number} 到哪一步了", proven=False)
        assert "处理" not in told or number not in told

    async def test_it_changes_not_the_language_in_which_news_are_told(self, desk: Desk) -> None:
        await desk.write(MATTER)
        await desk.write("My invoices are lost, please send all of them to me, error 7788, urgent", proven=False)
        await desk.later(seconds=desk.ground.settings.progress_every_s + 1)
        assert any("还在处理中" in told for told in desk.news())

    async def test_it_does_not_answer_what_the_person_was_asked(self, desk: Desk) -> None:
        await desk.write(MATTER)
        await staff_resolves(desk, "已处理。")
        await desk.later(seconds=desk.ground.settings.fixed_check_after_s + 1)
        await desk.write("好了", proven=False)
        assert (await desk.tickets())[0].stage == Stage.CONFIRMING
        await desk.write("好了")
        assert (await desk.tickets())[0].stage == Stage.SOLVED

    async def test_a_number_helps_only_whom_we_know(self, desk: Desk) -> None:
        await desk.write(MATTER)
        number = (await desk.ticket()).number
        await desk.write("我来补充：地区是北京，报错 9001，麻烦看看", who="stranger", number=number)
        assert {one.contact_id for one in await desk.tickets()} == {1, 2}


class TestMachines:
    async def test_what_a_machine_writes_is_kept_and_not_answered(self, desk: Desk) -> None:
        assert await desk.write("我在休假，周一回复", automatic=True) == []
        (kept,) = await desk.messages()
        assert (kept.text, kept.marks) == ("我在休假，周一回复", ["automatic"])
        assert await desk.tickets() == []

    async def test_after_its_answer_only_people_write_to_it_until_somebody_is_there(self, desk: Desk) -> None:
        await desk.write(MATTER)
        await desk.write("我在休假", automatic=True, answers=await key_of_last(desk))
        await desk.later(seconds=desk.ground.settings.progress_every_s + 1)
        assert desk.news() == []
        assert (await desk.deliveries())[-1].error_code == "answered_by_machine"
        await staff_replies(desk, "已经查到原因。")
        assert desk.news() == ["已经查到原因。"]
        await desk.write("谢谢，还是不行", back_in_reach=True)
        await desk.later(seconds=desk.ground.settings.progress_every_s + 1)
        assert "还在处理中" in desk.news()[-1]

    async def test_two_letters_at_once_are_two_matters(self, desk: Desk) -> None:
        await desk.write(MATTER, proven=False, pump=False)
        await desk.write("红字发票信息表提交不了，报错码 5001，急", proven=False, pump=False)
        await desk.later(seconds=1)
        assert len(await desk.tickets()) == 2

    async def test_people_and_machines_are_not_one_turn(self, desk: Desk) -> None:
        await desk.write("我在休假", automatic=True, pump=False)
        await desk.write(MATTER, pump=False)
        await desk.later(seconds=1)
        assert [message.marks for message in await desk.messages() if message.author == "customer"] == [
            ["automatic"],
            None,
        ]
        assert len(await desk.tickets()) == 1
