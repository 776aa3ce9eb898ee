"""Machines that do not say so are found out by what they do, and people are not taken for them."""

from collections.abc import AsyncIterator

import pytest

import bot.schema  # noqa: F401 - the tables.
from channels.email.brakes import words_in
from channels.reach import refusal_of
from kit.clock import FrozenClock
from kit.ground import Ground
from tests.channels.email.arrivals import OURS, PASSED, OurMailbox, mail, open_mailbox

AWAY = "您好，我在外地出差，十二月一日回来以后再处理您的来信。"
OWN = frozenset({OURS})


@pytest.fixture
async def box(ground: Ground, clock: FrozenClock) -> AsyncIterator[OurMailbox]:
    async with open_mailbox(ground, clock) as opened:
        yield opened


async def automatic(box: OurMailbox) -> list[str]:
    """Why each mail so far is taken for a machine's."""
    return [one.automatic for one in await box.log()]


class TestWords:
    def test_dates_and_white_space_make_no_difference(self) -> None:
        assert words_in("我 12月1日\n回来。", OWN) == words_in("我 1月12日 回来", OWN)

    def test_what_is_quoted_in_an_unknown_form_makes_none(self) -> None:
        one = f"{AWAY}\n*** {OURS} skrev 2026-11-24:\n* 收到了，我们会尽快处理。"
        other = f"{AWAY}\n*** {OURS} skrev 2026-11-25:\n* 已经有进展了。"
        assert words_in(one, OWN) == words_in(other, OWN) == words_in(AWAY, OWN)

    def test_quoted_lines_make_none(self) -> None:
        assert words_in(f"{AWAY}\n> 一", OWN) == words_in(f"{AWAY}\n> 二\n> 三", OWN)

    def test_other_words_do(self) -> None:
        assert words_in("打印机坏了", OWN) != words_in("打印机好了", OWN)

    @pytest.mark.parametrize("text", ["好了", "谢谢！", "Thank you.", "It works now"])
    def test_what_people_say_again_and_again_is_short(self, text: str) -> None:
        assert words_in(text, OWN).short

    def test_a_sentence_is_not(self) -> None:
        assert not words_in(AWAY, OWN).short


class TestForgers:
    async def test_whoever_writes_in_a_persons_name_silences_nobody_but_themselves(self, box: OurMailbox) -> None:
        for number in range(14):
            box.clock.advance(minutes=1)
            await box.take(mail(f"第{number}封别人写的信，内容各不相同", subject=f"第{number}封"))
        await box.take(mail("我的打印机还是不行", subject="本人", Authentication_Results=PASSED))
        assert (await automatic(box))[-3:] == ["too_many", "too_many", ""]

    async def test_a_machine_whose_mail_is_proven_is_counted_as_before(self, box: OurMailbox) -> None:
        for number in range(13):
            box.clock.advance(minutes=1)
            await box.take(mail(f"第{number}条告警", subject=f"第{number}条", Authentication_Results=PASSED))
        assert (await automatic(box))[-2:] == ["", "too_many"]


class TestTwoMachines:
    async def test_one_that_sets_no_head_gets_one_answer_of_ours(self, box: OurMailbox) -> None:
        """It answers everything with the same words; we answer whatever is not a machine's."""
        answers = 0
        await box.take(mail(AWAY, subject="自我介绍"))
        for number in range(8):
            if (await box.log())[-1].automatic or await _refused(box):
                break
            key = await box.sent(text=f"第{number}次回复")
            answers += 1
            box.clock.advance(seconds=3)
            quoted = f"{AWAY}\n\n*** {OURS} skrev {number}:\n* 第{number}次回复"
            await box.take(await box.answer(key, quoted))
        assert answers == 1
        assert await _refused(box)

    async def test_nor_when_its_answers_name_nothing(self, box: OurMailbox) -> None:
        for _ in range(2):
            await box.take(mail(AWAY, subject="Re: 打印机", Authentication_Results=PASSED))
            await box.sent()
            box.clock.advance(seconds=3)
        assert await automatic(box) == ["", "repeated"]
        assert await _refused(box)

    async def test_one_that_nobody_vouches_for_gets_no_answer_and_ends_nothing(self, box: OurMailbox) -> None:
        for _ in range(2):
            await box.take(mail(AWAY, subject="Re: 打印机"))
            await box.sent()
        assert await automatic(box) == ["", "repeated"]
        assert not await _refused(box)

    async def test_it_is_known_again_for_ever(self, box: OurMailbox) -> None:
        for _ in range(2):
            await box.take(await box.answer(await box.sent(), AWAY))
        box.clock.advance(days=40)
        await box.take(await box.answer(await box.sent(), AWAY))
        assert (await automatic(box))[2:] == ["repeated"]

    async def test_again_and_again_without_a_word_of_ours_is_a_machine_too(self, box: OurMailbox) -> None:
        for _ in range(4):
            await box.take(mail("磁盘快满了，请马上清理服务器的日志。", subject="告警"))
            box.clock.advance(minutes=20)
        assert await automatic(box) == ["", "", "repeated", "repeated"]


class TestPeople:
    async def test_say_thank_you_more_than_once(self, box: OurMailbox) -> None:
        for _ in range(3):
            await box.take(await box.answer(await box.sent(), "谢谢"))
            box.clock.advance(hours=1)
        assert await automatic(box) == ["", "", ""]

    async def test_send_a_mail_twice_when_nobody_answers(self, box: OurMailbox) -> None:
        for _ in range(2):
            await box.take(mail("三楼的打印机不工作了，请派人来看看。"))
        assert await automatic(box) == ["", ""]

    async def test_have_the_same_trouble_another_day(self, box: OurMailbox) -> None:
        for _ in range(2):
            await box.take(await box.answer(await box.sent(), "三楼的打印机又不工作了，请派人来看看。"))
            box.clock.advance(days=2)
        assert await automatic(box) == ["", ""]

    async def test_write_to_staff_as_often_as_it_takes(self, box: OurMailbox) -> None:
        for number in range(8):
            await box.take(await box.answer(await box.sent(author="staff"), f"这是我试过的第{'一' * number}种办法"))
        assert set(await automatic(box)) == {""}


class TestTooMany:
    async def test_more_in_an_hour_than_a_person_writes(self, box: OurMailbox) -> None:
        for number in range(14):
            await box.take(mail(f"这是关于{'很' * number}多事情的来信"))
            box.clock.advance(minutes=4)
        assert await automatic(box) == [""] * 12 + ["too_many"] * 2
        assert len(await box.heard()) == 14
        box.clock.advance(hours=1)
        await box.take(mail("过了一个小时我又想起一件事情。"))
        assert (await automatic(box))[-1] == ""

    async def test_more_in_a_day(self, box: OurMailbox) -> None:
        for number in range(42):
            await box.take(mail(f"这是关于{'很' * number}多事情的来信"))
            box.clock.advance(minutes=30)
        assert await automatic(box) == [""] * 40 + ["too_many"] * 2

    async def test_what_others_write_does_not_count(self, box: OurMailbox) -> None:
        for number in range(7):
            await box.take(mail("打印机坏了，请派人来看看。", sender=f"p{number}@customer.test"))
        assert set(await automatic(box)) == {""}


async def _refused(box: OurMailbox) -> bool:
    async with box.ground.db.reading() as session:
        return await refusal_of(session, box.thread()) is not None
