"""SIGKILL at any point of the story, start again: nothing lost, nothing confirmed sent twice, the same end."""

import json
import multiprocessing
import re
import signal
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from channels.models import Delivery, InboundMessage
from kit.clock import FrozenClock
from kit.ground import Ground
from kit.outbox.models import Job, Lane
from tests.flows.crash_story import play
from tests.support.ground import open_ground
from tickets.conversations.models import Message
from tickets.followups.models import FollowUp
from tickets.models import Ticket, TicketEvent
from tickets.surveys.models import Survey

KINDS = ("commit.before", "commit.after", "send.before", "send.after")
#: A quarter for each kind, spread over the whole story, whose points are counted by a first run.
KILLS = 24
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.flows.crash_story"])


def run(folder: Path, url: str, kill_at: int | None = None, *, idempotent: bool = True) -> int | None:
    process = _context.Process(target=play, args=(str(folder), url, kill_at), kwargs={"idempotent": idempotent})
    process.start()
    process.join(timeout=60)
    return process.exitcode


def sent(folder: Path) -> list[tuple[str, str]]:
    lines = (folder / "platform").read_text().splitlines()
    return [(key, masked(text)) for key, text in map(json.loads, lines)]


def masked(text: str) -> str:
    return re.sub(r"\b\d{6}\b", "######", text)


async def rows(ground: Ground, model: Any, *columns: str) -> list[tuple[Any, ...]]:
    async with ground.db.reading() as session:
        found = (await session.exec(select(model).order_by(col(model.id)))).all()
    return [tuple(masked(str(getattr(row, column))) for column in columns) for row in found]


async def end_state(ground: Ground) -> dict[str, Any]:
    """Everything that must be the same however often the process died on the way."""
    async with ground.db.reading() as session:
        leftovers = [*(await session.exec(select(Job))).all(), *(await session.exec(select(Lane))).all()]
    return {
        "inbound": await rows(ground, InboundMessage, "platform_id", "text"),
        "messages": await rows(ground, Message, "author", "text", "internal"),
        "ticket": await rows(ground, Ticket, "number", "stage", "priority", "reopened", "solution", "facts"),
        "timeline": await rows(ground, TicketEvent, "kind", "actor"),
        "follow_ups": await rows(ground, FollowUp, "kind", "state", "due_at"),
        "survey": await rows(ground, Survey, "score", "comment"),
        "deliveries": await rows(ground, Delivery, "state", "thread"),
        "leftovers": leftovers,
    }


@dataclass(frozen=True)
class Undisturbed:
    """How the story ends when nothing happens, and the points it passes."""

    state: dict[str, Any]
    sent: list[tuple[str, str]]
    points: list[str]


_undisturbed: dict[bool, Undisturbed] = {}


async def undisturbed(clock: FrozenClock, url: str, tmp_path: Path, *, idempotent: bool) -> Undisturbed:
    """Played once per test process; the database is emptied again by whoever opens it next."""
    if idempotent not in _undisturbed:
        folder = Path(tempfile.mkdtemp(dir=tmp_path))
        async with open_ground(folder, clock=clock, url=url) as ground:
            assert run(folder, ground.settings.url(), idempotent=idempotent) == 0
            points = (folder / "points").read_text().split()
            _undisturbed[idempotent] = Undisturbed(await end_state(ground), sent(folder), points)
    return _undisturbed[idempotent]


def place(nth: int, points: list[str]) -> int:
    """The number of the point, counted from 1, at which the nth kill strikes: each kind of point in turn."""
    kind = KINDS[nth % len(KINDS)]
    candidates = [number for number, name in enumerate(points, 1) if name == kind]
    return candidates[nth // len(KINDS) * (len(candidates) - 1) // (KILLS // len(KINDS) - 1)]


class TestAPlatformThatDropsRepeatedKeys:
    @pytest.mark.parametrize("nth", range(KILLS))
    async def test_a_second_start_ends_the_story_as_if_nothing_had_happened(
        self, nth: int, clock: FrozenClock, database_url: str, tmp_path: Path
    ) -> None:
        whole = await undisturbed(clock, database_url, tmp_path, idempotent=True)
        kill_at = place(nth, whole.points)
        async with open_ground(tmp_path, clock=clock, url=database_url) as ground:
            url = ground.settings.url()
            assert run(tmp_path, url, kill_at) == -signal.SIGKILL
            assert run(tmp_path, url) == 0
            assert await end_state(ground) == whole.state
        delivered = sent(tmp_path)
        # Keys may differ: PostgreSQL does not give numbers of a rolled back transaction out again.
        assert [text for _key, text in dict.fromkeys(delivered)] == [text for _key, text in whole.sent]
        # Only a send whose confirmation died with the process may be repeated, and then under its old key.
        repeats = len(delivered) - len(whole.sent)
        assert repeats <= (whole.points[kill_at - 1] in {"send.after", "commit.before"})


class TestAPlatformThatTakesEverythingTwice:
    async def test_a_send_of_unknown_outcome_is_not_repeated_but_shown_to_staff(
        self, clock: FrozenClock, database_url: str, tmp_path: Path
    ) -> None:
        whole = await undisturbed(clock, database_url, tmp_path, idempotent=False)
        kill_at = [number for number, name in enumerate(whole.points, 1) if name == "send.after"][3]
        async with open_ground(tmp_path, clock=clock, url=database_url) as ground:
            url = ground.settings.url()
            assert run(tmp_path, url, kill_at, idempotent=False) == -signal.SIGKILL
            assert run(tmp_path, url, idempotent=False) == 0
            states = Counter(state for state, _thread in (await end_state(ground))["deliveries"])
        assert sent(tmp_path) == whole.sent
        assert states == {"sent": len(whole.sent) - 1, "unknown": 1}
