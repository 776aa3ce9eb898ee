"""Send what was queued: at least once, under one key, never again once the platform said it has it.

The platform is called with no transaction open. A worker that dies between the call and the record leaves the row
in ``sending``: a platform that drops repeated keys is simply asked again, any other leaves the outcome ``unknown``
for staff to decide, because resending blindly would tell people things twice. One try is one call: of a message in
several parts, each goes through the account's pace and the person's window by itself.
"""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, runtime_checkable

from sqlalchemy import bindparam
from sqlmodel import col, select, update

from channels import reach
from channels.compose import parts_of
from channels.delivery import delivery_table, platform_key
from channels.errors import (
    AccountClosedError,
    AddressMovedError,
    DeliveryDelayedError,
    DeliveryError,
    DeliveryRefusedError,
    OutcomeUnknownError,
    PersonUnreachableError,
    UnknownAccountError,
    WindowClosedError,
)
from channels.merging import carry_along, settle_carried
from channels.models import Delivery, DeliveryState
from channels.moving import move_thread
from channels.pace import close_account, reopen_account, take_turn
from channels.port import Channel, Outbound, Receipt
from channels.windows import Taken, close_window, give_back, take_allowance
from kit.clock import Clock, to_ms
from kit.db import AsyncSession, Database
from kit.log import log
from kit.outbox import ClaimedJob, Priority, finish, postpone, retry

#: Told when a delivery ended or came to wait, with its key and state; the composition root connects it.
Listener = Callable[[AsyncSession, str, DeliveryState], Awaitable[None]]

_PENDING = {DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.OFFERED}

_NOT_ARRIVED = {DeliveryState.FAILED, DeliveryState.PARKED, DeliveryState.EXPIRED}


@runtime_checkable
class FetchesAnswers(Protocol):
    """A platform that keeps its request open for a moment and takes the answer from there, free of any quota."""

    async def offer(self, session: AsyncSession, now: datetime, delivery: Delivery, part: Outbound) -> datetime | None:
        """Lay the answer ready, and say when to look whether it was taken; None when nobody is waiting."""
        ...

    async def taken(self, session: AsyncSession, delivery: Delivery) -> Receipt | None:
        """The receipt of an answer that was taken; None withdraws the offer, and it has to be sent."""
        ...


@dataclass(frozen=True)
class _Attempt:
    """One call that is allowed now."""

    job: ClaimedJob
    delivery: Delivery
    channel: Channel
    part: Outbound
    last: bool
    carried: tuple[str, ...] = ()
    taken: Taken | None = None

    @property
    def unsure(self) -> bool:
        """An earlier try may have passed: the platform may know the key."""
        return self.delivery.state == DeliveryState.SENDING

    @property
    def key(self) -> str:
        return platform_key(self.delivery.key, resends=self.delivery.resends, part=self.delivery.parts_sent)


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Handles ``delivery.due`` of every channel it is given."""

    db: Database
    clock: Clock
    channels: Mapping[str, Channel]
    listener: Listener

    async def handle(self, job: ClaimedJob) -> None:
        """One try of one delivery, from the permission to the recorded outcome."""
        channel = self.channels[job.queue.split(":")[1]]
        async with self._beginning(channel) as session:
            attempt = await self._begin(session, job)
            if isinstance(attempt, _Settled) and not _unlimited(channel):
                # An answer laid ready and the job that waits for it are one: who takes it at once finds both.
                await self._record(session, job, attempt)
                return
        if isinstance(attempt, _Settled):
            await self._settle(job, attempt)
        elif attempt is not None:
            await self._call(attempt)

    def _beginning(self, channel: Channel) -> AbstractAsyncContextManager[AsyncSession]:
        """A platform without limits that drops repeated keys needs nothing written before the call."""
        return self.db.reading() if _unlimited(channel) else self.db.transaction()

    async def _begin(self, session: AsyncSession, job: ClaimedJob) -> "_Attempt | _Settled | None":
        delivery = (await session.scalars(_OF_KEY, {"of_key": job.payload["key"]})).one()
        channel, now = self.channels[delivery.channel], self.clock.now()
        if delivery.state not in _PENDING:
            return _Settled(delivery, None, {})
        if delivery.expires_at is not None and delivery.expires_at <= now:
            return _Settled(delivery, DeliveryState.EXPIRED, {})
        if delivery.state == DeliveryState.SENDING and not channel.capabilities.idempotent:
            return _Settled(delivery, DeliveryState.UNKNOWN, {})
        parts = parts_of(Outbound.model_validate(delivery.body), channel.capabilities)
        attempt = _Attempt(
            job, delivery, channel, parts[delivery.parts_sent], last=delivery.parts_sent + 1 == len(parts)
        )
        if _unlimited(channel):
            return attempt
        return await self._offered(session, now, attempt) or await self._permitted(session, now, attempt)

    async def _offered(self, session: AsyncSession, now: datetime, attempt: _Attempt) -> "_Settled | None":
        channel, delivery = attempt.channel, attempt.delivery
        if not isinstance(channel, FetchesAnswers):
            return None
        if delivery.state == DeliveryState.OFFERED:
            receipt = await channel.taken(session, delivery)
            if receipt is None:
                return None
            values = self._receipt_values(attempt, receipt)
            return _Settled(delivery, self._confirmed(attempt), values, again=None if attempt.last else now)
        until = await channel.offer(session, now, delivery, attempt.part)
        if until is None:
            return None
        return _Settled(delivery, DeliveryState.OFFERED, {}, again=until)

    async def _permitted(self, session: AsyncSession, now: datetime, attempt: _Attempt) -> "_Attempt | _Settled":
        delivery, capabilities = attempt.delivery, attempt.channel.capabilities
        for_staff = delivery.priority == Priority.PERSON
        refusal = await reach.refusal_of(session, delivery.thread, for_staff=for_staff)
        if refusal is not None:
            return _Settled(delivery, DeliveryState.FAILED, {"error_code": refusal[0], "error_text": refusal[1]})
        busy_until = await take_turn(session, now, delivery.thread, capabilities.rate)
        if busy_until is not None:
            return _Settled(delivery, DeliveryState(delivery.state), {}, again=busy_until)
        taken = None
        if capabilities.windowed:
            taken = await take_allowance(session, now, delivery.thread, for_staff=for_staff)
            if taken is None:
                return _Settled(delivery, DeliveryState.PARKED, {"error_code": "window_closed"})
        carried, part = await self._carry(session, now, attempt)
        if not capabilities.idempotent or capabilities.windowed:
            # Also where a repeated key is dropped: what travels under it must then be the same at every try.
            await _set(session, delivery.key, {"state": DeliveryState.SENDING})
        return _Attempt(attempt.job, delivery, attempt.channel, part, attempt.last, carried, taken)

    async def _carry(self, session: AsyncSession, now: datetime, attempt: _Attempt) -> tuple[tuple[str, ...], Outbound]:
        """Where each message counts, those behind this one travel with it."""
        if not (attempt.channel.capabilities.windowed and attempt.last and attempt.delivery.parts_sent == 0):
            return (), attempt.part
        return await carry_along(
            session, now, attempt.delivery, attempt.part, attempt.channel.capabilities, again=attempt.unsure
        )

    async def _call(self, attempt: _Attempt) -> None:
        delivery = attempt.delivery
        try:
            receipt = await attempt.channel.send(
                key=attempt.key, account=delivery.account, address=delivery.address, message=attempt.part
            )
        except UnknownAccountError as gone:
            await self._end(attempt, DeliveryState.FAILED, {"error_code": gone.code})
        except OutcomeUnknownError as unknown:
            if attempt.channel.capabilities.idempotent:
                await self._again(attempt, unknown, None)
            else:
                await self._end(attempt, DeliveryState.UNKNOWN, _words(unknown))
        except DeliveryDelayedError as delayed:
            await self._again(attempt, delayed, delayed.retry_after_s)
        except DeliveryError as refused:
            await self._refused(attempt, refused)
        else:
            await self._confirm(attempt, receipt)

    async def _confirm(self, attempt: _Attempt, receipt: Receipt) -> None:
        after_ms = to_ms(self.clock.now()) - to_ms(attempt.delivery.queued_at)
        log.info("delivered", thread=attempt.delivery.thread, key=attempt.key, after_ms=after_ms)
        await self._end(attempt, self._confirmed(attempt), self._receipt_values(attempt, receipt))

    @staticmethod
    def _confirmed(attempt: _Attempt) -> DeliveryState:
        return DeliveryState.SENT if attempt.last else DeliveryState.QUEUED

    def _receipt_values(self, attempt: _Attempt, receipt: Receipt) -> dict[str, Any]:
        values = {"provider_id": receipt.provider_id, "parts_sent": attempt.delivery.parts_sent + 1}
        return {**values, "sent_at": self.clock.now()} if attempt.last else values

    async def _refused(self, attempt: _Attempt, refused: DeliveryError) -> None:
        delivery, now = attempt.delivery, self.clock.now()
        log.warning("delivery refused", thread=delivery.thread, code=refused.code)
        async with self.db.transaction() as session:
            match refused:
                case WindowClosedError():
                    await close_window(session, delivery.thread)
                    settled = _Settled(delivery, DeliveryState.PARKED, _words(refused), carried=attempt.carried)
                case AddressMovedError():
                    await move_thread(session, now, delivery, address=refused.address)
                    settled = _Settled(delivery, DeliveryState.QUEUED, {}, carried=attempt.carried, again=now)
                case DeliveryRefusedError():
                    if isinstance(refused, PersonUnreachableError):
                        await reach.note_refused(session, now, delivery.thread, code=refused.code, text=refused.text)
                    settled = _Settled(delivery, DeliveryState.FAILED, _words(refused), carried=attempt.carried)
                case _:
                    raise refused
            await self._record(session, attempt.job, settled)

    async def _again(self, attempt: _Attempt, error: DeliveryError, after_s: float | None) -> None:
        """Nothing was sent, or the platform will notice that it has it already."""
        job, delivery, now = attempt.job, attempt.delivery, self.clock.now()
        # What may have passed already keeps those it carried, and takes no others along.
        unsure = attempt.unsure or isinstance(error, OutcomeUnknownError)
        state = DeliveryState.SENDING if unsure else DeliveryState.QUEUED
        log.warning("delivery delayed", thread=delivery.thread, code=error.code)
        async with self.db.transaction() as session:
            if attempt.taken is not None and not unsure:
                await give_back(session, delivery.thread, attempt.taken)
            if isinstance(error, AccountClosedError):
                await close_account(session, now, channel=delivery.channel, account=delivery.account, error=error)
                until = now + timedelta(seconds=after_s or 0)
                settled = _Settled(delivery, state, _words(error), carried=attempt.carried, again=until)
                await self._record(session, job, settled)
            elif job.attempt >= job.max_attempts:
                ended = DeliveryState.UNKNOWN if unsure else DeliveryState.FAILED
                settled = _Settled(delivery, ended, _words(error), carried=attempt.carried)
                await self._record(session, job, settled)
            else:
                await retry(session, now, job, error=str(error), after_s=after_s)
                await _set(session, delivery.key, {"state": state, "attempts": job.attempt, **_words(error)})
                back = _Settled(delivery, state, {}, carried=attempt.carried)
                await self._settle_carried(session, back)

    async def _end(self, attempt: _Attempt, state: DeliveryState, values: dict[str, Any]) -> None:
        again = None
        if state is DeliveryState.QUEUED:
            again = self.clock.now() + timedelta(seconds=attempt.channel.capabilities.rate.chat_every_s)
        await self._settle(attempt.job, _Settled(attempt.delivery, state, values, carried=attempt.carried, again=again))

    async def _settle(self, job: ClaimedJob, settled: "_Settled") -> None:
        async with self.db.transaction() as session:
            await self._record(session, job, settled)

    async def _record(self, session: AsyncSession, job: ClaimedJob, settled: "_Settled") -> None:
        """Write the outcome on the delivery and those it carried, and end the job or put it off."""
        delivery, state = settled.delivery, settled.true_state
        if state is not None:
            await _set(session, delivery.key, {"state": state, "attempts": job.attempt, **settled.words})
            carried = await self._settle_carried(session, settled)
            if state is DeliveryState.SENT and not _unlimited(self.channels[delivery.channel]):
                await reopen_account(session, channel=delivery.channel, account=delivery.account)
            for key in (delivery.key, *carried) if state not in _PENDING else ():
                await self.listener(session, key, state)
        if settled.again is not None:
            await postpone(session, job, until=settled.again)
        else:
            pause = self.channels[delivery.channel].capabilities.rate.chat_every_s
            await finish(session, job, next_from=self.clock.now() + timedelta(seconds=pause) if pause else None)

    async def _settle_carried(self, session: AsyncSession, settled: "_Settled") -> tuple[str, ...]:
        delivery = settled.delivery
        if not self.channels[delivery.channel].capabilities.windowed:
            return ()
        return await settle_carried(
            session, delivery.key, settled.carried, {"state": settled.true_state, **settled.words}
        )


@dataclass(frozen=True)
class _Settled:
    """An outcome to record: the new state (None: as it is), and from when to try ``again``, if at all."""

    delivery: Delivery
    state: DeliveryState | None
    values: dict[str, Any]
    carried: tuple[str, ...] = ()
    again: datetime | None = None

    @property
    def true_state(self) -> DeliveryState | None:
        """An earlier try may have arrived: then a failure now, or a shut window, leaves the outcome in doubt."""
        in_doubt = self.delivery.state == DeliveryState.SENDING and self.state in _NOT_ARRIVED
        return DeliveryState.UNKNOWN if in_doubt else self.state

    @property
    def words(self) -> dict[str, Any]:
        """What is written beside the state; staff never see a doubt without a reason."""
        why = {"error_code": "outcome_unknown"} if self.true_state is DeliveryState.UNKNOWN else {}
        return {**why, **self.values}


def _unlimited(channel: Channel) -> bool:
    able = channel.capabilities
    return able.idempotent and not able.windowed and not able.rate.chat_every_s


def _words(error: DeliveryError) -> dict[str, str]:
    return {"error_code": error.code, "error_text": error.text}


async def _set(session: AsyncSession, key: str, values: dict[str, Any]) -> None:
    await session.execute(_UPDATE, {"of_key": key, **values})


# Built once: to build a statement costs more than to run it.
_OF_KEY = select(Delivery).where(col(Delivery.key) == bindparam("of_key"))
_UPDATE = update(delivery_table).where(delivery_table.c.key == bindparam("of_key"))
