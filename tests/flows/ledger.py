"""What was written to one person, sentence by sentence, and what must have become of it."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlmodel import col, select

from channels.delivery import Recipient, out_queue, queue, retry_delivery
from channels.models import Delivery, DeliveryState
from channels.port import Button, Outbound
from channels.simulator.calls import Violation
from kit.clock import Clock
from kit.ground import Ground
from kit.outbox import Priority
from kit.outbox.models import Job, JobState

#: Every sentence of a message carries a name of its own, so that it can be found again wherever it went.
_MARK = re.compile(r"«[^»]+»")
_PRIORITIES = {"bot": Priority.BOT, "staff": Priority.PERSON, "system": Priority.NOTICE}
#: On the way or arrived; where the platform drops repeated keys, what may have arrived is asked about again.
_MAY_HAVE_ARRIVED = {DeliveryState.SENDING, DeliveryState.OFFERED, DeliveryState.SENT, DeliveryState.UNKNOWN}
_ENDED = {DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.UNKNOWN, DeliveryState.EXPIRED}


@dataclass(frozen=True)
class Replies:
    """Somebody on our side writes ``bubbles`` messages of ``size`` sentences each."""

    author: str = "bot"
    bubbles: int = 1
    size: int = 1
    buttons: int = 0
    worth_s: float | None = None


@dataclass
class Ledger:
    """All deliveries of one account, which has one person."""

    ground: Ground
    clock: Clock
    to: Recipient
    written: int = 0
    #: By key, the marks of what was written.
    marks: dict[str, list[str]] = field(default_factory=dict)

    async def write(self, step: Replies) -> None:
        """Queue what somebody says."""
        async with self.ground.db.transaction() as session:
            for _ in range(step.bubbles):
                self.written += 1
                key = f"{self.to.account}:{self.written}"
                await queue(
                    session,
                    self.clock.now(),
                    key=key,
                    to=self.to,
                    message=self._message(key, step),
                    priority=_PRIORITIES[step.author],
                    expires_in=timedelta(seconds=step.worth_s) if step.worth_s else None,
                )

    def _message(self, key: str, step: Replies) -> Outbound:
        marks = self.marks[key] = [f"«{self.written}.{number}»" for number in range(step.size)]
        # Several sentences are so long that each goes by itself.
        text = "".join(f"{mark}{'票' * (20 if step.size == 1 else 300)}。" for mark in marks)
        buttons = tuple(Button(id=f"b{number}", label=f"选{number}") for number in range(step.buttons))
        return Outbound(text=text, author=step.author, buttons=buttons)

    async def retry_failed(self) -> None:
        """As staff do, for whatever did not arrive for certain."""
        for delivery in await self.deliveries():
            if delivery.state == DeliveryState.FAILED:
                async with self.ground.db.transaction() as session:
                    await retry_delivery(session, self.clock.now(), delivery.key)

    async def deliveries(self) -> list[Delivery]:
        mine = select(Delivery).where(Delivery.account == self.to.account).order_by(col(Delivery.id))
        async with self.ground.db.reading() as session:
            return list((await session.exec(mine)).all())

    async def all_ended(self) -> bool:
        """Nothing is waited for any more."""
        return all(delivery.state in _ENDED for delivery in await self.deliveries())

    async def faults(self, texts: Sequence[str], violations: Sequence[Violation], *, ended: bool = False) -> list[str]:
        """What is not as promised, given what the person saw; ``ended``: nothing may wait any more."""
        arrived = Counter(mark for text in texts for mark in _MARK.findall(text))
        jobs = await self._jobs()
        found = [f"forbidden: {violation}" for violation in violations]
        for delivery in await self.deliveries():
            counts = [arrived[mark] for mark in self.marks[delivery.key]]
            found += [f"{delivery.key} {delivery.state}: {said}" for said in _odd(delivery, counts, jobs)]
            if ended and delivery.state not in _ENDED:
                found.append(f"{delivery.key} still {delivery.state}")
        return found

    async def _jobs(self) -> set[str]:
        """The keys of deliveries that somebody will look at again."""
        name = out_queue(self.to.channel, self.to.account)
        waiting = select(Job).where(Job.queue == name, Job.state != JobState.DEAD.value)
        async with self.ground.db.reading() as session:
            return {job.payload["key"] for job in (await session.exec(waiting)).all()}


def _odd(delivery: Delivery, counts: list[int], jobs: set[str]) -> list[str]:
    """What does not fit a delivery's state; ``counts``: how often each of its sentences arrived."""
    odd = []
    if max(counts) > 1:
        odd.append(f"arrived more than once: {counts}")
    match DeliveryState(delivery.state):
        case DeliveryState.SENT if min(counts) < 1:
            odd.append(f"did not arrive: {counts}")
        case DeliveryState.QUEUED | DeliveryState.OFFERED if delivery.key not in jobs:
            odd.append("nobody will send it")
        case DeliveryState.SENDING if not jobs & {delivery.key, delivery.carried_by}:
            odd.append("left in the middle")
        case DeliveryState.PARKED | DeliveryState.FAILED | DeliveryState.UNKNOWN if not delivery.error_code:
            odd.append("without a word why")
    if DeliveryState(delivery.state) not in _MAY_HAVE_ARRIVED and not delivery.parts_sent and max(counts):
        odd.append(f"has arrived all the same: {counts}")
    return odd
