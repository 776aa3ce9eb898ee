import pytest

from kit.ground import Ground
from tests.support.console import HTMX, Person
from tests.support.tickets import events_of, messages_of, open_one, ticket_now
from tickets.desk.models import Team
from tickets.repository import change, get_ticket
from tickets.stages import Priority, Stage


class TestWriting:
    async def test_a_reply_is_shown_and_the_version_goes_on(self, ground: Ground, wang: Person) -> None:
        opened = await open_one(ground)
        answer = await wang.act(opened.ticket_id, "messages", mode="reply", text="您好\r\n正在查")
        ticket = await ticket_now(ground, opened.ticket_id)
        assert "您好\n正在查" in answer.text
        assert f'value="{ticket.version}"' in answer.text
        assert (ticket.stage, ticket.assignee_id) == (Stage.PROCESSING, wang.id)
        assert "composer" not in answer.text

    async def test_a_note_tells_the_customer_nothing(self, ground: Ground, wang: Person) -> None:
        opened = await open_one(ground)
        await wang.act(opened.ticket_id, "messages", mode="note", text="备注")
        assert (await messages_of(ground, opened.conversation_id))[-1].internal
        assert (await ticket_now(ground, opened.ticket_id)).stage == Stage.ACCEPTED

    @pytest.mark.parametrize(
        ("text", "told"), [("", "还没有写内容"), (" \n ", "还没有写内容"), ("长" * 34_000, "最多 10000 个字")]
    )
    @pytest.mark.parametrize("mode", ["reply", "note"])
    async def test_what_cannot_be_sent_is_said_and_nothing_is_stored(
        self, ground: Ground, wang: Person, mode: str, text: str, told: str
    ) -> None:
        opened = await open_one(ground)
        answer = await wang.act(opened.ticket_id, "messages", mode=mode, text=text)
        assert answer.status_code == 422
        assert answer.headers["hx-retarget"] == "#flash"
        assert told in answer.text
        assert len(await messages_of(ground, opened.conversation_id)) == 1

    async def test_a_mode_nobody_knows_is_no_reply(self, ground: Ground, wang: Person) -> None:
        opened = await open_one(ground)
        assert (await wang.act(opened.ticket_id, "messages", mode="shout", text="x")).status_code == 422
        assert len(await messages_of(ground, opened.conversation_id)) == 1

    @pytest.mark.parametrize(
        ("files", "told"),
        [
            ([("files", ("a.exe", b"MZ\0\0", "image/png"))], "不是我们能收的文件类型"),
            ([("files", ("a.txt", b"", "text/plain"))], "这个文件是空的"),
            ([("files", (f"{n}.txt", b"x", "text/plain")) for n in range(6)], "最多发 5 个文件"),
        ],
    )
    async def test_a_file_that_cannot_be_taken_stops_the_message(
        self, ground: Ground, wang: Person, files: list[tuple[str, tuple[str, bytes, str]]], told: str
    ) -> None:
        opened = await open_one(ground)
        answer = await wang.client.post(
            f"/console/tickets/{opened.ticket_id}/messages",
            data={"mode": "reply", "text": "附件", "version": "1"},
            files=files,
            headers=HTMX,
        )
        assert answer.status_code == 422
        assert told in answer.text
        assert len(await messages_of(ground, opened.conversation_id)) == 1


class TestAssigning:
    async def test_me_somebody_a_team_and_nobody(self, ground: Ground, wang: Person, li: Person) -> None:
        async with ground.db.transaction() as session:
            team = Team(key="data", name_zh="数据组", name_en="Data")
            session.add(team)
        ticket_id = (await open_one(ground)).ticket_id
        for to, expected in {
            "me": (wang.id, team.id),
            f"staff:{li.id}": (li.id, team.id),
            f"team:{team.id}": (None, team.id),
            "nobody": (None, team.id),
        }.items():
            answer = await wang.act(ticket_id, "assign", to=to)
            ticket = await ticket_now(ground, ticket_id)
            assert (answer.status_code, ticket.assignee_id, ticket.team_id) == (200, *expected), to
        events = [event for event in await events_of(ground, ticket_id) if event.kind == "assigned"]
        assert [event.data["to"] for event in events] == ["wang", "li", "数据组", None]

    @pytest.mark.parametrize("to", ["", "staff:", "staff:999", "team:999", "team:1e9", "staff:" + "9" * 30, "x:1"])
    async def test_nobody_of_that_name(self, ground: Ground, wang: Person, to: str) -> None:
        ticket_id = (await open_one(ground)).ticket_id
        assert (await wang.act(ticket_id, "assign", to=to)).status_code == 422
        assert (await ticket_now(ground, ticket_id)).version == 1

    async def test_an_editor_is_not_given_tickets(self, ground: Ground, wang: Person, editor: Person) -> None:
        ticket_id = (await open_one(ground)).ticket_id
        assert (await wang.act(ticket_id, "assign", to=f"staff:{editor.id}")).status_code == 422


class TestStagesPriorityPromise:
    async def test_the_customers_turn_and_back(self, ground: Ground, wang: Person) -> None:
        ticket_id = (await open_one(ground)).ticket_id
        for target in (Stage.WAITING, Stage.PROCESSING):
            assert (await wang.act(ticket_id, "stage", target=target.value)).status_code == 200
            assert (await ticket_now(ground, ticket_id)).stage == target

    async def test_solved_is_confirmed_or_reopened_on_the_customers_behalf(self, ground: Ground, wang: Person) -> None:
        ticket_id = (await open_one(ground)).ticket_id
        await wang.act(ticket_id, "resolve", solution="换了证书")
        await wang.act(ticket_id, "stage", target="solved")
        assert (await ticket_now(ground, ticket_id)).closed_at == ground.clock.now()
        await wang.act(ticket_id, "stage", target="processing", reason="电话里说还是不行")
        ticket = await ticket_now(ground, ticket_id)
        assert (ticket.stage, ticket.reopened, ticket.alarm) == (Stage.PROCESSING, 1, "reopened")
        assert (await events_of(ground, ticket_id))[-1].data["reason"] == "电话里说还是不行"

    @pytest.mark.parametrize("target", ["accepted", "confirming", "solved", "nowhere"])
    async def test_a_stage_that_cannot_follow_is_refused(self, ground: Ground, wang: Person, target: str) -> None:
        ticket_id = (await open_one(ground)).ticket_id
        assert (await wang.act(ticket_id, "stage", target=target)).status_code == 422
        assert (await ticket_now(ground, ticket_id)).stage == Stage.ACCEPTED

    async def test_priority(self, ground: Ground, wang: Person) -> None:
        ticket_id = (await open_one(ground)).ticket_id
        await wang.act(ticket_id, "priority", priority=1)
        assert (await ticket_now(ground, ticket_id)).priority == Priority.URGENT
        assert (await wang.act(ticket_id, "priority", priority=0)).status_code == 422

    async def test_a_promise_is_meant_in_the_organisations_zone(self, ground: Ground, wang: Person) -> None:
        ticket_id = (await open_one(ground)).ticket_id
        await wang.act(ticket_id, "promise", at="2026-11-24T18:00")
        promised = (await ticket_now(ground, ticket_id)).promise_at
        assert promised is not None
        assert promised.isoformat() == "2026-11-24T10:00:00+00:00"

    @pytest.mark.parametrize(
        ("at", "told"),
        [
            ("2026-11-24T09:59", "已经过去"),
            ("tomorrow", "时间没看懂"),
            ("", "时间没看懂"),
            ("0001-01-01T00:00", "时间没看懂"),
            ("2026-02-30T10:00", "时间没看懂"),
        ],
    )
    async def test_a_moment_that_cannot_be_promised(self, ground: Ground, wang: Person, at: str, told: str) -> None:
        ticket_id = (await open_one(ground)).ticket_id
        answer = await wang.act(ticket_id, "promise", at=at)
        assert answer.status_code == 422
        assert told in answer.text


class TestResolvingAndReleasing:
    async def test_a_solution_ends_the_work(self, ground: Ground, wang: Person) -> None:
        ticket_id = (await open_one(ground)).ticket_id
        answer = await wang.act(ticket_id, "resolve", solution="换了证书")
        assert (await ticket_now(ground, ticket_id)).stage == Stage.CONFIRMING
        assert "换了证书" in answer.text

    @pytest.mark.parametrize("solution", ["", "x" * 100_000])
    async def test_it_needs_fitting_words(self, ground: Ground, wang: Person, solution: str) -> None:
        ticket_id = (await open_one(ground)).ticket_id
        assert (await wang.act(ticket_id, "resolve", solution=solution)).status_code == 422
        assert (await ticket_now(ground, ticket_id)).stage == Stage.ACCEPTED

    async def test_the_bot_answers_again(self, ground: Ground, wang: Person) -> None:
        ticket_id = (await open_one(ground)).ticket_id
        written = await wang.act(ticket_id, "messages", mode="reply", text="在查")
        assert "人工（机器人已静默）" in written.text
        assert "人工（机器人已静默）" not in (await wang.act(ticket_id, "release")).text


ACTIONS = [
    ("assign", {"to": "me"}),
    ("stage", {"target": "waiting"}),
    ("priority", {"priority": "2"}),
    ("promise", {"at": "2026-11-24T18:00"}),
    ("resolve", {"solution": "好了"}),
    ("release", {}),
    ("messages", {"mode": "reply", "text": "在查"}),
]


class TestTwoPeople:
    @pytest.mark.parametrize(("action", "form"), ACTIONS)
    async def test_the_second_is_told_who_was_first_and_sees_it(
        self, ground: Ground, wang: Person, li: Person, action: str, form: dict[str, str]
    ) -> None:
        ticket_id = (await open_one(ground)).ticket_id
        await li.act(ticket_id, "priority", priority=1, version=1)
        before = await ticket_now(ground, ticket_id)
        answer = await wang.act(ticket_id, action, version=1, **form)
        assert answer.status_code == 409
        assert "li刚刚改过这张工单（改了优先级）" in answer.text
        assert answer.headers["hx-retarget"] == "#flash"
        assert answer.headers["hx-trigger"] == "yp:changed"
        assert await ticket_now(ground, ticket_id) == before
        assert "优先级：普通 → 紧急" in await wang.page(f"/console/tickets/{ticket_id}/parts")
        assert (await wang.act(ticket_id, action, **form)).status_code == 200

    async def test_a_note_never_conflicts(self, ground: Ground, wang: Person, li: Person) -> None:
        ticket_id = (await open_one(ground)).ticket_id
        await li.act(ticket_id, "priority", priority=1)
        answer = await wang.act(ticket_id, "messages", mode="note", text="备注", version=1)
        assert answer.status_code == 200

    async def test_the_systems_own_changes_are_named_too(self, ground: Ground, wang: Person) -> None:
        ticket_id = (await open_one(ground)).ticket_id
        async with ground.db.transaction() as session:
            await change(session, ground.clock.now(), await get_ticket(session, ticket_id), alarm="reopened")
        answer = await wang.act(ticket_id, "assign", to="me", version=1)
        assert "客户刚刚改过这张工单（登记）" in answer.text
