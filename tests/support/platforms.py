"""The whole product beside a simulated platform: a person writes on the phone, staff work, time moves when told to."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
from fastapi import FastAPI
from sqlmodel import col, select

import bot.schema  # noqa: F401 - the tables.
from bot.app import create_app
from bot.bootstrap import Runtime, make_runtime
from bot.defaults import install_defaults
from channels.accounts.models import ChannelAccount
from channels.accounts.service import add_account
from channels.context import ChannelContext
from channels.models import Delivery, InboundMessage
from channels.registry import PLATFORMS
from channels.simulator.network import SimulatedNetwork
from channels.simulator.stands import STANDS, Credentials, Stand
from kit.clock import FrozenClock, from_ms
from kit.ground import Ground
from kit.outbox.models import Job, JobState
from kit.outbox.runner import Runner
from knowledge.articles import import_folder
from tests.support.desk import article_files, remembered_index, supervisor
from tickets.actors import Actor
from tickets.conversations.models import Conversation, Message
from tickets.followups.service import fire_due
from tickets.models import Ticket
from tickets.repository import get_ticket
from tickets.resolving import resolve
from tickets.rhythm import rhythm_of
from tickets.working import promise, reply

#: Paces and pauses between two messages to one person are over after this long; news of the rhythm take longer.
SOON = timedelta(seconds=8)

PATIENCE_S = 60.0


@dataclass
class Product:
    """Stands in the network before the product is put together."""

    app: FastAPI | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        assert self.app is not None
        await self.app(scope, receive, send)


@dataclass
class PlatformDesk:
    """One running product with one account; ``simulated`` is its platform."""

    ground: Ground
    clock: FrozenClock
    channel: str
    simulated: Any
    account: ChannelAccount
    context: ChannelContext
    runtime: Runtime
    app: FastAPI
    staff: Actor
    senders: tuple[Runner, ...]
    _seen: dict[str, int] = field(default_factory=dict)

    async def customer(self, key: str = "li", *, name: str = "小李", **more: Any) -> "Customer":
        """Somebody on the platform; ``more`` is what only this platform knows of people."""
        return Customer(self, await self.simulated.person(key, name=name, **more))

    async def later(self, **units: float) -> None:
        """Let time pass and everything due happen, with what follows from it within seconds."""
        self.clock.advance(**units)
        await self.pump()
        while moment := await self._next_job():
            self.clock.advance(seconds=max(0.001, (moment - self.clock.now()).total_seconds()))
            await self.pump()

    async def pump(self) -> None:
        """Do all the work there is at this moment."""
        busy = True
        while busy:
            async with self.ground.db.transaction() as session:
                busy = bool(await fire_due(session, self.clock.now()))
            for runner in (*self.runtime.runners, *self.senders):
                while await runner.run_once():
                    busy = True

    async def while_working(self, doing: Coroutine[Any, Any, Any]) -> None:
        """The product works while the platform waits for its answer, as a worker would."""
        task = asyncio.ensure_future(doing)
        while not task.done():
            await self.pump()
            await asyncio.wait({task}, timeout=0.01)
        await task

    async def _next_job(self) -> datetime | None:
        """When the next job comes due, if that is soon."""
        waiting = select(Job.run_at).where(col(Job.state) == JobState.READY).order_by(col(Job.run_at)).limit(1)
        async with self.ground.db.reading() as session:
            first = (await session.exec(waiting)).first()
        moment = from_ms(first) if first is not None else None
        return moment if moment is not None and moment - self.clock.now() < SOON else None

    async def stored(self, content: bytes, name: str) -> dict[str, Any]:
        """A file in our store, to send along with a reply."""

        async def pieces() -> AsyncIterator[bytes]:
            yield content

        file = await self.ground.files.save(pieces(), name=name, limit=len(content))
        return {"id": file.id, "name": file.name, "mime": file.mime, "size": file.size}

    async def replies(self, text: str, *files: dict[str, Any]) -> None:
        """A member of staff answers on the newest ticket."""
        async with self.ground.db.transaction() as session:
            ticket = await get_ticket(session, (await self.ticket()).id)
            rhythm = rhythm_of(self.ground.settings)
            now, sent = self.clock.now(), list(files)
            await reply(session, now, ticket, text=text, staff=self.staff, rhythm=rhythm, attachments=sent)
        await self.later(seconds=1)

    async def promises(self, **units: float) -> None:
        """A member of staff promises news."""
        async with self.ground.db.transaction() as session:
            ticket = await get_ticket(session, (await self.ticket()).id)
            by = self.clock.now() + timedelta(**units)
            rhythm = rhythm_of(self.ground.settings)
            await promise(
                session, self.clock.now(), ticket, at=by, staff=self.staff, seen=ticket.version, rhythm=rhythm
            )
        await self.later(seconds=1)

    async def resolves(self, solution: str) -> None:
        """A member of staff says that it is solved."""
        async with self.ground.db.transaction() as session:
            ticket = await get_ticket(session, (await self.ticket()).id)
            await resolve(
                session,
                self.clock.now(),
                ticket,
                solution=solution,
                staff=self.staff,
                seen=ticket.version,
                rhythm=rhythm_of(self.ground.settings),
            )
        await self.later(seconds=1)

    async def ticket(self) -> Ticket:
        """The newest ticket."""
        async with self.ground.db.reading() as session:
            return (await session.exec(select(Ticket).order_by(col(Ticket.id).desc()))).all()[0]

    async def tickets(self) -> list[Ticket]:
        async with self.ground.db.reading() as session:
            return list((await session.exec(select(Ticket))).all())

    async def messages(self) -> list[Message]:
        """What staff see of all conversations."""
        async with self.ground.db.reading() as session:
            return list((await session.exec(select(Message).order_by(col(Message.id)))).all())

    async def conversations(self) -> list[Conversation]:
        async with self.ground.db.reading() as session:
            return list((await session.exec(select(Conversation))).all())

    async def deliveries(self) -> list[Delivery]:
        async with self.ground.db.reading() as session:
            return list((await session.exec(select(Delivery).order_by(col(Delivery.id)))).all())

    async def inbound(self) -> list[InboundMessage]:
        async with self.ground.db.reading() as session:
            return list((await session.exec(select(InboundMessage).order_by(col(InboundMessage.id)))).all())


@dataclass
class Customer:
    """A person with the platform's client on the phone."""

    desk: PlatformDesk
    person: Any
    _seen: int = 0

    async def write(self, text: str) -> list[str]:
        """Write, and wait; returns what the person is told because of it."""
        return await self._does(self.person.says(text))

    async def press(self, label: str) -> list[str]:
        """Press a quick reply of the newest message that has it."""
        return await self._does(self.person.presses(label))

    async def click(self, key: str) -> list[str]:
        """Choose from the account's menu."""
        return await self._does(self.person.clicks(key))

    async def send(self, kind: str, content: bytes, name: str = "") -> list[str]:
        """Send an image, a voice message, a video or a file."""
        return await self._does(self.person.sends(kind, content, name))

    def news(self) -> list[str]:
        """What the person was told since the last look."""
        fresh = self.person.inbox[self._seen :]
        self._seen = len(self.person.inbox)
        return [arrived.text for arrived in fresh if arrived.text]

    def labels(self) -> list[str]:
        """The quick replies of the newest message that has any."""
        return next((arrived.buttons for arrived in reversed(self.person.inbox) if arrived.buttons), [])

    async def _does(self, doing: Coroutine[Any, Any, Any]) -> list[str]:
        self.news()
        await self.desk.while_working(doing)
        await self.desk.later(seconds=1)
        return self.news()


async def make_platform_desk(ground: Ground, clock: FrozenClock, platform: str, **settings: Any) -> PlatformDesk:
    """Configuration, a few articles, one member of staff, one account on the simulated platform.

    ``settings`` are the account's own, over those the simulator comes with.
    """
    stand, product = STANDS[platform], Product()
    outside = httpx.AsyncClient(transport=SimulatedNetwork({"desk.test": product}))
    simulated = stand.make(clock, outside)
    if hasattr(simulated, "line"):
        # The real platforms wait five seconds; here only a machine that is busy takes so long.
        simulated.line.patience_s = PATIENCE_S
    context = ChannelContext.of(ground, transport=SimulatedNetwork({stand.host: stand.app(simulated)}))
    async with ground.db.transaction() as session:
        await install_defaults(session)
        await import_folder(session, clock.now(), article_files())
        staff = await supervisor(session, clock)
    account = await enter_account(context, clock, platform, stand, **settings)
    hook = f"{ground.settings.base_url}{PLATFORMS[platform].callback.format(hook=account.hook)}"
    known = Credentials(name=account.name, settings=account.settings, secrets=context.box.open(account.secrets))
    stand.register(simulated, known, hook)
    runtime = make_runtime(ground, context=context, build=remembered_index)
    await runtime.library.open()
    product.app = create_app(runtime)
    senders = tuple(runtime.outward(*pair) for pair in await runtime.sending_accounts())
    return PlatformDesk(ground, clock, platform, simulated, account, context, runtime, product.app, staff, senders)


async def enter_account(
    context: ChannelContext, clock: FrozenClock, platform: str, stand: Stand, **settings: Any
) -> ChannelAccount:
    """As an administrator enters it: through the platform's own forms."""
    given, forms = stand.credentials(), PLATFORMS[platform]
    assert forms.settings_form is not None
    assert forms.secrets_form is not None
    async with context.ground.db.transaction() as session:
        return await add_account(
            session,
            clock.now(),
            context.box,
            channel=platform,
            name=given.name,
            label=f"模拟 {platform}",
            settings=forms.settings_form(**{**given.settings, **settings}).model_dump(mode="json"),
            secrets=forms.secrets_form(**given.secrets).model_dump(mode="json"),
        )
