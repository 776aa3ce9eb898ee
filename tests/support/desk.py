"""The whole product on a frozen clock and a platform made of memory: write as a customer, work as staff."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import col, select

import bot.schema  # noqa: F401 - the tables.
from bot.bootstrap import Runtime, make_runtime
from bot.defaults import install_defaults
from bot.installation import CONTENT
from channels.inbox import accept
from channels.models import Delivery
from channels.port import Attachment, Button, Inbound
from channels.testing import FakeChannel
from kit.access.identity import Role
from kit.access.models import Staff
from kit.clock import FrozenClock
from kit.db import AsyncSession
from kit.ground import Ground
from kit.outbox.runner import Runner
from knowledge.articles import import_folder, ways_to_ask
from knowledge.library import NamedEncoder
from knowledge.loader import ArticleFile, read_folder
from knowledge.search.filters import Facets
from knowledge.search.index import Index
from knowledge.search.phrasing import Phrasing, background
from knowledge.search.preparation import Reader
from tickets.actors import Actor, ActorKind
from tickets.conversations.models import Conversation, Message
from tickets.followups.service import fire_due
from tickets.models import Ticket, TicketEvent
from tickets.sending.holding import hand_over_due

#: Few enough to index in a blink, close enough to one another to be told apart.
ARTICLES = (
    "fix-cannot-login",
    "fix-slow-timeout",
    "fix-print-format",
    "fix-offline-not-uploaded",
    "cause-peak-load",
)


_indices: dict[tuple[str, ...], Index] = {}


def remembered_index(
    phrasings: Sequence[Phrasing], encoder: NamedEncoder | None, facets: Mapping[str, Facets], reader: Reader, /
) -> Index:
    """The index of these phrasings, built once in a test process."""
    texts = sorted(f"{phrasing.article} {phrasing.text}" for phrasing in phrasings)
    key = (reader.synonyms.digest, repr(sorted(facets.items())), *texts)
    if key not in _indices:
        _indices[key] = Index.of(phrasings, encoder, facets, reader)
    return _indices[key]


def warm_up() -> None:
    """Build the index of the articles now, so that processes forked from this one have it."""
    files = article_files()
    own = [phrasing for file in files for phrasing in ways_to_ask(file)]
    facets = {file.slug: Facets(file.audience, file.component) for file in files}
    remembered_index([*own, *background()], None, facets, Reader())


def article_files() -> list[ArticleFile]:
    return [file for file in read_folder(CONTENT) if file.slug in ARTICLES]


@dataclass
class Desk:
    """One running product. ``pump`` does all the work there is; time moves only by ``later``."""

    ground: Ground
    clock: FrozenClock
    channel: FakeChannel
    runtime: Runtime
    staff: Actor
    senders: tuple[Runner, ...]
    sent_ids: int = 0
    seen: dict[str, int] = field(default_factory=dict)

    async def write(
        self,
        text: str = "",
        *,
        who: str = "li",
        button: str | None = None,
        platform_id: str | None = None,
        attachments: tuple[Attachment, ...] = (),
        pump: bool = True,
        **more: Any,
    ) -> list[str]:
        """Send as a customer; return what the person is told because of it. ``more`` is as in ``Inbound``."""
        self.sent_ids += 1
        inbound = Inbound(
            channel="fake",
            account="main",
            address=who,
            platform_id=platform_id or f"{who}-{self.sent_ids}",
            text=text,
            button=button,
            attachments=attachments,
            **more,
        )
        async with self.ground.db.transaction() as session:
            await accept(session, self.clock.now(), inbound)
        if not pump:
            return []
        await self.later(seconds=1)
        return self.news(who)

    async def press(self, label: str, *, who: str = "li") -> list[str]:
        """Press a quick reply of the last message that had one with this label."""
        button = self.button(label, who=who)
        return await self.write(label, who=who, button=button.id)

    def button(self, label: str, *, who: str = "li") -> Button:
        for sent in reversed(self.channel.sent):
            for button in sent.message.buttons if sent.address == who else ():
                if button.label == label:
                    return button
        raise LookupError(label)

    def labels(self, *, who: str = "li") -> list[str]:
        """The quick replies of the last message."""
        last = [sent for sent in self.channel.sent if sent.address == who][-1]
        return [button.label for button in last.message.buttons]

    def news(self, who: str = "li") -> list[str]:
        """What the person was told since the last look."""
        texts = self.channel.texts(who)
        fresh = texts[self.seen.get(who, 0) :]
        self.seen[who] = len(texts)
        return fresh

    async def later(self, **units: float) -> None:
        """Let time pass and everything due happen."""
        self.clock.advance(**units)
        await self.pump()

    async def pump(self) -> None:
        busy = True
        while busy:
            async with self.ground.db.transaction() as session:
                busy = bool(await fire_due(session, self.clock.now()))
                busy = bool(await hand_over_due(session, self.clock.now())) or busy
            for runner in (*self.runtime.runners, *self.senders):
                while await runner.run_once():
                    busy = True

    async def ticket(self, who: str = "li") -> Ticket:
        """The person's newest ticket."""
        newest = select(Ticket).join(Conversation).where(Conversation.address == who).order_by(col(Ticket.id).desc())
        async with self.ground.db.reading() as session:
            return (await session.exec(newest)).first() or _missing()

    async def tickets(self) -> list[Ticket]:
        async with self.ground.db.reading() as session:
            return list((await session.exec(select(Ticket))).all())

    async def events(self, ticket: Ticket) -> list[TicketEvent]:
        lines = select(TicketEvent).where(TicketEvent.ticket_id == ticket.id).order_by(col(TicketEvent.id))
        async with self.ground.db.reading() as session:
            return list((await session.exec(lines)).all())

    async def messages(self) -> list[Message]:
        async with self.ground.db.reading() as session:
            return list((await session.exec(select(Message).order_by(col(Message.id)))).all())

    async def deliveries(self) -> list[Delivery]:
        async with self.ground.db.reading() as session:
            return list((await session.exec(select(Delivery).order_by(col(Delivery.id)))).all())


def _missing() -> Ticket:
    msg = "no ticket"
    raise LookupError(msg)


async def make_desk(ground: Ground, clock: FrozenClock, channel: FakeChannel | None = None) -> Desk:
    """Configuration, a few articles, one member of staff, everything wired as in production.

    On a ground that has them already it only opens the desk.
    """
    async with ground.db.transaction() as session:
        await install_defaults(session)
        await import_folder(session, clock.now(), article_files())
        staff = await supervisor(session, clock)
    fake = channel or FakeChannel()
    runtime = make_runtime(ground, channels={"fake": fake}, own_accounts={"fake": "main"}, build=remembered_index)
    await runtime.library.open()
    return Desk(ground, clock, fake, runtime, staff, (runtime.outward("fake", "main"),))


async def supervisor(session: AsyncSession, clock: FrozenClock) -> Actor:
    known = (await session.exec(select(Staff).where(Staff.login == "wang"))).first()
    if known is None:
        # A real hash takes a tenth of a second, and nobody signs in here.
        known = Staff(
            login="wang", name="王芳", role=Role.SUPERVISOR, password_hash="-", locale="zh", created_at=clock.now()
        )
        session.add(known)
        await session.flush()
    return Actor(ActorKind.STAFF, known.id, known.name)
