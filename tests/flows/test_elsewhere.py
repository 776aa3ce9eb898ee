"""News follows the person over channels, and a fact is told once."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlmodel import select

from channels.errors import DeliveryRefusedError, PersonUnreachableError
from channels.models import DeliveryState
from channels.port import Capabilities, Opening, Outbound, Receipt
from channels.testing import FakeChannel
from kit.clock import FrozenClock
from kit.ground import Ground
from tests.flows.test_linking import code_of, link
from tests.flows.test_story import staff_replies, staff_resolves
from tests.support.desk import Desk, make_desk
from tests.support.web import add_staff
from tickets.notices.models import NoticeKind, StaffNotice
from tickets.repository import change, get_ticket
from tickets.stages import Stage


@dataclass
class Town(FakeChannel):
    """A platform on which some have blocked us; a windowed one when told so."""

    gone: set[str] = field(default_factory=set)
    refusal: type[DeliveryRefusedError] = PersonUnreachableError

    async def send(self, *, key: str, account: str, address: str, message: Outbound) -> Receipt:
        if address in self.gone:
            raise self.refusal("blocked", "the person has blocked us")
        return await super().send(key=key, account=account, address=address, message=message)


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.fixture
async def desk(ground: Ground, clock: FrozenClock, town: Town) -> Desk:
    """Somebody with a ticket, on the addresses li and home."""
    desk = await make_desk(ground, clock, town)
    await desk.write("转人工")
    await link(desk, "li", "home")
    for who in ("li", "home"):
        desk.news(who)
    return desk


async def delivery_of_last_message(desk: Desk) -> str | None:
    return (await desk.messages())[-1].delivery


async def told_of_failures(desk: Desk) -> list[int]:
    """Which members of staff heard that something did not arrive."""
    failures = select(StaffNotice.staff_id).where(StaffNotice.kind == NoticeKind.NOT_DELIVERED)
    async with desk.ground.db.reading() as session:
        return list((await session.exec(failures)).all())


class TestUnreachable:
    async def test_news_reaches_the_other_address_instead_and_once(self, desk: Desk, town: Town) -> None:
        town.gone.add("li")
        await staff_replies(desk, "已经查到原因。")
        assert [text for text in desk.news("home") if "查到原因" in text] == ["已经查到原因。"]
        assert desk.news("li") == []
        assert await delivery_of_last_message(desk) == DeliveryState.SENT
        # What comes after is refused before the platform is asked, and goes the same way.
        await desk.later(seconds=desk.ground.settings.progress_every_s + 1)
        (told,) = desk.news("home")
        assert "还在处理中" in told

    async def test_when_the_person_is_back_nothing_is_told_a_second_time(self, desk: Desk, town: Town) -> None:
        town.gone.add("li")
        await staff_replies(desk, "已经查到原因。")
        town.gone.clear()
        said = await desk.write(command="status", back_in_reach=True)
        assert len(said) == 1
        assert "查到原因" not in said[0]

    async def test_a_message_that_has_certainly_failed_is_said_elsewhere(self, desk: Desk, town: Town) -> None:
        town.gone.add("li")
        town.refusal = DeliveryRefusedError
        await staff_replies(desk, "已经查到原因。")
        assert "已经查到原因。" in desk.news("home")
        assert await delivery_of_last_message(desk) == DeliveryState.SENT

    async def test_with_nobody_left_to_tell_staff_see_that_it_failed(self, desk: Desk, town: Town) -> None:
        town.gone |= {"li", "home"}
        await staff_replies(desk, "已经查到原因。")
        assert await delivery_of_last_message(desk) == DeliveryState.FAILED
        # Whether home was tried for this message depends on whether another one found it shut before.
        tried = [one.address for one in await desk.deliveries() if one.key.startswith("staff:")]
        assert tried in (["li"], ["li", "home"])

    async def test_whoever_has_the_ticket_is_told_that_it_did_not_arrive_and_only_then(
        self, desk: Desk, town: Town
    ) -> None:
        clerk = await add_staff(desk.ground)
        async with desk.ground.db.transaction() as session:
            ticket = await get_ticket(session, (await desk.ticket("li")).id)
            await change(session, desk.ground.clock.now(), ticket, assignee_id=clerk.id)
        town.gone.add("li")
        await staff_replies(desk, "已经查到原因。")
        assert await told_of_failures(desk) == []
        town.gone.add("home")
        await staff_replies(desk, "再补充一点。")
        assert await told_of_failures(desk) == [clerk.id]

    async def test_strangers_hear_nothing(self, desk: Desk, town: Town) -> None:
        await desk.write("你好", who="stranger")
        desk.news("stranger")
        town.gone |= {"li", "home"}
        await staff_replies(desk, "已经查到原因。")
        assert desk.news("stranger") == []

    async def test_the_bots_own_answers_stay_where_they_were_asked_for(self, desk: Desk, town: Town) -> None:
        town.gone.add("li")
        await desk.write("你好")
        assert desk.news("home") == []

    async def test_a_question_can_be_answered_where_it_was_heard(self, desk: Desk, town: Town) -> None:
        await staff_resolves(desk, "已处理。")
        town.gone.add("li")
        await desk.later(seconds=desk.ground.settings.fixed_check_after_s + 1)
        assert "真的好了吗" in desk.news("home")[-1]
        (closed,) = await desk.write("好了", who="home")
        assert "办结" in closed
        assert (await desk.ticket("li")).stage == Stage.SOLVED

    async def test_its_buttons_work_there_too(self, desk: Desk, town: Town) -> None:
        await staff_resolves(desk, "已处理。")
        town.gone.add("li")
        await desk.later(seconds=desk.ground.settings.fixed_check_after_s + 1)
        (sorry,) = (await desk.press("没好", who="home"))[-1:]
        assert "重新打开" in sorry
        assert (await desk.ticket("li")).stage == Stage.PROCESSING


class TestWindows:
    """Both addresses are on a platform on which the person has to write first."""

    @pytest.fixture
    def town(self) -> Town:
        return Town(capabilities=Capabilities(text_limit=4096, buttons=10, windowed=True))

    @pytest.fixture
    async def desk(self, ground: Ground, clock: FrozenClock, town: Town) -> Desk:
        desk = await make_desk(ground, clock, town)
        opening = Opening(by="message", quota=None, lasts=timedelta(hours=48))
        await desk.write("转人工", opening=opening)
        code = await code_of(desk)
        await desk.write(f"绑定 {code}", who="home", opening=opening)
        await desk.press("是的，合并", who="home")
        return desk

    async def test_what_would_wait_goes_where_the_window_is_open_and_waits_no_more(self, desk: Desk) -> None:
        await desk.later(hours=40)
        await desk.write("你好", who="home", opening=Opening(by="message", quota=None, lasts=timedelta(hours=48)))
        await desk.later(hours=9)
        for who in ("li", "home"):
            desk.news(who)
        await staff_replies(desk, "已经查到原因。")
        assert "已经查到原因。" in desk.news("home")
        assert [one for one in await desk.deliveries() if one.state == DeliveryState.PARKED] == []
        ended = [one for one in await desk.deliveries() if one.error_code == "told_elsewhere"]
        assert {(one.state, one.address) for one in ended} == {(DeliveryState.FAILED, "li")}
        opening = Opening(by="message", quota=None, lasts=timedelta(hours=48))
        said = await desk.write(command="status", opening=opening)
        assert all("查到原因" not in text for text in said)

    async def test_where_the_person_has_not_been_since_nothing_is_sent(self, desk: Desk) -> None:
        await desk.later(hours=1)
        await desk.write("在吗", who="li", opening=Opening(by="message", quota=None, lasts=timedelta(minutes=1)))
        await desk.later(minutes=2)
        desk.news("home")
        await staff_replies(desk, "已经查到原因。")
        assert desk.news("home") == []
        assert await delivery_of_last_message(desk) == DeliveryState.PARKED

    async def test_with_every_window_shut_it_waits_where_it_belongs(self, desk: Desk) -> None:
        await desk.later(hours=49)
        for who in ("li", "home"):
            desk.news(who)
        await staff_replies(desk, "已经查到原因。")
        assert desk.news("home") == []
        assert desk.news("li") == []
        said = await desk.write("在吗", opening=Opening(by="message", quota=None, lasts=timedelta(hours=48)))
        assert "已经查到原因。" in [*said]


class TestPreferred:
    async def test_news_goes_where_the_person_wants_it_and_only_there(self, desk: Desk) -> None:
        (agreed,) = await desk.write("以后都发到这里", who="home")
        assert "以后工单进展会发到" in agreed
        await desk.later(seconds=desk.ground.settings.progress_every_s + 1)
        (told,) = desk.news("home")
        assert "还在处理中" in told
        assert desk.news("li") == []

    async def test_staff_answer_where_they_were_asked(self, desk: Desk) -> None:
        await desk.write("以后都发到这里", who="home")
        await staff_replies(desk, "已经查到原因。")
        assert "已经查到原因。" in desk.news("li")

    async def test_the_question_whether_it_is_fixed_is_answered_there(self, desk: Desk) -> None:
        await desk.write("以后都发到这里", who="home")
        await staff_resolves(desk, "已处理。")
        await desk.later(seconds=desk.ground.settings.fixed_check_after_s + 1)
        closed = (await desk.write("好了", who="home"))[-1]
        assert "办结" in closed
        await desk.later(seconds=desk.ground.settings.survey_after_s + 1)
        assert "满意吗" in desk.news("home")[-1]
        (thanks,) = await desk.write("5", who="home")
        assert "5 分" in thanks

    async def test_when_it_cannot_be_reached_the_tickets_own_address_is_told(self, desk: Desk, town: Town) -> None:
        await desk.write("以后都发到这里", who="home")
        town.gone.add("home")
        for _ in range(2):
            await desk.later(seconds=desk.ground.settings.progress_every_s + 1)
            (told,) = desk.news("li")
            assert "还在处理中" in told
        # Once it is known, the preferred address is not even tried.
        tried = [one for one in await desk.deliveries() if one.address == "home" and one.key.startswith("system:")]
        assert len(tried) == 1

    async def test_a_question_that_did_not_arrive_there_is_answered_at_home(self, desk: Desk, town: Town) -> None:
        await staff_resolves(desk, "已处理。")
        await desk.later(seconds=desk.ground.settings.fixed_check_after_s + 1)
        await desk.write("好了")
        await desk.write("以后都发到这里", who="home")
        town.gone.add("home")
        await desk.later(seconds=desk.ground.settings.survey_after_s + 1)
        assert "满意吗" in desk.news("li")[-1]
        (thanks,) = await desk.write("5")
        assert "5 分" in thanks

    async def test_a_channel_nobody_has_linked_is_no_promise(self, desk: Desk) -> None:
        (told,) = await desk.write("以后都发到微信")
        assert "还没有和您连起来" in told
