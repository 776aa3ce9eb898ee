"""A walk with the bot: begun by an answer or in so many words, interrupted, gone back on, ended in a ticket."""

from dataclasses import replace

import pytest
from sqlmodel import select

from bot.bootstrap import make_runtime
from bot.installation import CONTENT
from kit.clock import FrozenClock
from kit.ground import Ground
from knowledge.playbooks.counting import courses
from knowledge.playbooks.models import Playbook, PlaybookVersion
from knowledge.playbooks.plans import Escalate
from knowledge.playbooks.shelf import read_sources, ship_folder
from knowledge.playbooks.walking import Answered, answer, begin, told
from tests.knowledge.playbooks.walks import KEYS, SOUND, plan_of, ways_to_ends
from tests.support.desk import Desk, make_desk, remembered_index
from tickets.repository import get_ticket
from tickets.stages import Priority

LOGIN = "登录不上怎么办"
WALK = "一步步带我查"


async def killed(desk: Desk) -> Desk:
    """A process that has just begun, on what the one before has left in the database."""
    runtime = make_runtime(
        desk.ground, channels={"fake": desk.channel}, own_accounts={"fake": "main"}, build=remembered_index
    )
    await runtime.library.open()
    return replace(desk, runtime=runtime, senders=(runtime.outward("fake", "main"),))


@pytest.fixture
async def desk(ground: Ground, clock: FrozenClock) -> Desk:
    async with ground.db.transaction() as session:
        assert await ship_folder(session, clock.now(), await read_sources(CONTENT / "playbooks")) == 10
        assert await ship_folder(session, clock.now(), await read_sources(CONTENT / "playbooks")) == 0
    return await make_desk(ground, clock)


class TestBegun:
    async def test_by_a_button_under_the_answer(self, desk: Desk) -> None:
        await desk.write(LOGIN)
        assert WALK in desk.labels()
        (said,) = await desk.press(WALK)
        assert "您是在哪儿登录不上" in said
        assert "1. 电子税务局网页" in said
        assert "电子税务局网页" in desk.labels()
        assert "上一步" not in desk.labels()

    async def test_in_so_many_words(self, desk: Desk) -> None:
        (said,) = await desk.write("帮我看看为什么登录总是不行")
        assert "您是在哪儿登录不上" in said

    async def test_after_the_answer_did_not_help_and_only_if_wanted(self, desk: Desk) -> None:
        await desk.write(LOGIN)
        (said,) = await desk.press("没解决")
        assert "一步步查" in said
        (said,) = await desk.press("不用了")
        assert "您是在哪儿登录不上" not in said
        for _ in range(3):
            (said,) = await desk.write("没解决")
            assert "一步步查" not in said
        await desk.write(LOGIN, who="other")
        await desk.press("没解决", who="other")
        (said,) = await desk.write("好", who="other")
        assert "您是在哪儿登录不上" in said

    async def test_what_was_said_is_not_asked(self, desk: Desk) -> None:
        (said,) = await desk.write("一步步带我查登录问题", who="a")
        assert "您是在哪儿登录不上" in said
        await desk.write("我用税务UKey开票软件登录不上", who="b")
        (said,) = await desk.write("一步步带我查", who="b")
        assert "卡在哪一步" in said


class TestOnTheWay:
    async def test_numbers_words_back_and_restart(self, desk: Desk) -> None:
        await desk.write("一步步带我查登录问题")
        (said,) = await desk.write("1")
        assert "屏幕上是怎么说的" in said
        assert "上一步" in desk.labels()
        (said,) = await desk.write("验证码一直收不到短信")
        assert "好了没有" in said
        (said,) = await desk.write("上一步")
        assert "屏幕上是怎么说的" in said
        (said,) = await desk.press("上一步")
        assert "您是在哪儿登录不上" in said
        await desk.write("2")
        (said,) = await desk.write("重新开始")
        assert "您是在哪儿登录不上" in said

    async def test_a_question_between_is_answered_and_the_thread_kept(self, desk: Desk) -> None:
        await desk.write("一步步带我查登录问题")
        await desk.write("1")
        (said,) = await desk.write("离线发票一直上传不了怎么办？")
        assert "离线" in said
        assert "接着刚才的" in said
        assert "屏幕上是怎么说的" in said
        (said,) = await desk.write("1")
        assert "先别再试旧密码" in said

    async def test_not_understood_it_says_how_and_then_offers_a_person(self, desk: Desk) -> None:
        await desk.write("一步步带我查登录问题")
        (said,) = await desk.write("嗯呢那个")
        assert "回数字也行" in said
        assert "转人工" not in desk.labels()
        (said,) = await desk.write("就那个呀")
        assert "转人工" in desk.labels()

    async def test_stopped_it_is_over(self, desk: Desk) -> None:
        await desk.write("一步步带我查登录问题")
        (said,) = await desk.write("算了")
        assert "先不查了" in said
        (said,) = await desk.write("1")
        assert "屏幕上是怎么说的" not in said

    async def test_a_button_of_an_earlier_question_shows_where_we_are(self, desk: Desk) -> None:
        await desk.write("一步步带我查登录问题")
        first = desk.button("手机 App")
        await desk.write("1")
        (said,) = await desk.write("手机 App", button=first.id)
        assert "屏幕上是怎么说的" in said

    async def test_an_edit_meanwhile_changes_nothing_for_who_is_under_way(self, desk: Desk) -> None:
        await desk.write("一步步带我查登录问题")
        async with desk.ground.db.transaction() as session:
            playbook = (await session.exec(select(Playbook).where(Playbook.key == "cannot-log-in"))).one()
            version = (
                await session.exec(select(PlaybookVersion).where(PlaybookVersion.playbook_id == playbook.id))
            ).one()
            version.state = "replaced"
            await session.flush()
            text = version.source.replace("  message:\n", "  another:\n").replace("to: message\n", "to: another\n")
            changed = PlaybookVersion(
                **{**version.model_dump(), "id": None, "number": 2, "state": "published", "source": text, "digest": "x"}
            )
            session.add(changed)
            playbook.updated_at = desk.clock.now()
        (said,) = await desk.write("1")
        assert "屏幕上是怎么说的" in said

    async def test_where_the_text_itself_is_gone_it_goes_on_from_the_nearest_place(self, desk: Desk) -> None:
        await desk.write("一步步带我查登录问题")
        await desk.write("1")
        async with desk.ground.db.transaction() as session:
            playbook = (await session.exec(select(Playbook).where(Playbook.key == "cannot-log-in"))).one()
            version = (
                await session.exec(select(PlaybookVersion).where(PlaybookVersion.playbook_id == playbook.id))
            ).one()
            version.source = version.source.replace("  message:\n", "  other:\n").replace(
                "to: message\n", "to: other\n"
            )
            version.digest = "x"
            playbook.updated_at = desk.clock.now()
        (said,) = await desk.write("1")
        assert "刚更新过" in said
        assert "您是在哪儿登录不上" in said
        (said,) = await desk.write("1")
        assert "屏幕上是怎么说的" in said


class TestEnds:
    async def test_fixed_it_is_counted_as_helped(self, desk: Desk) -> None:
        await desk.write(LOGIN)
        await desk.press(WALK)
        await desk.write("1")
        await desk.write("1")
        (said,) = await desk.press("好了")
        assert "登上了就行" in said
        assert await desk.tickets() == []
        assert (await desk.write("谢谢"))[0]

    async def test_escalated_the_ticket_has_all_that_was_found_out(self, desk: Desk) -> None:
        await desk.write(LOGIN)
        await desk.press(WALK)
        await desk.write("1")
        await desk.write("1")
        await desk.press("还不行")
        await desk.press("还不行")
        await desk.write("提示：账号异常，请联系管理员")
        (said,) = await desk.write("大家都登不上")
        assert "查平台" in said
        ticket = await desk.ticket()
        assert ticket.number in said
        assert ticket.subject == LOGIN
        assert ticket.facts["登录的地方"] == "电子税务局网页"
        assert ticket.facts["还有谁登不上"] == "大家都登不上"
        assert "账号异常" in ticket.facts["提示原话"]
        assert "找回密码" in ticket.facts["试过没用的"]
        assert ticket.priority <= Priority.HIGH
        (said,) = await desk.write("你好")
        assert "登录的时候" not in said

    async def test_a_person_in_the_middle_gets_it_too(self, desk: Desk) -> None:
        await desk.write("一步步带我查登录问题")
        await desk.write("1")
        await desk.write("转人工")
        ticket = await desk.ticket()
        assert ticket.wants_person
        assert ticket.facts["登录的地方"] == "电子税务局网页"

    async def test_what_the_open_ticket_says_is_not_asked(self, desk: Desk) -> None:
        await desk.write("转人工")
        async with desk.ground.db.transaction() as session:
            ticket = await get_ticket(session, (await desk.ticket()).id)
            ticket.facts = {"client": "税务UKey"}
        (said,) = await desk.write("一步步带我查登录问题")
        assert "卡在哪一步" in said

    async def test_on_an_open_ticket_it_is_added(self, desk: Desk) -> None:
        await desk.write("转人工")
        before = await desk.ticket()
        await desk.write("一步步带我查登录问题")
        await desk.write("1")
        await desk.write("账号被锁了")
        await desk.press("还不行")
        assert len(await desk.tickets()) == 1
        ticket = await desk.ticket()
        assert ticket.id == before.id
        assert ticket.facts["提示的意思"] == "账号被锁了"

    async def test_how_walks_went_is_counted(self, desk: Desk) -> None:
        since = desk.clock.now()
        for who, answers in (
            ("a", ["1", "1", "好了"]),
            ("b", ["1", "账号被锁了", "还不行"]),
            ("e", ["1", "转人工"]),
            ("c", ["1"]),
            ("d", []),
        ):
            await desk.write("一步步带我查登录问题", who=who)
            for said in answers:
                await desk.write(said, who=who)
        desk.clock.advance(hours=30)
        async with desk.ground.db.reading() as session:
            course = (await courses(session, desk.clock.now(), since))["cannot-log-in"]
        assert (course.started, course.fixed, course.escalated, course.left) == (5, 1, 2, 2)
        assert course.left_at == {"message": 1, "where": 1}


@pytest.mark.parametrize("key", KEYS)
async def test_killed_at_every_step_nothing_is_lost(desk: Desk, key: str) -> None:
    """The longest way of each, every answer to a process of its own, all of them on the database alone."""
    plan = plan_of(key)
    way = max(ways_to_ends(plan), key=len)
    await desk.write(plan.questions["zh"][0])
    step = begin(plan, {})
    for given in way:
        if step.walk.node != given.node:
            continue
        desk = await killed(desk)
        before = len(desk.channel.texts("li"))
        if given.value and given.value not in {"solved", "else"}:
            await desk.press(given.words)
        else:
            await desk.write(given.words)
        assert len(desk.channel.texts("li")) == before + 1
        said = Answered(value=given.value) if given.value else Answered(text=given.words, typed=_typed(given.words))
        step = answer(plan, step.walk, said) or step
    assert step.end is not None
    assert step.end.words["zh"].splitlines()[0] in desk.channel.texts("li")[-1]
    if isinstance(step.end, Escalate):
        facts = (await desk.ticket()).facts
        for label, value in told(plan, step.walk):
            assert value["zh"] in {facts.get(label["zh"]), *facts.values()}


def _typed(words: str) -> dict[str, str]:
    return {check: words for check, sound in SOUND.items() if sound == words}
