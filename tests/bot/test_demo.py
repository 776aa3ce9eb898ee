import pytest
from sqlmodel import select

from bot.demo import DemoLogin, install_demo
from kit.access.identity import Role
from kit.access.models import Staff
from kit.access.service import sign_in
from kit.ground import Ground
from kit.outbox import Job, Lane
from tickets.conversations.models import Message
from tickets.desk.models import TeamMember
from tickets.followups.models import FollowUp, FollowUpState
from tickets.models import Ticket
from tickets.stages import Stage
from tickets.surveys.models import Survey


async def installed(ground: Ground) -> DemoLogin | None:
    async with ground.db.transaction() as session:
        return await install_demo(session, ground.clock.now(), ground.settings)


class TestDemo:
    @pytest.fixture(autouse=True)
    async def _installed(self, ground: Ground) -> None:
        self.login = await installed(ground)

    async def test_the_printed_password_signs_the_administrator_in(self, ground: Ground) -> None:
        assert self.login is not None
        opened = await sign_in(ground, login=self.login.login, password=self.login.password)
        assert opened.staff.role == Role.ADMIN

    async def test_there_are_colleagues_of_every_kind_in_teams(self, ground: Ground) -> None:
        async with ground.db.reading() as session:
            roles = set((await session.exec(select(Staff.role))).all())
            members = (await session.exec(select(TeamMember))).all()
        assert roles >= {Role.ADMIN, Role.SUPERVISOR, Role.AGENT}
        assert members

    async def test_every_stage_has_a_ticket_and_one_promise_has_lapsed(self, ground: Ground) -> None:
        async with ground.db.reading() as session:
            tickets = (await session.exec(select(Ticket))).all()
        assert {ticket.stage for ticket in tickets} == set(Stage)
        lapsed = [ticket for ticket in tickets if ticket.alarm == "promise_lapsed"]
        assert len(lapsed) == 1
        assert lapsed[0].promise_at is not None
        assert lapsed[0].promise_at < ground.clock.now()

    async def test_solved_ones_were_rated_and_both_languages_are_spoken(self, ground: Ground) -> None:
        async with ground.db.reading() as session:
            scores = (await session.exec(select(Survey.score))).all()
            texts = (await session.exec(select(Message.text))).all()
        assert len(scores) == 2
        assert all(scores)
        assert any(text.isascii() for text in texts)
        assert any("开票" in text for text in texts)

    async def test_nothing_happened_in_the_future(self, ground: Ground) -> None:
        async with ground.db.reading() as session:
            messages = (await session.exec(select(Message))).all()
            tickets = (await session.exec(select(Ticket))).all()
        now = ground.clock.now()
        assert all(message.created_at <= now for message in messages)
        assert all(ticket.updated_at <= now for ticket in tickets)

    async def test_nothing_is_left_that_would_speak_to_these_people(self, ground: Ground) -> None:
        async with ground.db.reading() as session:
            assert (await session.exec(select(Job))).all() == []
            assert (await session.exec(select(Lane))).all() == []
            pending = select(FollowUp).where(FollowUp.state == FollowUpState.PENDING)
            assert (await session.exec(pending)).all() == []

    async def test_it_is_not_installed_twice(self, ground: Ground) -> None:
        assert await installed(ground) is None
        async with ground.db.reading() as session:
            assert len((await session.exec(select(Ticket))).all()) == 9


async def test_a_desk_that_has_an_account_is_left_alone(ground: Ground) -> None:
    async with ground.db.transaction() as session:
        staff = Staff(login="wang", name="王", role=Role.ADMIN, password_hash="x", created_at=ground.clock.now())
        session.add(staff)
    assert await installed(ground) is None
    async with ground.db.reading() as session:
        assert (await session.exec(select(Ticket))).all() == []
