"""One Official Account from end to end: a person at the simulated platform, the product's callback, queue and sender.

What happens is told as a list of steps, so that a history can be drawn at random and read again when it went wrong.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

import httpx
from fastapi import FastAPI

import bot.schema  # noqa: F401 - the tables.
from channels.accounts.service import add_account
from channels.context import ChannelContext
from channels.delivery import Recipient, out_queue
from channels.models import DeliveryState
from channels.pace import AccountGate
from channels.sending import Sender
from channels.simulator.faults import CallFault, PushFault
from channels.simulator.network import SimulatedNetwork
from channels.simulator.wechat.account import OfficialAccount
from channels.simulator.wechat.person import Person
from channels.simulator.wechat.server import make_app as make_platform
from channels.simulator.wechat.state import WeChatPlatform
from channels.wechat.adapter import WeChat
from channels.wechat.endpoints import router
from channels.wechat.waiting import Waiting
from kit.bus import Listener
from kit.clock import FrozenClock
from kit.db import AsyncSession
from kit.ground import Ground
from kit.outbox.runner import Runner
from tests.flows.ledger import Ledger, Replies
from tests.support.web import make_app

#: Longer than the longest pause between two tries of a delivery.
PAUSE = timedelta(minutes=11)

#: A message is tried eight times, and a person may have five or more that wait.
MOST_ROUNDS = 40


@dataclass(frozen=True)
class Says:
    """The person writes; ``answers`` are queued while the push waits for them."""

    answers: int = 0
    fault: PushFault | None = None
    lost: int = 1


@dataclass(frozen=True)
class Does:
    """``what`` is a method of the person, with a key where it takes one."""

    what: str
    key: str | None = None
    fault: PushFault | None = None


@dataclass(frozen=True)
class Passes:
    """Time passes, then the workers look."""

    seconds: float


@dataclass(frozen=True)
class Breaks:
    """The next call to the platform goes wrong."""

    fault: CallFault


@dataclass(frozen=True)
class Revokes:
    """The platform takes the access token back."""


@dataclass(frozen=True)
class Retries:
    """Staff try again what failed for certain."""


Step: TypeAlias = Says | Does | Replies | Passes | Breaks | Revokes | Retries


class Prompt(Waiting):
    """While a push waits, the bot answers; the waiting itself takes no time but on the clock."""

    def __init__(self, clock: FrozenClock) -> None:
        super().__init__()
        self.clock = clock
        self.answer: Callable[[], Awaitable[None]] | None = None

    async def hear(self, listener: Listener, seconds: float) -> bool:
        if self.answer is not None:
            answer, self.answer = self.answer, None
            await answer()
            if await listener.wait(0):
                return True
        self.clock.advance(seconds=seconds)
        return False

    async def pause(self, seconds: float) -> None:
        self.clock.advance(seconds=seconds)


@dataclass
class Desk:
    """The product's half of the story and the platform, for any number of accounts."""

    ground: Ground
    clock: FrozenClock
    app: FastAPI
    waiting: Prompt
    platform: WeChatPlatform
    context: ChannelContext
    channel: WeChat
    #: Every account is new: nothing of one history is left for the next.
    accounts: int = 0

    async def begin(self, *, verified: bool = True) -> "History":
        """An account that nobody has used, and a person who follows it."""
        self.accounts += 1
        self.clock.advance(hours=1)
        name, app_id = f"gh_story{self.accounts}", f"wx{self.accounts:016d}"
        async with self.ground.db.transaction() as session:
            account = await add_account(
                session,
                self.clock.now(),
                self.context.box,
                channel="wechat",
                name=name,
                label=name,
                settings={"app_id": app_id, "mode": "plain", "verified": verified},
                secrets={"app_secret": "secret", "token": "aToken2026"},
            )
            hook = account.hook
        self.context.accounts.forget()
        official = self.platform.add_account(
            OfficialAccount(
                gh_id=name,
                app_id=app_id,
                secret="secret",
                token="aToken2026",
                aes_key="k" * 43,
                hook_url=f"http://desk.test/hooks/wechat/{hook}",
                verified=verified,
            )
        )
        self.platform.faults.clear()
        self.platform.log.violations.clear()
        person = await self.platform.person("oLi", account=official)
        sender = Sender(db=self.ground.db, clock=self.clock, channels={"wechat": self.channel}, listener=_unheard)
        runner = Runner(
            self.ground.db,
            self.clock,
            out_queue("wechat", name),
            independent={"delivery.due": sender.handle},
            gate=AccountGate("wechat", name, self.channel.capabilities.rate),
        )
        to = Recipient(channel="wechat", account=name, address="oLi")
        return History(self, official, person, runner, Ledger(self.ground, self.clock, to))


@dataclass
class History:
    """What one person and one account have said and done."""

    desk: Desk
    official: OfficialAccount
    person: Person
    runner: Runner
    ledger: Ledger

    async def live(self, steps: Sequence[Step]) -> None:
        """One step after the other; the workers look after each."""
        for step in steps:
            await self._take(step)
            await self.work()

    async def come_to_an_end(self) -> None:
        """Nothing goes wrong any more, and the person keeps writing: all that waited can go."""
        self.desk.platform.faults.clear()
        await self.person.unblocks()
        for _ in range(MOST_ROUNDS):
            if await self.ledger.all_ended():
                return
            self.desk.clock.advance(seconds=PAUSE.total_seconds())
            await self._take(Says() if self.person.following else Does("follows"))
            await self.work()

    async def work(self) -> None:
        """The workers do all that is due."""
        while await self.runner.run_once():
            pass
        await self.desk.platform.settle()

    async def _take(self, step: Step) -> None:
        await self._carry_out(step)
        # A deed that pushed nothing leaves its fault behind; three lost answers in a row would be too many.
        self.desk.platform.faults.clear("/hooks/wechat")

    async def _carry_out(self, step: Step) -> None:
        match step:
            case Says():
                await self._says(step)
            case Does():
                await self._does(step)
            case Replies():
                await self.ledger.write(step)
            case Passes():
                self.desk.clock.advance(seconds=step.seconds)
            case Breaks():
                self.desk.platform.faults.add("message/custom/send", step.fault)
            case Revokes():
                self.desk.platform.tokens.revoke(self.official.app_id)
            case Retries():
                await self.ledger.retry_failed()

    async def _says(self, step: Says) -> None:
        if not self.person.following:
            return
        self._disturb(step.fault, step.lost)

        async def answer() -> None:
            await self.ledger.write(Replies(bubbles=step.answers))
            await self.work()

        self.desk.waiting.answer = answer if step.answers else None
        await self.person.says("在吗")
        if self.desk.waiting.answer is not None:
            # The push did not wait: the answer comes all the same, as it does in life.
            self.desk.waiting.answer = None
            await answer()

    async def _does(self, step: Does) -> None:
        if not self.person.following and step.what in {"clicks", "views"}:
            return
        self._disturb(step.fault, 1)
        deed = getattr(self.person, step.what)
        await (deed() if step.key is None else deed(step.key))

    def _disturb(self, fault: PushFault | None, times: int) -> None:
        if fault is not None and self.person.following:
            self.desk.platform.faults.add("/hooks/wechat", fault, times)

    async def faults(self, *, ended: bool = False) -> list[str]:
        """What is not as promised; ``ended``: nothing may wait any more."""
        return await self.ledger.faults(self.person.texts, self.desk.platform.violations, ended=ended)


async def _unheard(_session: AsyncSession, _key: str, _state: DeliveryState) -> None:
    return


@asynccontextmanager
async def open_desk(ground: Ground, clock: FrozenClock) -> AsyncIterator[Desk]:
    """The product and the platform, connected both ways without a socket."""
    app = make_app(ground, router)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk.test") as http:
        platform = WeChatPlatform(clock, http)
        network = SimulatedNetwork({"api.weixin.qq.com": make_platform(platform)})
        context = ChannelContext.of(ground, transport=network)
        channel, waiting = WeChat(context), Prompt(clock)
        app.state.channels, app.state.wechat_waiting = context, waiting
        yield Desk(ground, clock, app, waiting, platform, context, channel)
        await channel.api.close()
