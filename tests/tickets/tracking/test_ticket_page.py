from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI
from sqlmodel import col, select

from kit.clock import FrozenClock
from kit.ground import Ground
from kit.outbox import Job
from tests.support.public import make_public_app, open_example, visit
from tickets import resolving, working
from tickets.actors import Actor, ActorKind
from tickets.conversations.models import Message
from tickets.followups.models import FollowUpKind
from tickets.followups.service import pending
from tickets.models import EventKind, Ticket, TicketEvent
from tickets.repository import get_ticket
from tickets.rhythm import rhythm_of
from tickets.stages import Stage

STAFF = Actor(ActorKind.STAFF, 7, "赵芸")


@pytest.fixture
async def app(ground: Ground) -> FastAPI:
    return await make_public_app(ground)


async def fresh(ground: Ground, ticket: Ticket) -> Ticket:
    async with ground.db.reading() as session:
        return await get_ticket(session, ticket.id)


async def kinds(ground: Ground, ticket: Ticket) -> list[str]:
    lines = select(TicketEvent.kind).where(TicketEvent.ticket_id == ticket.id).order_by(col(TicketEvent.id))
    async with ground.db.reading() as session:
        return list((await session.exec(lines)).all())


async def said(ground: Ground, ticket: Ticket) -> list[str]:
    mine = select(Message.text).where(Message.ticket_id == ticket.id, Message.author == "customer")
    async with ground.db.reading() as session:
        return list((await session.exec(mine)).all())


async def resolve(ground: Ground, ticket: Ticket) -> None:
    async with ground.db.transaction() as session:
        taken = await get_ticket(session, ticket.id)
        await resolving.resolve(
            session,
            ground.clock.now(),
            taken,
            solution="重置了开票会话",
            staff=STAFF,
            seen=taken.version,
            rhythm=rhythm_of(ground.settings),
        )


async def wait_for_customer(ground: Ground, ticket: Ticket) -> None:
    rhythm = rhythm_of(ground.settings)
    async with ground.db.transaction() as session:
        taken = await get_ticket(session, ticket.id)
        now = ground.clock.now()
        await working.reply(session, now, taken, text="请发一张截图", staff=STAFF, rhythm=rhythm)
        await working.move(session, now, taken, target=Stage.WAITING, staff=STAFF, seen=taken.version, rhythm=rhythm)


async def page(client: httpx.AsyncClient, ticket: Ticket) -> str:
    response = await client.get(f"/t/{ticket.token}")
    assert response.status_code == 200
    return response.text


class TestWhatIsShown:
    async def test_a_new_ticket_shows_its_number_stage_and_when_somebody_answers(
        self, ground: Ground, app: FastAPI
    ) -> None:
        ticket = await open_example(ground)
        async with visit(app) as client:
            text = await page(client, ticket)
        assert ticket.number in text
        assert "开票一直转圈" in text
        assert text.count('aria-current="step"') == 1
        assert "最晚首次回复" in text
        assert "11月24日 14:00" in text

    async def test_it_is_kept_from_search_engines_caches_and_other_sites(self, ground: Ground, app: FastAPI) -> None:
        ticket = await open_example(ground)
        async with visit(app) as client:
            headers = (await client.get(f"/t/{ticket.token}")).headers
        assert headers["x-robots-tag"] == "noindex"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"

    async def test_names_and_notes_of_staff_and_the_code_stay_inside(self, ground: Ground, app: FastAPI) -> None:
        ticket = await open_example(ground)
        async with ground.db.transaction() as session:
            taken = await get_ticket(session, ticket.id)
            await working.note(session, ground.clock.now(), taken, text="客户脾气大", staff=STAFF)
        await resolve(ground, ticket)
        async with visit(app) as client:
            text = await page(client, ticket)
        assert "客户脾气大" not in text
        assert "赵芸" not in text
        assert ticket.lookup_code not in text
        assert "重置了开票会话" in text

    async def test_a_promise_is_shown_and_owned_up_to_when_it_lapses(
        self, ground: Ground, app: FastAPI, clock: FrozenClock
    ) -> None:
        ticket = await open_example(ground)
        async with ground.db.transaction() as session:
            taken = await get_ticket(session, ticket.id)
            at = clock.now() + timedelta(hours=2)
            await working.promise(
                session,
                clock.now(),
                taken,
                at=at,
                staff=STAFF,
                seen=taken.version,
                rhythm=rhythm_of(ground.settings),
            )
        async with visit(app) as client:
            assert "承诺给您结果或进展" in await page(client, ticket)
            clock.advance(hours=3)
            assert "承诺的时间已经过了" in await page(client, ticket)

    async def test_a_stage_that_was_not_needed_is_not_ticked_off(self, ground: Ground, app: FastAPI) -> None:
        ticket = await open_example(ground)
        await resolve(ground, ticket)
        async with visit(app, "en") as client:
            text = await page(client, ticket)
        assert "not needed" in text

    async def test_a_link_that_leads_nowhere_says_so_kindly(self, app: FastAPI) -> None:
        async with visit(app) as client:
            response = await client.get("/t/nothing")
        assert response.status_code == 404
        assert "没有找到这个工单" in response.text


class TestConfirming:
    async def test_it_works_closes_the_ticket_and_the_survey_follows(self, ground: Ground, app: FastAPI) -> None:
        ticket = await open_example(ground)
        await resolve(ground, ticket)
        async with visit(app) as client:
            response = await client.post(f"/t/{ticket.token}/fixed")
            text = (await client.get(response.headers["location"])).text
        assert response.status_code == 303
        assert "已经记为解决" in text
        assert (await fresh(ground, ticket)).stage == Stage.SOLVED
        async with ground.db.reading() as session:
            assert [row.kind for row in await pending(session, ticket.id)] == [FollowUpKind.SURVEY]

    async def test_pressing_twice_closes_once(self, ground: Ground, app: FastAPI) -> None:
        ticket = await open_example(ground)
        await resolve(ground, ticket)
        async with visit(app) as client:
            await client.post(f"/t/{ticket.token}/fixed")
            again = await client.post(f"/t/{ticket.token}/fixed")
        assert again.headers["location"].endswith("said=nothing")
        assert (await kinds(ground, ticket)).count(EventKind.CONFIRMED) == 1

    async def test_it_does_not_work_brings_it_back_with_the_words(self, ground: Ground, app: FastAPI) -> None:
        ticket = await open_example(ground)
        await resolve(ground, ticket)
        async with visit(app) as client:
            await client.post(f"/t/{ticket.token}/not-fixed", data={"reason": "还是转圈"})
        reopened = await fresh(ground, ticket)
        assert (reopened.stage, reopened.reopened) == (Stage.PROCESSING, 1)
        assert reopened.priority == ticket.priority - 1
        assert await said(ground, ticket) == ["还是转圈"]

    async def test_a_ticket_in_work_cannot_be_confirmed_or_reopened(self, ground: Ground, app: FastAPI) -> None:
        ticket = await open_example(ground)
        async with visit(app) as client:
            for what in ("fixed", "not-fixed"):
                await client.post(f"/t/{ticket.token}/{what}")
        assert (await fresh(ground, ticket)).stage == Stage.ACCEPTED

    async def test_a_solved_one_can_come_back(self, ground: Ground, app: FastAPI) -> None:
        ticket = await open_example(ground)
        await resolve(ground, ticket)
        async with visit(app) as client:
            await client.post(f"/t/{ticket.token}/fixed")
            assert "not-fixed" in await page(client, ticket)
            await client.post(f"/t/{ticket.token}/not-fixed")
        assert (await fresh(ground, ticket)).stage == Stage.PROCESSING


class TestAddingInformation:
    async def test_it_reaches_the_conversation_and_wakes_a_waiting_ticket(
        self, ground: Ground, app: FastAPI, clock: FrozenClock
    ) -> None:
        ticket = await open_example(ground)
        await wait_for_customer(ground, ticket)
        clock.advance(minutes=5)
        async with visit(app) as client:
            response = await client.post(f"/t/{ticket.token}/information", data={"text": "提示 E0231\0"})
        after = await fresh(ground, ticket)
        assert response.headers["location"].endswith("said=added")
        assert await said(ground, ticket) == ["提示 E0231"]
        assert (after.stage, after.waiting_since) == (Stage.PROCESSING, clock.now())
        assert after.next_update_at == clock.now() + rhythm_of(ground.settings).progress_every
        assert (await kinds(ground, ticket))[-2:] == [EventKind.CUSTOMER_WROTE, EventKind.STAGE]

    async def test_nobody_is_told_what_they_did_themselves(self, ground: Ground, app: FastAPI) -> None:
        ticket = await open_example(ground)
        await wait_for_customer(ground, ticket)
        jobs = select(Job.kind)
        async with ground.db.reading() as session:
            before = len((await session.exec(jobs)).all())
        async with visit(app) as client:
            await client.post(f"/t/{ticket.token}/information", data={"text": "提示 E0231"})
        async with ground.db.reading() as session:
            assert len((await session.exec(jobs)).all()) == before

    async def test_a_second_word_keeps_the_moment_of_the_first(
        self, ground: Ground, app: FastAPI, clock: FrozenClock
    ) -> None:
        ticket = await open_example(ground)
        opened = clock.now()
        clock.advance(minutes=5)
        async with visit(app) as client:
            await client.post(f"/t/{ticket.token}/information", data={"text": "还有一点"})
        assert (await fresh(ground, ticket)).waiting_since == opened

    async def test_nothing_and_too_much_are_refused(self, ground: Ground, app: FastAPI) -> None:
        ticket = await open_example(ground)
        limit = ground.settings.text_max_chars
        async with visit(app) as client:
            for text in (" \n ", "长" * (limit + 1)):
                response = await client.post(f"/t/{ticket.token}/information", data={"text": text})
                assert response.status_code == 422
        assert await said(ground, ticket) == []


class TestNews:
    async def test_an_open_page_loads_anew_only_when_something_changed(self, ground: Ground, app: FastAPI) -> None:
        ticket = await open_example(ground)
        address = f"/t/{ticket.token}/news?seen={ticket.version}"
        async with visit(app) as client:
            quiet = await client.get(address)
            await resolve(ground, ticket)
            changed = await client.get(address)
        assert "hx-refresh" not in quiet.headers
        assert changed.headers["hx-refresh"] == "true"
