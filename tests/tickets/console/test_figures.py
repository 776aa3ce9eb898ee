import csv
import io
import re
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from kit.clock import FrozenClock
from kit.ground import Ground
from tests.support.console import Person
from tests.support.tickets import open_one
from tickets.actors import CUSTOMER
from tickets.console.queries.figures import Asked, Report, load_report
from tickets.console.views.figures import FiguresView, figures_view
from tickets.contacts.service import Sender
from tickets.conversations.models import Author
from tickets.conversations.service import NewMessage, conversation_of, post
from tickets.reports import keep_up
from tickets.reports.figures import Share
from tickets.reports.periods import Range, period_of
from tickets.reports.reading import Dimension
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


async def report(
    ground: Ground, chosen: Range = Range.FOUR_WEEKS, *, by: Dimension = Dimension.CHANNEL, own: int | None = None
) -> tuple[Report, FiguresView]:
    now = ground.clock.now()
    await keep_up(ground.db, now)
    period = period_of(chosen, now, ground.settings.time_zone, first=None, last=None)
    asked = Asked(period=period, by=by, working=False, assignee_id=own)
    async with ground.db.reading() as session:
        found = await load_report(session, asked)
    return found, figures_view(found, asked, {}, "zh")


async def worked(ground: Ground, clock: FrozenClock, person: Person, who: str, minutes: int) -> int:
    """Taken, answered after ``minutes`` and resolved after twice as many."""
    ticket_id = (await open_one(ground, who=who)).ticket_id
    await person.act(ticket_id, "assign", assignee=str(person.id))
    clock.advance(minutes=minutes)
    await person.act(ticket_id, "messages", mode="reply", text="在查")
    clock.advance(minutes=minutes)
    await person.act(ticket_id, "resolve", solution="好了")
    return ticket_id


async def chat(ground: Ground, who: str) -> None:
    """Somebody asks, the bot answers, and that was all."""
    sender = Sender(channel="webchat", account="main", address=who, thread=f"webchat:main:{who}")
    async with ground.db.transaction() as session:
        now = ground.clock.now()
        conversation, _ = await conversation_of(session, now, sender)
        await post(session, now, conversation, NewMessage(author=Author.CUSTOMER, text="怎么开票"))
        await post(session, now, conversation, NewMessage(author=Author.BOT, text="这样开"))


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
        found, view = await report(ground)
        whole = found.whole
        assert (whole.opened, whole.first_reply.median, whole.resolution.median) == (3, 20 * 60, 40 * 60)
        assert (whole.scores.average, whole.scores.n, whole.scores.good) == (3.5, 2, Share(1, 2))
        assert whole.ends == {"confirmed": Share(2, 3), "reopened": Share(1, 3), "silent": Share(0, 3)}
        assert (whole.reopened, found.backlog + whole.backlog) == (Share(1, 3), 1)
        assert [(part.name, part.values[0].text) for part in view.parts] == [("网页", "3")]
        assert [said.text for said in view.comments] == ["很快"]

    async def test_a_talk_without_a_ticket_was_answered_by_the_bot(self, ground: Ground, clock: FrozenClock) -> None:
        for who in "abc":
            await chat(ground, who)
        await open_one(ground, who="a")
        # Nobody spoke with the bot here.
        await open_one(ground, who="d")
        clock.advance(hours=30)
        # Another matter, a day later.
        await open_one(ground, who="b")
        found, _ = await report(ground)
        assert found.whole.deflected == Share(2, 3)

    async def test_each_person_has_what_they_did(
        self, ground: Ground, clock: FrozenClock, wang: Person, li: Person
    ) -> None:
        await worked(ground, clock, wang, "a", 10)
        await worked(ground, clock, li, "b", 30)
        own, _ = await report(ground, own=li.id)
        assert (own.whole.resolved, own.whole.resolution.median) == (1, 60 * 60)
        found, _ = await report(ground, by=Dimension.PERSON)
        assert {key: part.resolved for key, part in found.parts.items() if key} == {wang.id: 1, li.id: 1}

    async def test_what_is_older_than_the_period_is_compared_with(
        self, ground: Ground, clock: FrozenClock, wang: Person
    ) -> None:
        await rated(ground, await worked(ground, clock, wang, "a", 10), 5)
        await open_one(ground, who="left")
        clock.advance(days=31)
        await open_one(ground, who="new")
        found, view = await report(ground)
        assert (found.whole.opened, found.whole.scores.n, found.before.opened) == (1, 0, 2)
        backlog = next(card for card in view.cards if card.name == "backlog")
        assert (backlog.value.text, backlog.change, backlog.tone) == ("2", "较前期 +1", "bad")

    async def test_few_are_marked_and_not_hidden(self, ground: Ground, clock: FrozenClock, wang: Person) -> None:
        await worked(ground, clock, wang, "a", 10)
        _, view = await report(ground)
        card = next(card for card in view.cards if card.name == "resolution")
        assert (card.value.text, card.value.few) == ("20 分钟", True)


class TestPage:
    @pytest.mark.parametrize(("lang", "text"), [("zh", "整个服务台"), ("en", "The whole desk")])
    async def test_a_supervisor_sees_the_desk(self, ground: Ground, li: Person, lang: str, text: str) -> None:
        await open_one(ground)
        assert text in await li.page("/console/figures", lang)

    async def test_what_has_just_happened_is_there(self, ground: Ground, li: Person) -> None:
        await open_one(ground)
        assert re.search(r"<dt>新增</dt><dd>1<", await li.page("/console/figures"))

    async def test_an_agent_sees_their_own(self, ground: Ground, clock: FrozenClock, wang: Person, li: Person) -> None:
        await rated(ground, await worked(ground, clock, li, "a", 10), 1, "<b>慢</b>")
        page = await wang.page("/console/figures")
        assert "您负责的工单" in page
        assert "慢" not in re.sub(r"<details.*?</details>", "", page, flags=re.DOTALL)
        assert "&lt;b&gt;慢" in await li.page("/console/figures")

    async def test_an_empty_desk_has_no_figures_rather_than_noughts(self, li: Person) -> None:
        assert "暂无数据" in await li.page("/console/figures")

    @pytest.mark.parametrize("by", Dimension)
    @pytest.mark.parametrize("chosen", Range)
    async def test_every_choice_is_a_page(self, ground: Ground, li: Person, by: Dimension, chosen: Range) -> None:
        await open_one(ground, person={"region": "北京"})
        page = await li.page(f"/console/figures?by={by}&range={chosen}&hours=calendar&from=2026-11-01&to=2026-11-30")
        assert f'value="{chosen}" selected' in page

    async def test_nonsense_in_the_address_is_the_default(self, li: Person) -> None:
        page = await li.page("/console/figures?by=x&range=x&hours=x&from=x&to=9999-99-99")
        assert 'value="28d" selected' in page

    async def test_every_plot_has_its_table(self, ground: Ground, li: Person) -> None:
        await open_one(ground)
        page = await li.page("/console/figures?range=7d")
        plots = re.findall(r"<figure.*?</figure>", page, flags=re.DOTALL)
        drawn = [plot for plot in plots if "data-chart-spec" in plot]
        assert len(plots) == 3
        assert drawn
        assert all("<table" in plot for plot in drawn)


class TestFile:
    async def test_has_a_row_for_each_part_and_one_for_all(
        self, ground: Ground, clock: FrozenClock, li: Person
    ) -> None:
        await worked(ground, clock, li, "a", 10)
        answer = await li.client.get("/console/figures/file.csv?by=person&range=7d&hours=calendar")
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert rows[0][:3] == ["人员", "新增", "解决"]
        assert rows[-1][0] == "合计"
        by_name = {row[0]: row for row in rows[1:]}
        assert (by_name["li"][2], by_name["li"][7], by_name["合计"][1]) == ("1", "20", "1")

    async def test_the_workbook_says_the_same(self, ground: Ground, li: Person) -> None:
        await open_one(ground)
        answer = await li.client.get("/console/figures/file.xlsx?by=channel")
        sheet = load_workbook(io.BytesIO(answer.content)).active
        assert sheet is not None
        assert [row[:2] for row in sheet.iter_rows(values_only=True)] == [("渠道", "新增"), ("网页", 1), ("合计", 1)]

    async def test_an_agent_gets_their_own(self, ground: Ground, clock: FrozenClock, wang: Person, li: Person) -> None:
        await worked(ground, clock, li, "a", 10)
        answer = await wang.client.get("/console/figures/file.csv?by=person")
        assert "li" not in answer.text


async def test_a_day_ends_at_midnight_of_the_organisation(ground: Ground, clock: FrozenClock) -> None:
    today = clock.now().replace(hour=16, minute=0) - timedelta(days=1)
    await open_one(ground, who="yesterday", at=today - timedelta(seconds=1))
    await open_one(ground, who="today", at=today)
    found, _ = await report(ground, Range.TODAY)
    assert (found.whole.opened, found.before.opened) == (1, 0)
