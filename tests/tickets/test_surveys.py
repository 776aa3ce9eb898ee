from kit.clock import FrozenClock
from kit.ground import Ground
from tests.support.tickets import kinds_of, open_one
from tickets.repository import get_ticket
from tickets.rhythm import rhythm_of
from tickets.surveys.service import comment, may_ask, rate, survey_of


async def asked(ground: Ground, ticket_id: int) -> bool:
    async with ground.db.transaction() as session:
        ticket = await get_ticket(session, ticket_id)
        return await may_ask(session, ground.clock.now(), ticket, rhythm_of(ground.settings))


class TestSurveys:
    async def test_a_ticket_is_asked_about_once(self, ground: Ground, clock: FrozenClock) -> None:
        opened = await open_one(ground)
        assert await asked(ground, opened.ticket_id)
        clock.advance(days=8)
        assert not await asked(ground, opened.ticket_id)
        assert await kinds_of(ground, opened.ticket_id) == ["opened", "survey_asked", "survey_skipped"]

    async def test_a_person_is_left_in_peace_for_a_week(self, ground: Ground, clock: FrozenClock) -> None:
        first, second = [await open_one(ground, text) for text in ("一", "二")]
        assert await asked(ground, first.ticket_id)
        clock.advance(days=6)
        assert not await asked(ground, second.ticket_id)
        clock.advance(days=2)
        assert await asked(ground, second.ticket_id)

    async def test_a_second_answer_corrects_the_first(self, ground: Ground) -> None:
        opened = await open_one(ground)
        await asked(ground, opened.ticket_id)
        async with ground.db.transaction() as session:
            ticket = await get_ticket(session, opened.ticket_id)
            await rate(session, ground.clock.now(), ticket, score=2)
            await rate(session, ground.clock.now(), ticket, score=5)
            await comment(session, ticket, text="后来好了")
        async with ground.db.reading() as session:
            survey = await survey_of(session, opened.ticket_id)
        assert survey is not None
        assert (survey.score, survey.comment, survey.answered_at) == (5, "后来好了", ground.clock.now())
