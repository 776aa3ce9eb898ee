"""From a customer's trouble to an article that helps the next one, with the whole product running."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlmodel import select

from bot.app import create_app
from bot.editorial import NobodyError, export_articles, import_articles, look_after_articles
from kit.access.identity import Role
from kit.audit import Author
from kit.clock import FrozenClock
from kit.ground import Ground
from knowledge.answers import log_answer
from knowledge.figures.figures import figures_of
from knowledge.models import AnswerLog, Article
from knowledge.publishing.publishing import look_after
from knowledge.versions.content import load
from knowledge.versions.models import ArticlePart, ArticleVersion
from tests.support.console import HTMX, Person
from tests.support.desk import Desk, make_desk
from tests.support.web import add_staff, open_client, sign_in_client
from tickets.conversations.models import Conversation
from tickets.repository import get_ticket
from tickets.resolving import resolve
from tickets.rhythm import rhythm_of


@pytest.fixture
async def desk(ground: Ground, clock: FrozenClock) -> Desk:
    return await make_desk(ground, clock)


@pytest.fixture
def app(desk: Desk) -> FastAPI:
    return create_app(desk.runtime)


@pytest.fixture
async def agent(app: FastAPI, ground: Ground) -> AsyncIterator[Person]:
    staff = await add_staff(ground, role=Role.AGENT, login="sun", name="孙悦")
    async with open_client(app) as client:
        await sign_in_client(client, ground, login="sun")
        yield Person(client, staff, ground)


async def _reported(desk: Desk) -> int:
    await desk.write("开票软件一直转圈，我叫王小明，电话13812345678，上海晨光商贸有限公司")
    await desk.write("人工")
    return (await desk.ticket()).id


async def _solve(desk: Desk, ticket_id: int) -> None:
    async with desk.ground.db.transaction() as session:
        ticket = await get_ticket(session, ticket_id)
        await resolve(
            session,
            desk.clock.now(),
            ticket,
            solution="清了缓存，再打给13812345678确认，好了",
            staff=desk.staff,
            rhythm=rhythm_of(desk.ground.settings),
            seen=ticket.version,
        )


class TestACase:
    async def test_has_nothing_personal_in_it_and_shows_what_was_taken_out(self, desk: Desk, agent: Person) -> None:
        ticket_id = await _reported(desk)
        await _solve(desk, ticket_id)
        answer = await agent.client.post(f"/console/cases/{ticket_id}")
        assert answer.status_code == 303, answer.text
        async with desk.ground.db.reading() as session:
            version = (await session.exec(select(ArticleVersion).where(ArticleVersion.origin == "case"))).one()
        told = repr(load(version.content))
        for secret in ("13812345678", "王小明", "晨光"):
            assert secret not in told
        assert "清了缓存" in told
        page = await agent.page(answer.headers["location"])
        assert "138••••5678" in page
        assert "13812345678" not in page
        assert version.state == "draft"

    async def test_is_not_made_of_what_is_not_solved(self, desk: Desk, agent: Person) -> None:
        ticket_id = await _reported(desk)
        answer = await agent.client.post(f"/console/cases/{ticket_id}", headers=HTMX)
        assert answer.status_code == 409
        assert "解决以后" in answer.text


class TestWhatFollowed:
    async def test_a_ticket_soon_after_an_answer_counts_against_the_article(self, desk: Desk) -> None:
        ticket_id = await _reported(desk)
        ticket = await desk.ticket()
        assert ticket.id == ticket_id
        async with desk.ground.db.transaction() as session:
            thread = (await session.exec(select(Conversation.thread))).one()
            for reference in (thread, "somebody else"):
                await log_answer(
                    session,
                    ticket.created_at,
                    reference=reference,
                    locale="zh",
                    question="登不上",
                    outcome="answer",
                    slug="fix-cannot-login",
                    confidence=0.9,
                    candidates=[],
                )
        await look_after_articles(desk.ground)
        assert await _verdicts(desk) == {None}
        desk.clock.advance(hours=2)
        await look_after_articles(desk.ground)
        async with desk.ground.db.reading() as session:
            article = (await session.exec(select(Article).where(Article.slug == "fix-cannot-login"))).one()
            figures = (await figures_of(session, desk.clock.now(), [article]))[article.id]
        assert (figures.shown, figures.tickets) == (2, 1)
        assert await _verdicts(desk) == {True, False}


class TestAnOwner:
    async def test_is_told_at_the_bell_and_led_to_the_article(self, desk: Desk, agent: Person) -> None:
        async with desk.ground.db.transaction() as session:
            article = (await session.exec(select(Article).where(Article.slug == "fix-cannot-login"))).one()
            day = date(2026, 11, 24)
            by = Author("Li", agent.id)
            await look_after(session, desk.clock.now(), by, article.id, owner_id=agent.id, review_on=day)
        await look_after_articles(desk.ground)
        await look_after_articles(desk.ground)
        page = await agent.page("/console/notices")
        assert page.count("到复核日期了") == 1
        link = page.split('<a href="/console/notices/')[1].split('"')[0]
        opened = await agent.client.get(f"/console/notices/{link}")
        assert opened.headers["location"] == f"/console/knowledge/articles/{article.id}"


class TestTheCommand:
    async def test_brings_a_folder_in_as_drafts_of_somebody(self, desk: Desk, agent: Person, tmp_path: Path) -> None:
        folder = tmp_path / "articles"
        count = await export_articles(desk.ground, folder)
        assert count == len(list(folder.rglob("*.md")))
        text = (folder / "zh" / "fix-cannot-login.md").read_text(encoding="utf8")
        (folder / "zh" / "fix-new.md").write_text(text, encoding="utf8")
        outcome = await import_articles(desk.ground, folder, login="sun")
        assert (list(outcome.created), list(outcome.changed)) == (["fix-new"], [])
        async with desk.ground.db.reading() as session:
            version = (await session.exec(select(ArticleVersion).where(ArticleVersion.state == "draft"))).one()
            author = (await session.exec(select(ArticlePart).where(ArticlePart.version_id == version.id))).one()
        assert (author.staff_id, author.part) == (agent.id, "author")
        with pytest.raises(NobodyError):
            await import_articles(desk.ground, folder, login="nobody")


async def _verdicts(desk: Desk) -> set[bool | None]:
    given = select(AnswerLog.led_to_ticket).where(AnswerLog.slug == "fix-cannot-login")
    async with desk.ground.db.reading() as session:
        return set((await session.exec(given)).all())
