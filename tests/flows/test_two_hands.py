"""Two people at two nodes, one ticket, at the same moment, in every pair of actions.

One wins, the other is told who was first and what they did; nothing is lost, and nothing is said twice.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from itertools import combinations_with_replacement
from pathlib import Path

import httpx
import pytest

from kit.access.identity import Role
from kit.bus import LocalBus
from kit.db import Database
from kit.ground import Ground
from tests.support.console import HTMX, Person
from tests.support.desk import Desk
from tests.support.tickets import kinds_of, open_one, ticket_now
from tests.support.web import add_staff, make_app, open_client, sign_in_client
from tickets.console import NAVIGATION
from tickets.console.endpoints import build_router
from tickets.models import EventKind, Ticket
from tickets.stages import Stage

ROOT = Path(__file__).resolve().parents[2]
#: What each action leaves as the last line of the timeline, as the other is told of it.
TOLD = {"claim": "改了负责人", "reply": "回复", "merge": "并", "close": "解决"}
PAIRS = list(combinations_with_replacement(TOLD, 2))


@dataclass(frozen=True)
class Scene:
    """Two members of staff at nodes of their own, and two open tickets of one person."""

    desk: Desk
    wang: Person
    li: Person
    ticket: Ticket
    other: Ticket

    async def act(self, who: Person, action: str, *, version: int = 1, **more: str) -> httpx.Response:
        forms: dict[str, tuple[str, dict[str, str]]] = {
            "claim": ("assign", {"to": "me"}),
            "reply": ("messages", {"mode": "reply", "text": f"{who.staff.name}来处理"}),
            "merge": ("merge", {"into": str(self.other.id), "into_version": str(self.other.version)}),
            "close": ("resolve", {"solution": f"{who.staff.name}已处理好"}),
        }
        path, form = forms[action]
        address = f"/console/tickets/{self.ticket.id}/{path}"
        return await who.client.post(address, data={**form, "version": str(version), **more}, headers=HTMX)

    async def told(self) -> list[str]:
        await self.desk.pump()
        return self.desk.news()


def second_node(ground: Ground) -> Ground:
    """Another process on the same database, as far as this one can be two."""
    bus = LocalBus()
    return replace(ground, db=Database(ground.settings.url(), bus=bus, pool_size=5), bus=bus)


@pytest.fixture
async def scene(desk: Desk) -> AsyncIterator[Scene]:
    nodes = (desk.ground, second_node(desk.ground))
    people = []
    async with AsyncExitStack() as stack:
        for node, name in zip(nodes, ("王芳芳", "李清"), strict=True):
            app = make_app(
                node,
                build_router(),
                templates=[ROOT / "tickets/console/templates"],
                statics={"tickets": ROOT / "tickets/console/static"},
                navigation=NAVIGATION,
            )
            staff = await add_staff(node, role=Role.AGENT, login=name, name=name)
            client = await stack.enter_async_context(open_client(app))
            await sign_in_client(client, node, login=name)
            client.cookies.set("yp_lang", "zh")
            people.append(Person(client, staff, node))
        opened = [await open_one(desk.ground, text, who="li", channel="fake") for text in ("上传不了", "还是不行")]
        tickets = [await ticket_now(desk.ground, one.ticket_id) for one in opened]
        yield Scene(desk, people[0], people[1], tickets[0], tickets[1])
    await nodes[1].db.close()


@pytest.mark.parametrize(("first", "second"), PAIRS)
class TestEveryPair:
    async def test_one_wins_and_the_other_is_told_what_happened(self, scene: Scene, first: str, second: str) -> None:
        answers = await asyncio.gather(scene.act(scene.wang, first), scene.act(scene.li, second))
        codes = [answer.status_code for answer in answers]
        assert sorted(code >= 400 for code in codes) == [False, True], [answer.text for answer in answers]
        won = 0 if codes[0] < 400 else 1
        winner, action = ((scene.wang, first), (scene.li, second))[won]
        refusal = answers[1 - won]
        assert refusal.status_code == 409
        assert winner.staff.name in refusal.text
        assert TOLD[action] in refusal.text
        kinds = await kinds_of(scene.desk.ground, scene.ticket.id)
        happened = {
            "claim": EventKind.ASSIGNED in kinds,
            "reply": EventKind.REPLIED in kinds,
            "merge": EventKind.MERGED in kinds,
            "close": EventKind.RESOLVED in kinds,
        }
        assert [name for name, done in happened.items() if done] == [action]

    async def test_nothing_is_lost_and_nothing_is_said_twice(self, scene: Scene, first: str, second: str) -> None:
        """The loser looks again and does it then, if it can still be done."""
        answers = await asyncio.gather(scene.act(scene.wang, first), scene.act(scene.li, second))
        won = 0 if answers[0].status_code < 400 else 1
        loser, action = ((scene.li, second), (scene.wang, first))[won]
        ticket = await ticket_now(scene.desk.ground, scene.ticket.id)
        again = await scene.act(loser, action, version=ticket.version)
        if ticket.merged_into_id is not None:
            assert again.status_code == 409
            assert scene.other.number in again.text
        done = [(first, scene.wang), (second, scene.li)] if again.status_code < 400 else []
        done = done or [((first, scene.wang), (second, scene.li))[won]]
        told = await scene.told()
        for name, who in done:
            words = {"reply": f"{who.staff.name}来处理", "close": f"{who.staff.name}已处理好"}.get(name)
            if words is not None:
                assert len([text for text in told if words in text]) == 1
        assert len([text for text in told if "已处理好" in text]) == len([name for name, _ in done if name == "close"])
        assert len([text for text in told if "来处理" in text]) == len([name for name, _ in done if name == "reply"])
        assert len([text for text in told if scene.other.number in text]) == sum(name == "merge" for name, _ in done)


async def test_a_solution_is_told_even_if_the_ticket_is_merged_a_moment_later(scene: Scene) -> None:
    assert (await scene.act(scene.li, "close")).status_code < 400
    ticket = await ticket_now(scene.desk.ground, scene.ticket.id)
    assert (await scene.act(scene.wang, "merge", version=ticket.version)).status_code < 400
    told = await scene.told()
    assert len([text for text in told if f"{scene.li.staff.name}已处理好" in text]) == 1
    assert len([text for text in told if scene.other.number in text]) == 1


async def test_of_two_who_merge_crosswise_one_wins(scene: Scene) -> None:
    one, other = scene.ticket, scene.other

    async def merges(who: Person, source: Ticket, target: Ticket) -> httpx.Response:
        form = {"into": target.id, "into_version": target.version, "version": source.version}
        return await who.client.post(f"/console/tickets/{source.id}/merge", data=form, headers=HTMX)

    answers = await asyncio.gather(merges(scene.wang, one, other), merges(scene.li, other, one))
    assert sorted(answer.status_code for answer in answers) == [204, 409]
    states = [(await ticket_now(scene.desk.ground, ticket.id)) for ticket in (one, other)]
    assert sorted(state.stage == Stage.SOLVED for state in states) == [False, True]
    assert sum(state.merged_into_id is not None for state in states) == 1
    assert len(await scene.told()) == 1


class TestHeld:
    """With some seconds to take a reply back, nobody is refused who does something else meanwhile."""

    @pytest.fixture(autouse=True)
    def _held(self, scene: Scene) -> None:
        scene.desk.ground.settings.undo_send_s = 15

    async def test_of_two_replies_the_second_is_shown_the_first_and_may_still_be_sent(self, scene: Scene) -> None:
        answers = await asyncio.gather(scene.act(scene.wang, "reply"), scene.act(scene.li, "reply"))
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        won = 0 if answers[0].status_code == 200 else 1
        winner, loser = (scene.wang, scene.li) if won == 0 else (scene.li, scene.wang)
        assert f"{winner.staff.name}来处理" in answers[1 - won].text
        assert "仍然发送" in answers[1 - won].text
        assert answers[1 - won].headers["hx-retarget"] == "#act-body"
        assert (await scene.act(loser, "reply", anyway="true")).status_code == 200
        await scene.desk.later(seconds=20)
        told = await scene.told()
        assert {text for text in told if text.endswith("来处理")} == {"王芳芳来处理", "李清来处理"}

    @pytest.mark.parametrize("action", ["claim", "merge", "close"])
    async def test_what_the_other_does_and_the_reply_both_happen_once(self, scene: Scene, action: str) -> None:
        answers = await asyncio.gather(scene.act(scene.wang, "reply"), scene.act(scene.li, action))
        if answers[0].status_code == 409:
            # The other was first, and the reply says so instead of going out beside it.
            assert scene.li.staff.name in answers[0].text or scene.other.number in answers[0].text
        assert answers[1].status_code < 400
        await scene.desk.later(seconds=20)
        told = await scene.told()
        assert told.count("王芳芳来处理") == (answers[0].status_code == 200)
        if action == "close" and answers[0].status_code == 200:
            order = [text for text in told if "处理" in text]
            assert order.index("王芳芳来处理") < next(at for at, text in enumerate(order) if "已处理好" in text)
