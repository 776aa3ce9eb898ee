"""A delivery queue over one fake platform, for tests of what is sent and when."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from sqlmodel import col, select

from channels.delivery import Recipient, out_queue, queue
from channels.inbox import accept
from channels.models import Delivery, DeliveryState
from channels.pace import AccountGate
from channels.port import Attachment, Inbound, Opening, Outbound
from channels.sending import Sender
from channels.testing import FakeChannel
from kit.db import AsyncSession
from kit.ground import Ground
from kit.outbox import Priority
from kit.outbox.runner import Runner


class Post:
    """Queues and sends; ``told`` is what the listener heard."""

    def __init__(self, ground: Ground, channel: FakeChannel, *, gated: bool = False) -> None:
        self.ground = ground
        self.channel = channel
        self.told: list[tuple[str, str]] = []
        self.sender = Sender(db=ground.db, clock=ground.clock, channels={"fake": channel}, listener=self._listen)
        self.runner = Runner(
            ground.db,
            ground.clock,
            out_queue("fake", "main"),
            independent={"delivery.due": self.sender.handle},
            gate=AccountGate("fake", "main", channel.capabilities.rate) if gated else None,
        )

    async def _listen(self, _session: AsyncSession, key: str, state: DeliveryState) -> None:
        self.told.append((key, state))

    async def put(
        self,
        *texts: str,
        who: str = "li",
        author: str = "bot",
        priority: Priority = Priority.BOT,
        files: Sequence[Attachment] = (),
        expires_in: timedelta | None = None,
    ) -> None:
        """Queue messages; the key is the text."""
        to = Recipient(channel="fake", account="main", address=who)
        async with self.ground.db.transaction() as session:
            for text in texts:
                await queue(
                    session,
                    self.ground.clock.now(),
                    key=f"m:{text}",
                    to=to,
                    message=Outbound(text=text, author=author, attachments=tuple(files)),
                    priority=priority,
                    expires_in=expires_in,
                )

    async def hear(self, platform_id: str, *, opening: Opening | None = None, back: bool = False) -> None:
        """The person writes, and that opens what the platform says it opens."""
        inbound = Inbound(
            channel="fake",
            account="main",
            address="li",
            platform_id=platform_id,
            text="在吗",
            opening=opening,
            back_in_reach=back,
        )
        async with self.ground.db.transaction() as session:
            await accept(session, self.ground.clock.now(), inbound)

    async def work(self) -> None:
        while await self.runner.run_once():
            pass

    async def all(self) -> list[Delivery]:
        async with self.ground.db.reading() as session:
            return list((await session.exec(select(Delivery).order_by(col(Delivery.id)))).all())

    async def states(self) -> list[str]:
        return [row.state for row in await self.all()]


def failing(times: int, error: Callable[[], Exception]) -> Callable[[str], None]:
    """What a fake platform does before it takes a message: fail so many times."""
    left = [times]

    def before(_key: str) -> None:
        if left[0]:
            left[0] -= 1
            raise error()

    return before
