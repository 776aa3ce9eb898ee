"""One 客服账号 from end to end: a customer at the simulated platform, callbacks and pulls, queue and sender."""

import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeAlias

import httpx
from fastapi import FastAPI
from sqlalchemy import delete

import bot.schema  # noqa: F401 - the tables.
from channels.accounts.models import ChannelAccount
from channels.accounts.service import add_account
from channels.context import ChannelContext
from channels.delivery import Recipient, out_queue
from channels.models import DeliveryState
from channels.pace import AccountGate
from channels.sending import Sender
from channels.simulator.faults import PushFault
from channels.simulator.network import SimulatedNetwork
from channels.simulator.wecom.corp import Corp
from channels.simulator.wecom.customer import Customer
from channels.simulator.wecom.server import make_app
from channels.simulator.wecom.session import HUMAN, POOL
from channels.simulator.wecom.staff import Colleague
from channels.simulator.wecom.state import WeComPlatform
from channels.wecom.adapter import WeCom
from channels.wecom.endpoints import router
from channels.wecom.errors import KfError, MoveRefusedError
from channels.wecom.pulling import runners, sweep_once
from kit.clock import FrozenClock
from kit.db import AsyncSession
from kit.ground import Ground
from kit.outbox.runner import Runner
from tests.flows.ledger import Ledger, Replies
from tests.flows.window_story import MOST_ROUNDS, PAUSE, Breaks, Passes, Retries, Revokes

_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"


@dataclass(frozen=True)
class Acts:
    """The customer does something: ``what`` is a method, with words where it takes them."""

    what: str
    words: str | None = None
    fault: PushFault | None = None


@dataclass(frozen=True)
class Moves:
    """The product hands the customer over to people, or back to the bot, where the platform allows it."""

    what: str


@dataclass(frozen=True)
class Serves:
    """A member of the corporation does something in the WeCom client, where that is possible."""

    what: str


KfStep: TypeAlias = Acts | Moves | Serves | Replies | Passes | Breaks | Revokes | Retries


@dataclass
class KfDesk:
    """The product's half of the story and the platform, for any number of accounts."""

    ground: Ground
    clock: FrozenClock
    platform: WeComPlatform
    context: ChannelContext
    channel: WeCom
    #: Every account is new: nothing of one history is left for the next.
    accounts: int = 0

    async def begin(self) -> "KfHistory":
        """An account that nobody has used, of a corporation of its own."""
        self.accounts += 1
        self.clock.advance(hours=1)
        kfid, corp_id = f"wk{self.accounts}", f"ww{self.accounts:016d}"
        async with self.ground.db.transaction() as session:
            # Nobody looks after the accounts of earlier histories any more.
            await session.execute(delete(ChannelAccount))
            account = await add_account(
                session,
                self.clock.now(),
                self.context.box,
                channel="wecom",
                name=kfid,
                label=kfid,
                settings={"corp_id": corp_id},
                secrets={"secret": "secret", "token": "QDG6eK", "aes_key": _KEY},
            )
            hook = f"http://desk.test/hooks/wecom/{account.hook}"
        self.context.accounts.forget()
        corp = Corp(corp_id=corp_id, secret="secret", token="QDG6eK", aes_key=_KEY, hook_url=hook)
        self.platform.add_account(corp, kfid)
        self.platform.faults.clear()
        self.platform.log.violations.clear()
        customer = await self.platform.person("wmLi", open_kfid=kfid)
        zhang = self.platform.colleague("zhang", open_kfid=kfid)
        ledger = Ledger(self.ground, self.clock, Recipient(channel="wecom", account=kfid, address="wmLi"))
        return KfHistory(self, corp, customer, zhang, ledger, self._outward(kfid), self._inward())

    def _outward(self, kfid: str) -> Runner:
        sender = Sender(db=self.ground.db, clock=self.clock, channels={"wecom": self.channel}, listener=_unheard)
        gate = AccountGate("wecom", kfid, self.channel.capabilities.rate)
        work = {"delivery.due": sender.handle}
        return Runner(self.ground.db, self.clock, out_queue("wecom", kfid), independent=work, gate=gate)

    def _inward(self) -> list[Runner]:
        jobs = runners(self.context)
        return [Runner(self.ground.db, self.clock, name, independent=kinds) for name, kinds in jobs.items()]


@dataclass
class KfHistory:
    """What one customer, the corporation's people and the product have said and done."""

    desk: KfDesk
    corp: Corp
    customer: Customer
    zhang: Colleague
    ledger: Ledger
    outward: Runner
    inward: list[Runner]

    async def live(self, steps: Sequence[KfStep]) -> None:
        """One step after the other; the workers look after each."""
        for step in steps:
            await self._carry_out(step)
            # A deed that told nothing leaves its fault behind.
            self.desk.platform.faults.clear("/hooks/wecom")
            await self.work()

    async def come_to_an_end(self) -> None:
        """Nothing goes wrong any more, people hand the customer back, and the customer keeps writing."""
        self.desk.platform.faults.clear()
        await self.customer.unblocks()
        for _ in range(MOST_ROUNDS):
            if await self.ledger.all_ended():
                return
            self.desk.clock.advance(seconds=PAUSE.total_seconds())
            await sweep_once(self.desk.context)
            await self.work()
            for what in ("accepts", "ends"):
                await self._serves(what)
            await self.customer.says("在吗")
            await self.work()

    async def work(self) -> None:
        """The workers do all that is due; what that makes the platform tell is pulled as well."""
        busy = True
        while busy:
            busy = False
            await self.desk.platform.settle()
            for runner in (*self.inward, self.outward):
                while await runner.run_once():
                    busy = True
        await self.desk.platform.settle()

    async def faults(self, *, ended: bool = False) -> list[str]:
        """What is not as promised; ``ended``: nothing may wait any more."""
        return await self.ledger.faults(self.customer.texts, self.desk.platform.violations, ended=ended)

    async def _carry_out(self, step: KfStep) -> None:
        match step:
            case Acts():
                if step.fault is not None:
                    self.desk.platform.faults.add("/hooks/wecom", step.fault)
                deed = getattr(self.customer, step.what)
                await (deed() if step.words is None else deed(step.words))
            case Moves():
                await self._moves(step.what)
            case Serves():
                await self._serves(step.what)
            case Replies():
                await self.ledger.write(step)
            case Passes():
                self.desk.clock.advance(seconds=step.seconds)
                await sweep_once(self.desk.context)
            case Breaks():
                self.desk.platform.faults.add("kf/send_msg", step.fault)
            case Revokes():
                self.desk.platform.tokens.revoke(self.corp.corp_id)
            case Retries():
                await self.ledger.retry_failed()

    async def _moves(self, what: str) -> None:
        account = await self.desk.context.accounts.named("wecom", self.customer.account.open_kfid)
        move = getattr(self.desk.channel.reception, what)
        # Our mirror may be behind, when a callback got lost; whoever asked is told.
        with contextlib.suppress(MoveRefusedError, KfError):
            await move(account, "wmLi")

    async def _serves(self, what: str) -> None:
        needs = POOL if what == "accepts" else HUMAN
        if self.customer.state == needs and (needs == POOL or self.customer.session.servicer == "zhang"):
            await getattr(self.zhang, what)(self.customer)


async def _unheard(_session: AsyncSession, _key: str, _state: DeliveryState) -> None:
    return


@asynccontextmanager
async def open_kf_desk(ground: Ground, clock: FrozenClock) -> AsyncIterator[KfDesk]:
    """The product and the platform, connected both ways without a socket."""
    app = FastAPI()
    app.include_router(router)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk.test") as http:
        platform = WeComPlatform(clock, http)
        context = ChannelContext.of(ground, transport=SimulatedNetwork({"qyapi.weixin.qq.com": make_app(platform)}))
        app.state.channels = context
        yield KfDesk(ground, clock, platform, context, WeCom(context))
