"""A batch becomes tickets at their real times, tells nobody, and goes again without a trace."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event

from kit.errors import AppError
from kit.outbox import ClaimedJob, Job, claim, reap
from kit.sheets import write_xlsx
from tests.support.records import HEADERS, TAX_ID, Office, line, many
from tests.support.tickets import WANG, events_of, follow_ups, messages_of, open_one
from tests.support.trying import tries
from tickets.contacts.models import Contact
from tickets.entry.batches import QUEUE, begin_entering
from tickets.entry.models import EntryState
from tickets.models import TicketCounter
from tickets.repository import get_ticket
from tickets.surveys.models import Survey
from tickets.working import note

OPENED = datetime(2026, 11, 3, 1, 30, tzinfo=UTC)


class TestEntering:
    async def test_a_solved_record_is_history(self, office: Office) -> None:
        batch = await office.enters(await office.reads(line()))
        assert (batch.state, batch.entered) == (EntryState.ENTERED, 1)
        ticket = await office.ticket()
        assert ticket.number == "YP-261103-0001"
        assert (ticket.created_at, ticket.first_replied_at) == (OPENED, OPENED + timedelta(minutes=10))
        assert ticket.resolved_at == ticket.closed_at == OPENED + timedelta(hours=2)
        assert (ticket.stage, ticket.channel, ticket.priority) == ("solved", "phone", 2)
        assert (ticket.subject, ticket.description) == ("登录不了", "开票软件登录不了")
        assert (ticket.solution, ticket.assignee_id) == ("重装了控件", office.staff.id)
        assert ticket.entry_id == batch.id
        [contact] = await office.all_of(Contact)
        assert (contact.name, contact.phone, contact.tax_id) == ("张三", "+8613800138000", TAX_ID)

    async def test_everything_happened_when_it_happened(self, office: Office) -> None:
        await office.enters(await office.reads(line()))
        events = [(event.kind, event.at - OPENED) for event in await events_of(office.ground, 1)]
        now = office.ground.clock.now()
        assert events == [
            ("opened", timedelta(0)),
            ("replied", timedelta(minutes=10)),
            ("resolved", timedelta(hours=2)),
            ("confirmed", timedelta(hours=2)),
            ("rated", timedelta(hours=2)),
            ("entered", now - OPENED),
        ]
        assert {event.team_id for event in await events_of(office.ground, 1)} == {1}

    async def test_nobody_is_told_and_no_clock_runs(self, office: Office) -> None:
        await office.enters(await office.reads(line()))
        assert await follow_ups(office.ground) == []
        assert await office.all_of(Job) == []
        [survey] = await office.all_of(Survey)
        assert (survey.score, survey.answered_at) == (5, OPENED + timedelta(hours=2))

    async def test_what_is_still_open_is_work_from_now_on(self, office: Office) -> None:
        open_row = line(首次回复时间=None, 解决时间=None, 处理结果=None, 满意度=None, 处理人=None)
        await office.enters(await office.reads(open_row))
        ticket, now = await office.ticket(), office.ground.clock.now()
        assert (ticket.stage, ticket.created_at, ticket.waiting_since) == ("accepted", OPENED, OPENED)
        assert ticket.first_reply_due > now
        assert ticket.resolution_due > now
        assert {one.due_at > now for one in await follow_ups(office.ground)} == {True}

    async def test_what_was_said_and_noted_is_there(self, office: Office) -> None:
        headers = ("发生时间", "问题描述", "备注")
        await office.enters(await office.reads(["2026-11-03 09:30", "登录不了", "老客户"], headers=headers))
        said = await messages_of(office.ground, 1)
        assert [(one.author, one.text, one.internal) for one in said] == [
            ("customer", "登录不了", False),
            ("staff", "老客户", True),
        ]

    async def test_broken_rows_stay_out(self, office: Office) -> None:
        batch = await office.enters(await office.reads(line(), line(发生时间="去年", 标题="b")))
        assert (batch.total, batch.broken, batch.entered) == (2, 1, 1)

    async def test_a_batch_of_broken_rows_is_refused(self, office: Office) -> None:
        with pytest.raises(AppError) as refused:
            await office.enters(await office.reads(line(发生时间="去年")))
        assert refused.value.code == "entry_nothing"

    async def test_it_is_entered_once(self, office: Office) -> None:
        batch = await office.enters(await office.reads(line()))
        with pytest.raises(AppError) as refused:
            await office.enters(batch)
        assert refused.value.code == "entry_busy"
        assert len(await office.tickets()) == 1


class TestPeople:
    async def test_who_called_before_is_the_same_person(self, office: Office) -> None:
        await office.enters(await office.reads(line(), line(标题="又来一次", 问题描述="又来", 姓名=None)))
        first, second = await office.tickets()
        assert first.contact_id == second.contact_id
        third = await office.reads(line(标题="第三次", 问题描述="第三次"))
        assert third.forecast["known_people"] == 1
        await office.enters(third)
        assert len(await office.all_of(Contact)) == 1

    async def test_another_name_on_the_same_line_is_somebody_else(self, office: Office) -> None:
        await office.enters(await office.reads(line(), line(姓名="李四", 标题="b")))
        assert len(await office.all_of(Contact)) == 2

    async def test_on_paper_the_same_number_is_not_the_caller(self, office: Office) -> None:
        await office.enters(await office.reads(line(), line(渠道="纸质登记", 标题="b")))
        assert len(await office.all_of(Contact)) == 2


class TestUndo:
    async def test_the_store_is_as_it_was(self, office: Office) -> None:
        await open_one(office.ground)
        before = await office.digest()
        batch = await office.enters(await office.reads(*many(450, broken=50), name="台账.xlsx"))
        assert await office.digest() != before
        batch = await office.undoes(batch)
        assert (batch.state, batch.entered, batch.kept) == (EntryState.UNDONE, 0, 0)
        assert await office.digest() == before

    async def test_what_was_worked_on_stays_and_says_why(self, office: Office) -> None:
        batch = await office.enters(await office.reads(line(), line(标题="b", 问题描述="b")))
        async with office.ground.db.transaction() as session:
            await note(session, office.ground.clock.now(), await get_ticket(session, 1), text="看过", staff=WANG)
        batch = await office.undoes(batch)
        assert (batch.entered, batch.kept) == (1, 1)
        assert [row.kept for row in await office.rows(batch)] == ["worked_on", None]
        assert [ticket.id for ticket in await office.tickets()] == [1]
        assert len(await office.all_of(Contact)) == 1

    async def test_numbers_given_meanwhile_are_not_given_again(self, office: Office) -> None:
        today = line(发生时间="2026-11-24 09:00", 首次回复时间=None, 解决时间="2026-11-24 09:30")
        batch = await office.enters(await office.reads(today))
        await open_one(office.ground)
        await office.undoes(batch)
        [counter] = await office.all_of(TicketCounter)
        assert counter.last == 2


class TestTornInTheMiddle:
    async def test_a_worker_that_died_leaves_no_row_twice(self, office: Office) -> None:
        """Each piece is one transaction with its job's end: begun again, it goes on behind the last piece."""
        batch = await office.reads(*many(450))
        async with office.ground.db.transaction() as session:
            await begin_entering(session, office.ground.clock.now(), batch.id)
        await office.runner.run_once()
        assert len(await office.tickets()) == 200
        await _claims_and_dies(office)
        batch = await office.works(batch)
        assert (batch.state, batch.entered) == (EntryState.ENTERED, 450)
        assert len({ticket.subject for ticket in await office.tickets()}) == len(await office.tickets()) == 450


async def _claims_and_dies(office: Office) -> None:
    """A worker takes the next job, writes its rows, and is gone before the commit."""
    now = office.ground.clock.now()
    async with office.ground.db.transaction() as session:
        [job] = await claim(session, now, queue=QUEUE, limit=1, lease_s=30)
    with pytest.raises(_KilledError):
        await _write_and_die(office, job)
    async with office.ground.db.transaction() as session:
        await reap(session, now, everything=True)


async def _write_and_die(office: Office, job: ClaimedJob) -> None:
    async with office.ground.db.transaction() as session:
        await office.runner.transactional["entry.due"](session, job)
        raise _KilledError


class _KilledError(Exception):
    """kill -9, as far as a transaction can tell."""


async def test_a_long_table_is_looked_at_entered_and_undone(office: Office) -> None:
    rows, before = tries(10_000), await office.digest()
    made = write_xlsx(HEADERS, many(rows, broken=50), "台账")
    asked: list[str] = []
    engine = office.ground.db.engine.sync_engine
    event.listen(engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
    batch = await office.batch(await office.reader.read("台账.xlsx", made, staff=office.staff, locale="zh"))
    assert (batch.total, batch.broken) == (rows, 50)
    looking = len(asked)
    problems = await office.problems(batch)
    assert len({row for row, _, _ in problems}) == 50
    asked.clear()
    batch = await office.enters(batch)
    assert batch.entered == rows - 50
    entering = len(asked)
    asked.clear()
    await office.undoes(batch)
    undoing = len(asked)
    assert await office.digest() == before
    # A ticket is entered by what opens and moves every other; the rest does not go row by row.
    assert entering < 12 * rows, entering
    assert max(looking, undoing) < rows / 2, (looking, undoing)
