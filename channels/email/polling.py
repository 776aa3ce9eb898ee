"""Read a mailbox again and again: look, store, note how far; one reader over all workers.

Who reads holds a lease. A mail is stored before the cursor moves past it, and storing it twice changes nothing: a
worker may die at any moment.
"""

import asyncio
import contextlib
import random
import secrets
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from channels.accounts.book import Account
from channels.context import ChannelContext
from channels.email.arriving import take_all
from channels.email.cursors import Cursor, advance, hold, note_look, release
from channels.email.mailbox import Login, Mailbox, MailboxError, Opened
from channels.email.reading import Envelope
from kit.log import log

#: The lease outlasts the slowest answer, and is renewed at least twice as often.
LEASE = timedelta(seconds=150)
RENEW_S = 30.0
#: How often a worker looks whether the reader is gone, in seconds.
TURN_S = 10.0
#: A server that tells of news is looked into all the same, as some forget to: so often, well within the 29 minutes
#: after which servers drop whoever idles. One that does not is looked into more often.
LOOK_AGAIN_S = 240.0
LOOK_S = 60.0
LONGEST_PAUSE_S = 300.0
#: Of a mailbox that is entered with years of mails in it, this much is answered.
FIRST_DAYS = timedelta(days=3)
#: Mails with numbers of another kind are known by their names; they are looked through from before the last look.
OVERLAP = timedelta(days=1)
#: One trip takes so many mails, and so many bytes.
BATCH, BATCH_BYTES = 20, 8 * 1024 * 1024
#: A mail larger than this is not fetched.
MAIL_MAX = 30 * 1024 * 1024

_T = TypeVar("_T")


class TurnLostError(Exception):
    """Another worker reads the mailbox now."""


@dataclass
class Reader:
    """Reads one mailbox; every worker has one, and one of them holds the lease."""

    context: ChannelContext
    account: Account
    holder: str = field(default_factory=lambda: secrets.token_hex(8))
    mail_max: int = MAIL_MAX
    _thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "mailbox"))
    _mailbox: Mailbox | None = None
    _failures: int = 0

    async def run(self, stopping: asyncio.Event) -> None:
        """Read until told to stop."""
        try:
            while not stopping.is_set():
                pause = await self._unless(stopping, self.look())
                waiting = asyncio.sleep(pause) if pause else self.wait()
                await self._unless(stopping, waiting)
        finally:
            await self.close()

    async def look(self) -> float:
        """Take what is new; how many seconds to pause before the next look, 0 to wait for news."""
        try:
            cursor = await self._hold()
            await self._read(cursor)
        except TurnLostError:
            await self._let_go()
            return TURN_S
        except MailboxError as error:
            return await self._failed(error)
        except Exception:  # noqa: BLE001 - whatever it is, the next look may pass; the other mailboxes are read anyway.
            log.exception("mailbox not read", account=self.account.name)
            await self._let_go()
            return self._pause()
        self._failures = 0
        return 0.0

    async def wait(self) -> None:
        """Until there is news, or it is time to look anyway."""
        box = self._mailbox
        if box is None or not box.idles:
            await asyncio.sleep(LOOK_S)
            return
        try:
            await self._idle(box)
        except MailboxError as error:
            # Servers and routers drop idle connections; the next look makes a new one.
            log.info("mailbox connection lost", account=self.account.name, error=str(error))
            await self._let_go()
        except TurnLostError:
            await self._let_go()
        except (SQLAlchemyError, OSError):
            # The look that follows finds out whether it lasts, and then pauses.
            log.exception("turn not kept", account=self.account.name)
            await self._let_go()

    async def close(self) -> None:
        """Let the connection and the turn go."""
        await self._let_go()
        self._thread.shutdown(wait=False, cancel_futures=True)
        with contextlib.suppress(SQLAlchemyError, OSError):
            async with self.context.ground.db.transaction() as session:
                await release(session, account=self.account.name, holder=self.holder)

    async def _read(self, cursor: Cursor) -> None:
        box = await self._connected()
        opened = await self._call(box.open)
        uids = await self._new(box, opened, cursor)
        sizes = await self._call(box.sizes, uids) if uids else {}
        for batch in _batches(uids, sizes):
            await self._hold()
            async with self._keeping_the_turn():
                await take_all(self.context, self.account, await self._fetched(box, batch, sizes))
            await self._advance(opened.uid_validity, batch[-1])
            await self._mark_read(box, batch)
        if not uids and cursor.uid_validity != opened.uid_validity:
            await self._advance(opened.uid_validity, await self._last(box, opened))
        await self._note()

    @contextlib.asynccontextmanager
    async def _keeping_the_turn(self) -> AsyncIterator[None]:
        """A slow line, or a slow scanner of files, may take longer than the lease: nobody would get any further."""

        async def renew() -> None:
            while True:
                await asyncio.sleep(RENEW_S)
                with contextlib.suppress(SQLAlchemyError, OSError):
                    await self._hold()

        renewing = asyncio.create_task(renew())
        try:
            yield
        finally:
            renewing.cancel()
            # A turn that is lost shows when the cursor is to be moved.
            await asyncio.gather(renewing, return_exceptions=True)

    async def _new(self, box: Mailbox, opened: Opened, cursor: Cursor) -> list[int]:
        if cursor.uid_validity == opened.uid_validity:
            return await self._call(box.after, cursor.last_uid)
        since = self.context.ground.clock.now() - FIRST_DAYS
        if cursor.uid_validity and cursor.looked_at is not None:
            log.warning("mailbox numbers its mails anew", account=self.account.name)
            since = min(since, cursor.looked_at - OVERLAP)
        return await self._call(box.since, since.date())

    async def _last(self, box: Mailbox, opened: Opened) -> int:
        if opened.uid_next:
            return opened.uid_next - 1
        return max(await self._call(box.after, 0), default=0)

    async def _fetched(self, box: Mailbox, batch: Sequence[int], sizes: dict[int, int]) -> list[tuple[bytes, Envelope]]:
        large = [uid for uid in batch if sizes.get(uid, 0) > self.mail_max]
        found = await self._call(box.whole, [uid for uid in batch if uid not in large])
        heads = await self._call(box.heads, large)
        for uid in heads:
            log.warning("mail too large to be fetched", account=self.account.name, size=sizes[uid])
        mails = {uid: (raw, Envelope()) for uid, raw in found.items()}
        mails |= {uid: (raw, Envelope(left_out=sizes[uid])) for uid, raw in heads.items()}
        return [mails[uid] for uid in batch if uid in mails]

    async def _mark_read(self, box: Mailbox, batch: Sequence[int]) -> None:
        """A courtesy only: nothing of ours depends on it."""
        try:
            await self._call(box.mark_read, batch)
        except MailboxError as error:
            log.info("mails not marked as read", account=self.account.name, error=str(error))

    async def _idle(self, box: Mailbox) -> None:
        news = await self._call(box.start_idling)
        until = time.monotonic() + LOOK_AGAIN_S
        while not news and time.monotonic() < until:
            news = await self._call(box.wait, RENEW_S)
            await self._hold()
        await self._call(box.stop_idling)

    async def _connected(self) -> Mailbox:
        if self._mailbox is None:
            self._mailbox = await self._call(Mailbox, Login.of(self.account))
        return self._mailbox

    async def _call(self, what: Callable[..., _T], *args: Any) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, what, *args)

    async def _hold(self) -> Cursor:
        ground = self.context.ground
        async with ground.db.transaction() as session:
            cursor = await hold(session, ground.clock.now(), account=self.account.name, holder=self.holder, lease=LEASE)
        if cursor is None:
            raise TurnLostError
        return cursor

    async def _advance(self, uid_validity: int, last_uid: int) -> None:
        async with self.context.ground.db.transaction() as session:
            if not await advance(
                session, account=self.account.name, holder=self.holder, uid_validity=uid_validity, last_uid=last_uid
            ):
                raise TurnLostError

    async def _note(self, trouble: str = "") -> None:
        ground = self.context.ground
        async with ground.db.transaction() as session:
            await note_look(session, ground.clock.now(), account=self.account.name, trouble=trouble)

    async def _failed(self, error: MailboxError) -> float:
        log.warning("mailbox cannot be read", account=self.account.name, error=str(error))
        await self._let_go()
        with contextlib.suppress(SQLAlchemyError, OSError):
            await self._note(str(error))
        return self._pause()

    def _pause(self) -> float:
        """Longer with every failure in a row, and not the same for two workers."""
        self._failures += 1
        pause = min(LONGEST_PAUSE_S, 2.0**self._failures)
        return random.uniform(pause / 2, pause)  # noqa: S311 - jitter is no secret.

    async def _let_go(self) -> None:
        box, self._mailbox = self._mailbox, None
        if box is not None:
            await self._call(box.close)

    async def _unless(self, stopping: asyncio.Event, work: Coroutine[Any, Any, _T]) -> _T | None:
        """The result of the work; None when it was cut short because we stop."""
        doing = asyncio.ensure_future(work)
        ending = asyncio.ensure_future(stopping.wait())
        try:
            await asyncio.wait({doing, ending}, return_when=asyncio.FIRST_COMPLETED)
            return doing.result() if doing.done() else None
        finally:
            if not doing.done() and self._mailbox is not None:
                self._mailbox.break_off()
            for task in (doing, ending):
                task.cancel()
            await asyncio.gather(doing, ending, return_exceptions=True)


def _batches(uids: Sequence[int], sizes: dict[int, int]) -> Iterator[list[int]]:
    batch: list[int] = []
    weight = 0
    for uid in uids:
        size = sizes.get(uid, 0)
        if batch and (len(batch) >= BATCH or weight + size > BATCH_BYTES):
            yield batch
            batch, weight = [], 0
        batch.append(uid)
        weight += size
    if batch:
        yield batch
