"""Long polling, for installations nothing can reach: ask, store, remember how far; one asker over all workers.

Who asks holds a lease. What came is stored together with the number to ask from next, so that a worker may die at
any moment: what it did not commit is asked for again, and what it did is never taken twice.
"""

import asyncio
import json
import random
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from channels.context import ChannelContext
from channels.errors import DeliveryDelayedError, DeliveryError
from channels.telegram.arriving import take
from channels.telegram.client import Api
from channels.telegram.repository import advance_poller, hold_poller, note_trouble, release_poller
from channels.telegram.schema import UnreadableError, update_id_of, update_of
from channels.telegram.settings import CHANNEL
from channels.unparsed import keep_unparsed
from kit.db import AsyncSession
from kit.log import log

#: So long one question waits for an update, in seconds; the lease outlasts it and the slowest answer.
WAIT_S = 15
LEASE = timedelta(seconds=40)
#: How often a worker looks whether the asker is gone.
LOOK_S = 5.0
LONGEST_PAUSE_S = 60.0
#: After a week without updates Telegram begins anew at a random number, maybe below the one we know.
NUMBERS_LAST = timedelta(days=6)
_CONFLICT = "409"


class LeaseLostError(Exception):
    """Another worker asks now; what we were given is taken by it."""


@dataclass
class Poller:
    """Asks for the updates of one bot; every worker has one, and one of them holds the lease."""

    context: ChannelContext
    account: str
    api: Api
    holder: str = field(default_factory=lambda: secrets.token_hex(8))
    _webhook_gone: bool = False
    _failures: int = 0

    async def run(self, stopping: asyncio.Event) -> None:
        """Ask until told to stop; a question under way is dropped, as nothing of it is confirmed."""
        while not stopping.is_set():
            pause = await _unless(stopping, self.poll_once())
            if pause:
                await _unless(stopping, asyncio.sleep(pause))
        await self._release()

    async def poll_once(self, *, wait_s: int = WAIT_S) -> float:
        """Ask once; returns how many seconds to pause before the next question."""
        try:
            return await self._ask(wait_s)
        except LeaseLostError:
            self._webhook_gone = False
            return LOOK_S
        except DeliveryError as error:
            return await self._failed(error)
        except SQLAlchemyError:
            log.exception("updates not stored", account=self.account)
            return self._pause(None)

    async def _ask(self, wait_s: int) -> float:
        ground = self.context.ground
        async with ground.db.transaction() as session:
            start = await hold_poller(
                session,
                ground.clock.now(),
                account=self.account,
                holder=self.holder,
                lease=LEASE,
                numbers_last=NUMBERS_LAST,
            )
        if start is None:
            raise LeaseLostError
        if not self._webhook_gone:
            await self.api.delete_webhook()
            self._webhook_gone = True
        given = await self.api.updates(start, wait_s=wait_s)
        if given:
            await self._take(given)
        elif self._failures:
            await self._well()
        self._failures = 0
        return 0.0

    async def _take(self, given: Sequence[Any]) -> None:
        numbers = [number for each in given if (number := update_id_of(each)) is not None]
        if not numbers:
            raise DeliveryDelayedError("unreadable", "updates without a number")
        try:
            await self._commit(given, max(numbers) + 1)
        except (SQLAlchemyError, LeaseLostError):
            raise
        except Exception:  # noqa: BLE001 - one update that breaks us must not keep back all others.
            log.exception("updates not taken together", account=self.account)
            for each in sorted(given, key=lambda one: update_id_of(one) or 0):
                await self._take_alone(each)

    async def _take_alone(self, given: Any) -> None:
        following = (update_id_of(given) or 0) + 1
        try:
            await self._commit([given], following)
        except (SQLAlchemyError, LeaseLostError):
            raise
        except Exception as error:  # noqa: BLE001 - as above; it is kept whole for whoever mends us.
            log.exception("update not understood", account=self.account)
            async with self.context.ground.db.transaction() as session:
                await self._advance(session, following)
                await self._keep(session, given, repr(error))

    async def _commit(self, given: Sequence[Any], following: int) -> None:
        ground = self.context.ground
        async with ground.db.transaction() as session:
            await self._advance(session, following)
            for each in given:
                try:
                    update = update_of(each)
                except UnreadableError as unreadable:
                    await self._keep(session, each, str(unreadable))
                else:
                    await take(
                        session,
                        ground.clock.now(),
                        update,
                        account=self.account,
                        body=_bytes(each),
                        settle_s=ground.settings.burst_window_s,
                    )

    async def _advance(self, session: AsyncSession, following: int) -> None:
        now = self.context.ground.clock.now()
        if not await advance_poller(session, now, account=self.account, holder=self.holder, next_update=following):
            raise LeaseLostError

    async def _keep(self, session: AsyncSession, given: Any, reason: str) -> None:
        now = self.context.ground.clock.now()
        await keep_unparsed(session, now, channel=CHANNEL, account=self.account, body=_bytes(given), reason=reason)

    async def _failed(self, error: DeliveryError) -> float:
        log.warning("asking for updates failed", account=self.account, error=str(error))
        if error.code == _CONFLICT:
            # A webhook was set meanwhile, or somebody else asks with our token.
            self._webhook_gone = False
        async with self.context.ground.db.transaction() as session:
            await note_trouble(session, account=self.account, trouble=str(error))
        return self._pause(error.retry_after_s if isinstance(error, DeliveryDelayedError) else None)

    async def _well(self) -> None:
        async with self.context.ground.db.transaction() as session:
            await note_trouble(session, account=self.account, trouble=None)

    def _pause(self, told: float | None) -> float:
        """Longer with every failure in a row, and not the same for two workers."""
        self._failures += 1
        pause = min(LONGEST_PAUSE_S, 2.0**self._failures)
        return told if told is not None else random.uniform(pause / 2, pause)  # noqa: S311 - jitter is no secret.

    async def _release(self) -> None:
        ground = self.context.ground
        async with ground.db.transaction() as session:
            await release_poller(session, ground.clock.now(), account=self.account, holder=self.holder)


def _bytes(given: Any) -> bytes:
    return json.dumps(given, ensure_ascii=False).encode("utf8", errors="ignore")


async def _unless(stopping: asyncio.Event, work: Any) -> Any:
    """The result of the work; None when it was cut short because we stop."""
    doing = asyncio.ensure_future(work)
    ending = asyncio.ensure_future(stopping.wait())
    try:
        await asyncio.wait({doing, ending}, return_when=asyncio.FIRST_COMPLETED)
        return doing.result() if doing.done() else None
    finally:
        for task in (doing, ending):
            task.cancel()
        await asyncio.gather(doing, ending, return_exceptions=True)
