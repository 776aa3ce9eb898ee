import pytest

from kit.clock import FrozenClock
from kit.ground import Ground
from tests.support.console import Person
from tests.support.tickets import open_one
from tickets.actors import CUSTOMER
from tickets.console.queries.figures import load_figures
from tickets.console.views.figures import WINDOW, FiguresView, Share, figures_view, satisfaction_of
from tickets.contacts.service import Sender
from tickets.conversations.service import conversation_of
from tickets.repository import get_ticket
from tickets.resolving import confirm
from tickets.rhythm import rhythm_of
from tickets.surveys.service import comment, may_ask, rate


async def rated(ground: Ground, ticket_id: int, score: int, words: str = "") -> None:
    now, rhythm = ground.clock.now(), rhythm_of(ground.settings)
    async with ground.db.transaction() as session:
        ticket = await get_ticket(session, ticket_id)
        await confirm(session, now, ticket, actor=CUSTOMER, rhythm=rhythm)
        await may_ask(session, now, ticket, rhythm)
        await rate(session, now, ticket, score=score)
        if words:
            await comment(session, ticket, text=words)


async def figures(ground: Ground, assignee_id: int | None = None) -> FiguresView:
    async with ground.db.reading() as session:
        rows = await load_figures(session, ground.clock.now() - WINDOW, assignee_id=assignee_id)
    return figures_view(rows, [], "zh")


async def worked(ground: Ground, clock: FrozenClock, person: Person, who: str, minutes: int) -> int:
    """Answered after ``minutes`` and resolved after twice as many."""
    ticket_id = (await open_one(ground, who=who)).ticket_id
    clock.advance(minutes=minutes)
    await person.act(ticket_id, "messages", mode="reply", text="在查")
    clock.advance(minutes=minutes)
    await person.act(ticket_id, "resolve", solution="好了")
    return ticket_id


class TestFigures:
    async def test_are_computed_from_what_happened(
        self, ground: Ground, clock: FrozenClock, wang: Person, li: Person
    ) -> None:
        first = await worked(ground, clock, wang, "a", 10)
        second = await worked(ground, clock, wang, "b", 20)
        third = await worked(ground, clock, li, "c", 60)
        await rated(ground, first, 5, "很快")
        await rated(ground, second, 2)
        await li.act(third, "stage", target="processing", reason="没好")
        await self._chat(ground)
        view = await figures(ground)
        assert (view.tickets, view.first_reply_s, view.resolution_s) == (3, 20 * 60, 30 * 60)
        assert (view.satisfaction.average, view.satisfaction.count) == (3.5, 2)
        assert view.satisfaction.good == Share(1, 2)
        assert (view.confirmed, view.not_solved, view.silent) == (Share(2, 3), Share(1, 3), Share(0, 3))
        assert view.reopened == Share(1, 3)
        assert view.deflected == Share(1, 4)
        assert [(line.name, line.tickets, line.satisfaction) for line in view.channels] == [("网页", 3, 3.5)]
        assert [found.text for found in view.comments] == ["很快"]
        own = await figures(ground, li.id)
        assert (own.tickets, own.satisfaction.count, own.deflected) == (1, 0, None)

    @staticmethod
    async def _chat(ground: Ground) -> None:
        sender = Sender(channel="webchat", account="main", address="d", thread="webchat:main:d")
        async with ground.db.transaction() as session:
            await conversation_of(session, ground.clock.now(), sender)

    async def test_what_is_older_than_the_window_is_left_out(
        self, ground: Ground, clock: FrozenClock, wang: Person
    ) -> None:
        await rated(ground, await worked(ground, clock, wang, "a", 10), 5)
        clock.advance(days=31)
        view = await figures(ground)
        assert (view.tickets, view.satisfaction.count, view.first_reply_s) == (0, 0, None)

    @pytest.mark.parametrize(("lang", "text"), [("zh", "整个服务台"), ("en", "The whole desk")])
    async def test_a_supervisor_sees_the_desk(self, ground: Ground, li: Person, lang: str, text: str) -> None:
        await open_one(ground)
        assert text in await li.page("/console/figures", lang)

    async def test_an_agent_sees_their_own(self, ground: Ground, clock: FrozenClock, wang: Person, li: Person) -> None:
        await rated(ground, await worked(ground, clock, li, "a", 10), 1, "<b>慢</b>")
        page = await wang.page("/console/figures")
        assert "您负责的工单" in page
        assert "慢" not in page
        assert "&lt;b&gt;慢" in await li.page("/console/figures")

    async def test_an_empty_desk_has_no_figures_rather_than_noughts(self, li: Person) -> None:
        assert "暂无数据" in await li.page("/console/figures")


def test_without_scores_there_is_no_average() -> None:
    assert satisfaction_of([]).average is None
    assert Share(0, 0).percent is None
