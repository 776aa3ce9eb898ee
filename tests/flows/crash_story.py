"""One story, played in a process of its own that can be killed at any numbered point and started again.

Points are reached before and after every commit and every send. The story's own progress is kept in a file,
so a second run goes on where the first one died: customers repeat what was not acknowledged, staff look
before they act again, as people do.
"""

import asyncio
import json
import os
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.orm import Session
from sqlmodel import func, select

from bot.bootstrap import make_ground
from channels.port import Capabilities, Outbound, Receipt
from channels.testing import FakeChannel
from kit.clock import FrozenClock
from kit.db import AsyncSession
from kit.ground import Ground
from kit.outbox import reap
from tests.support.desk import Desk, make_desk, warm_up
from tests.support.ground import make_settings
from tickets.actors import Actor
from tickets.conversations.models import Author, Message
from tickets.models import EventKind, Ticket, TicketEvent
from tickets.opening import Rhythm
from tickets.resolving import resolve
from tickets.rhythm import rhythm_of
from tickets.working import promise, reply

# Processes are forked from one that has imported this module.
warm_up()

START = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


class Points:
    """Counts points and kills the process at the chosen one."""

    def __init__(self, kill_at: int | None, names: Path) -> None:
        self._kill_at = kill_at
        self._names = names
        self._reached = 0
        self.active = False

    def reach(self, name: str) -> None:
        if not self.active:
            return
        self._reached += 1
        if self._kill_at is None:
            with self._names.open("a") as file:
                file.write(f"{name}\n")
        if self._reached == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)


class FilePlatform(FakeChannel):
    """A platform that outlives the process: what it has confirmed stands in a file."""

    def __init__(self, file: Path, points: Points, *, idempotent: bool) -> None:
        super().__init__(capabilities=Capabilities(text_limit=4096, buttons=10, links=True, idempotent=idempotent))
        self._file = file
        self._points = points

    async def send(self, *, key: str, account: str, address: str, message: Outbound) -> Receipt:
        self._points.reach("send.before")
        with self._file.open("a") as file:
            file.write(json.dumps([key, message.text], ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())
        self._points.reach("send.after")
        return Receipt(provider_id=key)


@dataclass
class Play:
    """The story's steps; each may be begun again after a crash."""

    desk: Desk
    number: int = 0

    async def says(self, text: str) -> None:
        await self.desk.write(text, platform_id=f"step-{self.number}", pump=False)

    async def waits(self, _text: str) -> None:
        """Only time passes."""

    async def staff_replies(self, text: str) -> None:
        async with self.desk.ground.db.transaction() as session:
            said = select(Message.id).where(Message.text == text, Message.author == Author.STAFF)
            if (await session.exec(said)).first() is None:
                await reply(session, self.now, await _ticket(session), text=text, staff=self.staff, rhythm=self.rhythm)

    async def staff_promises(self, _text: str) -> None:
        async with self.desk.ground.db.transaction() as session:
            ticket = await _ticket(session)
            if await _times(session, EventKind.PROMISED) == 0:
                by = self.now + timedelta(hours=3)
                await promise(
                    session,
                    self.now,
                    ticket,
                    at=by,
                    staff=self.staff,
                    seen=ticket.version,
                    rhythm=self.rhythm,
                )

    async def staff_resolves(self, solution: str) -> None:
        async with self.desk.ground.db.transaction() as session:
            ticket = await _ticket(session)
            if ticket.solution != solution:
                await resolve(
                    session,
                    self.now,
                    ticket,
                    solution=solution,
                    staff=self.staff,
                    seen=ticket.version,
                    rhythm=self.rhythm,
                )

    @property
    def now(self) -> datetime:
        return self.desk.clock.now()

    @property
    def staff(self) -> Actor:
        return self.desk.staff

    @property
    def rhythm(self) -> Rhythm:
        return rhythm_of(self.desk.ground.settings)


async def _ticket(session: AsyncSession) -> Ticket:
    return (await session.exec(select(Ticket))).one()


async def _times(session: AsyncSession, kind: EventKind) -> int:
    return (await session.exec(select(func.count()).where(TicketEvent.kind == kind))).one()


STORY: tuple[tuple[Callable[[Play, str], Awaitable[None]], str], ...] = (
    (Play.says, "附近的打印店几点关门"),
    (Play.says, "好的，登记吧"),
    (Play.says, "提示：网络异常 -1001"),
    (Play.says, "跳过"),
    (Play.says, "跳过"),
    (Play.says, "13800138000"),
    (Play.staff_replies, "您好，我来看一下。"),
    (Play.staff_promises, ""),
    (Play.says, "好的，麻烦快点"),
    (Play.staff_resolves, "已重新上传，请重启软件。"),
    (Play.waits, ""),
    (Play.says, "没好，还是提示上传失败"),
    (Play.staff_resolves, "已更换线路，再试一次。"),
    (Play.waits, ""),
    (Play.says, "好了"),
    (Play.waits, ""),
    (Play.says, "5分"),
    (Play.says, "很耐心"),
)


def play(folder: str, url: str, kill_at: int | None, *, idempotent: bool) -> None:
    """Entry point of the process."""
    asyncio.run(_play(Path(folder), url, kill_at, idempotent=idempotent))


async def _play(folder: Path, url: str, kill_at: int | None, *, idempotent: bool) -> None:
    points = Points(kill_at, folder / "points")
    desk = await _open(folder, url, points, idempotent=idempotent)
    event.listen(desk.ground.db.engine.sync_engine, "commit", lambda _connection: points.reach("commit.before"))
    event.listen(Session, "after_commit", lambda _session: points.reach("commit.after"))
    points.active = True
    async with desk.ground.db.transaction() as session:
        await reap(session, desk.clock.now(), everything=True)
    await desk.pump()
    progress = folder / "progress"
    done = int(progress.read_text()) if progress.exists() else 0
    story = Play(desk)
    for number in range(done, len(STORY)):
        story.number = number
        _set_clock(desk.clock, number)
        step, text = STORY[number]
        await step(story, text)
        _set_clock(desk.clock, number, seconds=1)
        await desk.pump()
        progress.write_text(str(number + 1))
    await desk.ground.db.close()


def _set_clock(clock: FrozenClock, step: int, *, seconds: int = 0) -> None:
    moment = START + timedelta(minutes=step, seconds=seconds)
    clock.advance(seconds=(moment - clock.now()).total_seconds())


async def _open(folder: Path, url: str, points: Points, *, idempotent: bool) -> Desk:
    clock = FrozenClock(START)
    done = (folder / "progress").read_text() if (folder / "progress").exists() else "0"
    _set_clock(clock, int(done))
    ground: Ground = make_ground(make_settings(folder, url), clock=clock)
    platform = FilePlatform(folder / "platform", points, idempotent=idempotent)
    return await make_desk(ground, clock, platform)
