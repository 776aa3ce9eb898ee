"""Many tickets at once, as the pages do it."""

import html
import re
from typing import Any

import httpx
import pytest

from kit.clock import FrozenClock
from kit.ground import Ground
from tests.support.console import HTMX, Person
from tests.support.tickets import open_one, ticket_now
from tests.tickets.bulk.conftest import Orders, worker_of
from tickets.repository import change, get_ticket
from tickets.stages import Priority, Stage


@pytest.fixture
def orders(ground: Ground) -> Orders:
    return Orders(ground, worker_of(ground))


async def give(person: Person, kind: str, ids: list[int], **form: Any) -> httpx.Response:
    data = {"kind": kind, "key": f"key-of-{kind}", "ids": ",".join(map(str, ids)), **form}
    return await person.client.post("/console/bulk", data=data, headers=HTMX)


async def ordered(person: Person, kind: str, ids: list[int], **form: Any) -> str:
    answer = await give(person, kind, ids, **form)
    assert answer.status_code == 200, answer.text
    return answer.headers["hx-redirect"]


def outcomes(page: str) -> dict[str, int]:
    found = re.findall(r'id="outcome-(\w+)".*?yc-count">(\d+)<', page, re.DOTALL)
    return {name: int(number) for name, number in found if name != "all"}


class TestAsking:
    async def test_the_count_comes_before_the_change(self, orders: Orders, wang: Person) -> None:
        ids = await orders.open(3)
        form = {"kind": "priority", "ids": ",".join(map(str, ids))}
        answer = await wang.client.post("/console/bulk/dialog", data=form, headers=HTMX)
        assert "应用到 3 张工单" in answer.text

    async def test_everything_that_matches_is_more_than_the_page(self, orders: Orders, wang: Person) -> None:
        ids = await orders.open(53)
        async with orders.ground.db.transaction() as session:
            await change(
                session, orders.ground.clock.now(), await get_ticket(session, ids[0]), priority=Priority.URGENT
            )
        page = await wang.page("/console/tickets?priority=3")
        found = re.search(r'data-pick-all="([^"]+)" data-count="(\d+)"', page)
        assert found is not None
        assert found[2] == "52"
        address = await ordered(wang, "priority", [], query=html.unescape(found[1]), to="2")
        await orders.work()
        assert outcomes(await wang.page(address)) == {"changed": 52}
        assert (await ticket_now(orders.ground, ids[0])).priority == Priority.URGENT

    @pytest.mark.parametrize("kind", ["assign", "team", "priority", "category", "tags", "stage", "resolve", "reply"])
    async def test_an_order_that_says_nothing_is_refused(self, orders: Orders, wang: Person, kind: str) -> None:
        answer = await give(wang, kind, await orders.open(1))
        assert answer.status_code == 422
        assert "还没选好" in answer.text

    @pytest.mark.parametrize("ids", ["", "abc", "99999999999999999999999"])
    async def test_nothing_chosen_is_said(self, wang: Person, ids: str) -> None:
        form = {"kind": "priority", "key": "some-key", "ids": ids, "to": "2"}
        answer = await wang.client.post("/console/bulk", data=form, headers=HTMX)
        assert answer.status_code == 422
        assert "没有选中工单" in answer.text

    async def test_whoever_only_reads_is_offered_nothing(self, orders: Orders, editor: Person) -> None:
        ids = await orders.open(1)
        assert "data-pick" not in await editor.page("/console/tickets")
        assert (await give(editor, "priority", ids, to="2")).status_code == 403


class TestChanging:
    async def test_each_kind_does_what_it_says(self, orders: Orders, wang: Person) -> None:
        [ticket_id] = ids = await orders.open(1)
        await ordered(wang, "assign", ids, to=str(wang.id))
        await ordered(wang, "priority", ids, to="1")
        await ordered(wang, "tags", ids, add="月末 上传")
        await ordered(wang, "stage", ids, to="processing")
        await ordered(wang, "snooze", ids, at="2026-12-01T09:00")
        orders.ground.clock.advance(seconds=20)  # type: ignore[attr-defined]  # The ground of a test has a FrozenClock.
        await orders.work()
        ticket = await ticket_now(orders.ground, ticket_id)
        assert (ticket.assignee_id, ticket.priority, ticket.tags) == (wang.id, Priority.URGENT, ["月末", "上传"])
        assert ticket.stage == Stage.PROCESSING
        assert ticket.snoozed_until is not None

    async def test_pressed_twice_is_ordered_once(self, orders: Orders, wang: Person) -> None:
        ids = await orders.open(1)
        assert await ordered(wang, "priority", ids, to="1") == await ordered(wang, "priority", ids, to="1")

    async def test_it_can_be_taken_back(self, orders: Orders, wang: Person) -> None:
        ids = await orders.open(2)
        address = await ordered(wang, "priority", ids, to="1")
        await orders.work()
        page = await wang.page(address)
        assert 'data-key="z"' in page
        await wang.client.post(f"{address}/undo", headers=HTMX)
        await orders.work()
        page = await wang.page(address)
        assert outcomes(page) == {"undone": 2}
        assert 'data-key="z"' not in page
        assert 'hx-trigger="every 1s"' not in page

    async def test_an_order_of_somebody_else_is_theirs(self, orders: Orders, wang: Person, li: Person) -> None:
        theirs = await ordered(li, "priority", await orders.open(1), to="1")
        assert (await wang.client.get(theirs)).status_code == 404
        assert (await wang.client.post(f"{theirs}/undo", headers=HTMX)).status_code == 404
        assert theirs not in await wang.page("/console/bulk")
        own = await ordered(wang, "tags", await orders.open(1), add="月末")
        assert own in await wang.page("/console/bulk")
        assert own in await li.page("/console/bulk")


class TestTelling:
    async def test_each_reads_their_own(self, ground: Ground, wang: Person) -> None:
        first = await open_one(ground, who="a", person={"name": "赵敏"})
        second = await open_one(ground, who="b")
        form = {"ids": f"{first.ticket_id},{second.ticket_id}", "text": "{name}您好，{number}已修复 <b>"}
        answer = await wang.client.post("/console/bulk/preview", data=form, headers=HTMX)
        assert "赵敏您好，YP-261124-0001已修复 &lt;b&gt;" in answer.text
        assert "客户您好，YP-261124-0002已修复" in answer.text
        assert "其中 1 位没有留名字" in answer.text

    async def test_it_can_be_stopped_before_anybody_hears(
        self, orders: Orders, wang: Person, clock: FrozenClock
    ) -> None:
        address = await ordered(wang, "reply", await orders.open(2), text="您好")
        page = await wang.page(address)
        assert "15 秒后开始发送" in page
        assert 'data-key="s"' in page
        await wang.client.post(f"{address}/stop", headers=HTMX)
        clock.advance(seconds=20)
        await orders.work()
        assert outcomes(await wang.page(address)) == {"stopped": 2}

    async def test_handed_over_is_not_arrived(self, orders: Orders, wang: Person, clock: FrozenClock) -> None:
        address = await ordered(wang, "reply", await orders.open(2), text="您好")
        clock.advance(seconds=20)
        await orders.work()
        page = await wang.page(address)
        assert outcomes(page) == {"changed": 2}
        assert "已交给渠道" in page
        assert 'data-key="z"' not in page
