"""Complaints in the database become proposals, whoever listens; what people say of them is remembered."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert
from sqlmodel import col, func, select

from kit.audit import Author, history
from kit.clock import FrozenClock
from kit.db import AsyncSession
from kit.ground import Ground
from tests.support.tickets import open_one
from tickets.contacts.models import Contact
from tickets.conversations.models import Conversation, Message
from tickets.incidents.errors import NoSuchProposalError, ProposalDecidedError
from tickets.incidents.judging import end, judge, proposals, samples
from tickets.incidents.models import Complaint, OutageProposal, ProposalState
from tickets.incidents.noticing import notice
from tickets.incidents.radar.signatures import Marks, marks_in, signatures
from tickets.incidents.watching import RadarWatch

ZONE = ZoneInfo("Asia/Shanghai")
HELIN = Author("何琳", None)
UPLOAD = Marks(component="upload", region="北京", code="UP101")
#: A Tuesday morning in Shanghai.
TEN = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
_PEOPLE = 60


class Stage:
    """People who complain, and processes that listen."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.people: list[int] = []
        self.conversation_id = 0
        self.message_id = 0

    async def prepare(self) -> None:
        """Six weeks with two complaints in each hour of work, always of somebody else."""
        opened = await open_one(self.ground, "上传一直失败，提示 UP101")
        self.conversation_id = opened.conversation_id
        async with self.ground.db.transaction() as session:
            at = self.ground.clock.now()
            people = [Contact(name=f"会计 {number}", created_at=at) for number in range(_PEOPLE)]
            session.add_all(people)
            await session.flush()
            self.people = [person.id for person in people]
            said = {"conversation_id": self.conversation_id, "message_id": await self._message(session)}
            rows = [
                {"at": moment, "contact_id": self.people[place % _PEOPLE], **said, **vars_of(UPLOAD)}
                for place, moment in enumerate(ordinary(TEN - timedelta(days=43), TEN))
            ]
            await session.execute(insert(Complaint), rows)

    async def _message(self, session: AsyncSession) -> int:
        found = select(func.max(Message.id)).where(Message.conversation_id == self.conversation_id)
        self.message_id = (await session.exec(found)).one()
        return self.message_id

    def watch(self) -> RadarWatch:
        """A process that has just begun."""
        return RadarWatch(self.ground.db, ZONE)

    async def complain(
        self, count: int, *, marks: Marks = UPLOAD, first: int = 0, at: datetime = TEN, apart_s: int = 30
    ) -> None:
        times: dict[str, Any] = {"created_at": at, "last_message_at": at}
        async with self.ground.db.transaction() as session:
            for place in range(count):
                moment = at + timedelta(seconds=apart_s * place)
                whose = self.people[(first + place) % _PEOPLE]
                named: dict[str, Any] = {"id": self.conversation_id, "contact_id": whose}
                talk = Conversation(**named, channel="", account="", address="", thread="", memory={}, **times)
                await notice(session, moment, talk, message_id=self.message_id, marks=marks)

    async def stored(self) -> Sequence[OutageProposal]:
        async with self.ground.db.reading() as session:
            return await proposals(session)

    async def linked(self, proposal_id: int) -> int:
        async with self.ground.db.reading() as session:
            query = select(func.count()).select_from(Complaint).where(Complaint.proposal_id == proposal_id)
            return (await session.exec(query)).one()

    async def judge(self, proposal_id: int, verdict: ProposalState, at: datetime) -> None:
        async with self.ground.db.transaction() as session:
            await judge(session, at, HELIN, proposal_id, verdict, why="看过了")


def vars_of(marks: Marks) -> dict[str, str]:
    return {name: getattr(marks, name) for name in ("component", "region", "version", "code", "wording")}


def ordinary(first: datetime, last: datetime) -> Iterator[datetime]:
    hour = first.replace(minute=0)
    while hour < last:
        local = hour.astimezone(ZONE)
        if local.weekday() < 5 and 9 <= local.hour < 18:
            yield from (hour + timedelta(minutes=10), hour + timedelta(minutes=40))
        hour += timedelta(hours=1)


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(TEN)


@pytest.fixture
async def stage(ground: Ground) -> Stage:
    prepared = Stage(ground)
    await prepared.prepare()
    return prepared


async def test_ordinary_weeks_propose_nothing(stage: Stage) -> None:
    assert await stage.watch().look(TEN) == []
    assert await stage.stored() == []


async def test_a_crowd_becomes_one_proposal_with_its_reasons(stage: Stage) -> None:
    watch = stage.watch()
    await watch.look(TEN)
    await stage.complain(6)
    assert await watch.look(TEN + timedelta(minutes=4)) == []
    await stage.complain(14, first=6, at=TEN + timedelta(minutes=4))
    (new,) = await watch.look(TEN + timedelta(minutes=11))
    assert await watch.look(TEN + timedelta(minutes=12)) == []
    (proposal,) = await stage.stored()
    assert proposal.id == new.id
    assert proposal.state == ProposalState.OPEN
    assert {reason["name"] for reason in proposal.reasons} >= {"code:UP101", "component:upload"}
    assert all(reason["people"] > reason["expected"] for reason in proposal.reasons)
    assert proposal.people >= 18
    assert await stage.linked(proposal.id) >= 18
    async with stage.ground.db.reading() as session:
        said = await samples(session, proposal.id)
    assert said[0] == ("上传一直失败，提示 UP101", stage.conversation_id)


async def test_one_who_insists_is_no_crowd(stage: Stage) -> None:
    watch = stage.watch()
    await watch.look(TEN)
    for _ in range(40):
        await stage.complain(1)
    assert await watch.look(TEN + timedelta(minutes=5)) == []


async def test_two_processes_write_one_proposal(stage: Stage) -> None:
    one, other = stage.watch(), stage.watch()
    await one.look(TEN)
    await other.look(TEN)
    await stage.complain(20)
    later = TEN + timedelta(minutes=11)
    assert len(await one.look(later)) == 1
    assert await other.look(later) == []
    assert len(await stage.stored()) == 1


async def test_a_process_that_begins_anew_says_nothing_twice(stage: Stage) -> None:
    await stage.complain(20)
    later = TEN + timedelta(minutes=11)
    assert len(await stage.watch().look(later)) == 1
    assert await stage.watch().look(later) == []
    assert len(await stage.stored()) == 1


async def test_what_is_committed_late_is_heard(stage: Stage) -> None:
    watch = stage.watch()
    await stage.complain(2, at=TEN + timedelta(minutes=3), first=30)
    await watch.look(TEN + timedelta(minutes=4))
    # These were made before those, and became visible after them.
    await stage.complain(18, at=TEN + timedelta(minutes=1, seconds=30), apart_s=5)
    assert len(await watch.look(TEN + timedelta(minutes=4, seconds=10))) == 1


class TestWhatPeopleSay:
    async def test_dismissed_it_stays_quiet(self, stage: Stage) -> None:
        watch = stage.watch()
        await stage.complain(12)
        (proposal,) = await watch.look(TEN + timedelta(minutes=7))
        await stage.judge(proposal.id, ProposalState.DISMISSED, TEN + timedelta(minutes=8))
        await stage.complain(6, first=12, at=TEN + timedelta(minutes=8))
        assert await watch.look(TEN + timedelta(minutes=12)) == []
        assert await stage.watch().look(TEN + timedelta(minutes=12)) == []

    async def test_dismissed_and_far_larger_it_is_proposed_again(self, stage: Stage) -> None:
        watch = stage.watch()
        await stage.complain(8)
        (proposal,) = await watch.look(TEN + timedelta(minutes=5))
        await stage.judge(proposal.id, ProposalState.DISMISSED, TEN + timedelta(minutes=5))
        await stage.complain(50, first=8, at=TEN + timedelta(minutes=5), apart_s=2)
        assert len(await watch.look(TEN + timedelta(minutes=8))) == 1

    async def test_confirmed_who_comes_later_belongs_to_it(self, stage: Stage) -> None:
        watch = stage.watch()
        await stage.complain(12)
        (proposal,) = await watch.look(TEN + timedelta(minutes=7))
        await stage.judge(proposal.id, ProposalState.CONFIRMED, TEN + timedelta(minutes=8))
        await stage.complain(10, first=20, at=TEN + timedelta(minutes=9))
        assert await watch.look(TEN + timedelta(minutes=15)) == []
        (known,) = await stage.stored()
        assert known.people == 22

    async def test_confirmed_it_does_not_become_usual(self, stage: Stage) -> None:
        def expected(watch: RadarWatch) -> float:
            assert watch._radar is not None
            return watch._radar.baseline.expect("code:UP101", int(tomorrow.timestamp()) // 60, 60).people

        tomorrow = TEN + timedelta(days=1)
        before, present, after = stage.watch(), stage.watch(), stage.watch()
        await before.look(TEN)
        await stage.complain(50)
        (proposal,) = await present.look(TEN + timedelta(minutes=30))
        await stage.judge(proposal.id, ProposalState.CONFIRMED, TEN + timedelta(minutes=31))
        await stage.complain(1, at=tomorrow)
        await present.look(tomorrow)
        await after.look(tomorrow)
        # Who was there and who begins anew know the same, and it is what was known before.
        assert expected(present) == pytest.approx(expected(after), rel=0.05)
        assert expected(after) == pytest.approx(expected(before), rel=0.1)

    async def test_over_the_next_is_another(self, stage: Stage) -> None:
        watch = stage.watch()
        await stage.complain(12)
        (proposal,) = await watch.look(TEN + timedelta(minutes=7))
        await stage.judge(proposal.id, ProposalState.CONFIRMED, TEN + timedelta(minutes=8))
        async with stage.ground.db.transaction() as session:
            await end(session, TEN + timedelta(hours=1), HELIN, proposal.id)
        # Who begins anew hears all of it once more, and knows that it was told.
        assert await stage.watch().look(TEN + timedelta(hours=2)) == []
        await stage.complain(30, first=20, at=TEN + timedelta(hours=3))
        assert len(await watch.look(TEN + timedelta(hours=3, minutes=16))) == 1

    async def test_is_said_once_and_written_down(self, stage: Stage) -> None:
        await stage.complain(12)
        (proposal,) = await stage.watch().look(TEN + timedelta(minutes=7))
        await stage.judge(proposal.id, ProposalState.CONFIRMED, TEN)
        with pytest.raises(ProposalDecidedError):
            await stage.judge(proposal.id, ProposalState.DISMISSED, TEN)
        with pytest.raises(NoSuchProposalError):
            await stage.judge(999_999, ProposalState.DISMISSED, TEN)
        async with stage.ground.db.reading() as session:
            (entry,) = await history(session, "outage", str(proposal.id))
        assert (entry.action, entry.actor) == ("confirmed", "何琳")


def test_a_signature_says_which_marks_it_asks_for() -> None:
    marks = Marks(component="upload", region="北京", version="7", code="A|B:C", wording="x:y")
    for signature in signatures(marks):
        wanted = marks_in(signature.name)
        assert all(getattr(marks, name) == value for name, value in wanted.items())
        assert bool(wanted) == (signature.name != "everything")


async def test_proposals_are_listed_by_pages(stage: Stage) -> None:
    async with stage.ground.db.transaction() as session:
        for place in range(5):
            at = TEN + timedelta(minutes=place // 2)
            session.add(OutageProposal(state=ProposalState.OPEN, opened_at=at, newest_at=at, reasons=[]))
    async with stage.ground.db.reading() as session:
        first = await proposals(session, limit=3)
        rest = await proposals(session, before=(first[-1].opened_at, first[-1].id), limit=3)
        every = (await session.exec(select(OutageProposal.id).order_by(col(OutageProposal.id).desc()))).all()
    assert [one.id for one in (*first, *rest)] == list(every)
