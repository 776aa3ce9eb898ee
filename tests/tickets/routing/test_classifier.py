"""What a ticket is about, found by itself; and what staff make of it."""

import pytest
from sqlmodel import select

from bot.learning import learn, learn_if_due
from kit.clock import FrozenClock
from kit.ground import Ground
from tests.support.tickets import WANG, ticket_now
from tests.tickets.routing.office import Office
from tickets.desk.models import Category
from tickets.errors import TicketChangedError
from tickets.models import EventKind, Ticket
from tickets.repository import change, get_ticket
from tickets.routing.classifier import Classifier, features
from tickets.routing.correcting import set_category
from tickets.routing.training import Example, train
from tickets.timeline import describe

_TEXTS = {
    "login": ("登录不上去", "密码忘了进不去", "短信验证码收不到", "登录页面一直转圈", "账号被锁住了登录不了"),
    "print": ("打印机不出纸", "发票打印偏了", "打印出来是空白", "打印格式不对", "针式打印机驱动装不上"),
    "data": ("数据丢了", "升级以后历史数据没有了", "数据库连不上", "数据恢复不了", "备份的数据打不开"),
}


async def stored(ground: Ground, key: str) -> Category:
    async with ground.db.reading() as session:
        return (await session.exec(select(Category).where(Category.key == key))).one()


async def corrected(office: Office, ticket: Ticket, key: str, **more: bool) -> Ticket:
    category = await stored(office.ground, key)
    async with office.ground.db.transaction() as session:
        own = await get_ticket(session, ticket.id)
        await set_category(
            session, office.ground.clock.now(), own, category=category, staff=WANG, seen=ticket.version, **more
        )
    return await ticket_now(office.ground, ticket.id)


async def solved(office: Office) -> None:
    """Past tickets, each filed by a person and solved."""
    now = office.ground.clock.now()
    for key, texts in _TEXTS.items():
        for place, text in enumerate(texts):
            ticket = await office.opened(text, who=f"{key}{place}", category=key)
            async with office.ground.db.transaction() as session:
                await change(session, now, await get_ticket(session, ticket.id), resolved_at=now)


class TestFiling:
    async def test_what_past_tickets_say_files_a_new_one_with_confidence_and_words(self, office: Office) -> None:
        await solved(office)
        await learn(office.ground)
        ticket = await office.opened("打印机打印不出来", category="other", who="new")
        assert ticket.category_id == (await stored(office.ground, "print")).id
        assert ticket.team_id == office.teams["beijing"]
        [event] = await office.events(ticket, EventKind.CLASSIFIED)
        assert event.data["confidence"] > 0.6
        assert describe(event, "zh", "UTC").startswith("自动归类为打印")
        assert "提到了打印" in describe(event, "zh", "UTC")

    async def test_what_it_has_never_heard_of_is_left_alone(self, office: Office) -> None:
        await solved(office)
        await learn(office.ground)
        ticket = await office.opened("ずっと", category=None, who="new")
        assert ticket.category_id is None
        assert await office.events(ticket, EventKind.CLASSIFIED) == []

    async def test_a_person_is_believed_and_a_doubtful_article_weighed(self, office: Office) -> None:
        await solved(office)
        await learn(office.ground)
        login, printing = [(await stored(office.ground, key)).id for key in ("login", "print")]
        text = "打印机打印不出来"
        assert (await office.opened(text, category="login", who="a")).category_id == login
        doubtful = await office.opened(text, category="login", category_sure=0.2, who="b")
        assert doubtful.category_id == printing
        sure = await office.opened(text, category="login", category_sure=0.95, who="c")
        assert sure.category_id == login
        [event] = await office.events(sure, EventKind.CLASSIFIED)
        assert "知识库文章" in describe(event, "zh", "UTC")


class TestCorrecting:
    async def test_the_next_ticket_like_it_is_filed_as_staff_said(self, office: Office, clock: FrozenClock) -> None:
        await solved(office)
        await learn(office.ground)
        clock.advance(minutes=1)
        ticket = await office.opened("税控盘灯不亮", category="other", who="a")
        await corrected(office, ticket, "data")
        again = await office.opened("税控盘灯不亮了", category="other", who="b")
        assert again.category_id == (await stored(office.ground, "data")).id

    async def test_it_is_on_the_timeline_and_moves_only_when_asked(self, office: Office) -> None:
        ticket = await office.opened(category="login")
        ticket = await corrected(office, ticket, "print")
        assert ticket.team_id == office.teams["general"]
        [event] = await office.events(ticket, EventKind.CATEGORY)
        assert (describe(event, "zh", "UTC"), event.actor_name) == ("问题分类：登录 → 打印", "王芳")
        ticket = await corrected(office, ticket, "print", reroute=True)
        assert ticket.team_id == office.teams["beijing"]

    async def test_who_was_second_is_told(self, office: Office) -> None:
        ticket = await office.opened()
        await corrected(office, ticket, "print")
        with pytest.raises(TicketChangedError):
            await corrected(office, ticket, "data")

    async def test_training_happens_once_a_night(self, office: Office, clock: FrozenClock) -> None:
        assert await learn_if_due(office.ground) is not None
        clock.advance(hours=8)
        assert await learn_if_due(office.ground) is None
        clock.advance(hours=8, minutes=30)
        assert await learn_if_due(office.ground) is not None
        assert await learn_if_due(office.ground) is None


class TestLearning:
    def _trained(self) -> Classifier:
        examples = [Example(text, key) for key, texts in _TEXTS.items() for text in texts]
        return train(examples).classifier

    def test_probabilities_are_of_all_categories_and_the_same_each_time(self) -> None:
        one, other = self._trained(), self._trained()
        likely = one.probabilities("登录")
        assert set(likely) == set(_TEXTS)
        assert sum(likely.values()) == pytest.approx(1, abs=1e-5)
        assert likely == other.probabilities("登录")

    def test_one_more_category_can_be_learnt_from_one_text(self) -> None:
        taught = self._trained().taught([("键盘进水了", "hardware")])
        guess = taught.guess("键盘进水")
        assert guess is not None
        assert guess.category == "hardware"
        still = taught.guess("登录页面打不开")
        assert still is not None
        assert still.category == "login"

    def test_full_width_and_case_are_no_difference_and_long_numbers_none(self) -> None:
        assert features("ＵＫＥＹ").grams == features("ukey").grams
        assert features("发票 12345678").grams == features("发票 87654321").grams
        assert features("").grams == ()
