"""Send what was queued: at least once, under one key, never again once the platform said it has it.

The platform is called with no transaction open. A worker that dies between the call and the record leaves
the row in ``sending``: a platform that drops repeated keys is simply asked again, any other leaves the
outcome ``unknown`` for staff to decide, because resending blindly would tell people things twice.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, insert
from sqlmodel import col, select, update

from channels.errors import DeliveryDelayedError, DeliveryRefusedError
from channels.models import Delivery, DeliveryState
from channels.port import Channel, Outbound, Receipt, thread_of
from kit.clock import Clock, to_ms
from kit.db import AsyncSession, Database
from kit.log import current_correlation, log
from kit.outbox import ClaimedJob, NewJob, Priority, enqueue_one, finish, retry

delivery_table: Table = Delivery.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.

DELIVERY_DUE = "delivery.due"
#: Told when a delivery ended, with its key and state; the composition root connects it to the conversation.
Listener = Callable[[AsyncSession, str, DeliveryState], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """One person on one account of one platform."""

    channel: str
    account: str
    address: str


async def queue(
    session: AsyncSession,
    now: datetime,
    *,
    key: str,
    to: Recipient,
    message: Outbound,
    priority: Priority = Priority.BOT,
) -> None:
    """Put one message on its way; ``key`` must be new for every message and the same for none."""
    thread = thread_of(to.channel, to.account, to.address)
    row = {
        "key": key,
        "channel": to.channel,
        "account": to.account,
        "address": to.address,
        "thread": thread,
        "body": message.model_dump(mode="json", exclude_defaults=True),
        "state": DeliveryState.QUEUED.value,
        "attempts": 0,
        "correlation": current_correlation(),
        "queued_at": now,
    }
    await session.execute(_INSERT, row)
    due = NewJob(
        kind=DELIVERY_DUE,
        payload={"key": key},
        queue=out_queue(to.channel),
        lane=f"out:{thread}",
        priority=priority,
    )
    await enqueue_one(session, now, due)


def out_queue(channel: str) -> str:
    """The queue of one platform: they never wait for one another."""
    return f"out:{channel}"


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Handles ``delivery.due`` of every channel it is given."""

    db: Database
    clock: Clock
    channels: Mapping[str, Channel]
    listener: Listener

    async def handle(self, job: ClaimedJob) -> None:
        """One try of one delivery, from the claim to the recorded outcome."""
        delivery = await self._load(job)
        channel = self.channels[delivery.channel]
        if not channel.capabilities.idempotent:
            if delivery.state == DeliveryState.SENDING:
                await self._record(job, delivery, DeliveryState.UNKNOWN, {"error_code": "outcome_unknown"})
                return
            await self._mark_sending(delivery)
        await self._try(job, delivery, channel)

    async def _load(self, job: ClaimedJob) -> Delivery:
        async with self.db.reading() as session:
            return (await session.scalars(_OF_KEY, {"of_key": job.payload["key"]})).one()

    async def _mark_sending(self, delivery: Delivery) -> None:
        async with self.db.transaction() as session:
            await _set(session, delivery.key, {"state": DeliveryState.SENDING})

    async def _try(self, job: ClaimedJob, delivery: Delivery, channel: Channel) -> None:
        message = Outbound.model_validate(delivery.body)
        try:
            receipt = await channel.send(
                key=delivery.key, account=delivery.account, address=delivery.address, message=message
            )
        except DeliveryRefusedError as refused:
            log.warning("delivery refused", thread=delivery.thread, code=refused.code)
            values = {"error_code": refused.code, "error_text": refused.text}
            await self._record(job, delivery, DeliveryState.FAILED, values)
        except DeliveryDelayedError as delayed:
            await self._delay(job, delivery, delayed)
        else:
            await self._confirm(job, delivery, receipt)

    async def _confirm(self, job: ClaimedJob, delivery: Delivery, receipt: Receipt) -> None:
        now = self.clock.now()
        log.info(
            "delivered",
            thread=delivery.thread,
            key=delivery.key,
            after_ms=to_ms(now) - to_ms(delivery.queued_at),
        )
        await self._record(job, delivery, DeliveryState.SENT, {"provider_id": receipt.provider_id, "sent_at": now})

    async def _record(self, job: ClaimedJob, delivery: Delivery, state: DeliveryState, values: dict[str, Any]) -> None:
        async with self.db.transaction() as session:
            await _set(session, delivery.key, {"state": state, "attempts": job.attempt, **values})
            await self.listener(session, delivery.key, state)
            await finish(session, job)

    async def _delay(self, job: ClaimedJob, delivery: Delivery, delayed: DeliveryDelayedError) -> None:
        log.warning("delivery delayed", thread=delivery.thread, code=delayed.code)
        async with self.db.transaction() as session:
            again = await retry(session, self.clock.now(), job, error=str(delayed), after_s=delayed.retry_after_s)
            state = DeliveryState.QUEUED if again else DeliveryState.FAILED
            values = {"state": state, "attempts": job.attempt, "error_code": delayed.code, "error_text": delayed.text}
            await _set(session, delivery.key, values)
            if not again:
                await self.listener(session, delivery.key, state)


async def _set(session: AsyncSession, key: str, values: dict[str, Any]) -> None:
    await session.execute(_UPDATE, {"of_key": key, **values})


# Built once: to build a statement costs more than to run it.
_INSERT = insert(delivery_table)
_OF_KEY = select(Delivery).where(col(Delivery.key) == bindparam("of_key"))
_UPDATE = update(delivery_table).where(delivery_table.c.key == bindparam("of_key"))
