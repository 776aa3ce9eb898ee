"""Pull what customers wrote and what happened: on every callback, and by the clock in case one got lost.

Each page's messages and the cursor behind them are one transaction, so a puller may die anywhere; the lane of its
job keeps a second one away, and should one come nevertheless (a lease ran out), the cursor's row stops it.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from channels.accounts.book import Account
from channels.context import ChannelContext
from channels.errors import AccountClosedError, DeliveryDelayedError, UnknownAccountError
from channels.wecom.api import KfApi
from channels.wecom.cursors import (
    PULL,
    PULL_QUEUE,
    TOKEN_LASTS,
    cursor_of,
    drop_token,
    move_on,
    not_pulled_since,
    note_error,
    queue_pull,
    raise_alarms,
    start_over,
)
from channels.wecom.errors import CALLBACK_TOKEN_REFUSED, PARAMETER_REFUSED, KfError, delivery_error
from channels.wecom.failures import SEND_FAILED, handle_send_failed
from channels.wecom.models import WecomCursor
from channels.wecom.settings import CHANNEL, settings_of
from channels.wecom.taking import Taking
from channels.wecom.tokens import token_id
from kit.db import AsyncSession
from kit.log import log
from kit.outbox import ClaimedJob, finish, postpone, retry

#: Items of one page, and of one transaction, for which callbacks may have to wait; the platform gives up to a thousand.
PAGE = 100
#: Seconds between two looks without a callback. The platform limits pulls without a callback's token strictly.
SWEEP_EVERY_S = 120
#: After a failed pull, in seconds; later the sweep tries on.
RETRY_S = 10.0


class _ShutError(Exception):
    """The platform has said not to ask before ``until``."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


@dataclass(frozen=True)
class Puller:
    """Handles ``kf.pull``, and looks into failures the platform tells of."""

    context: ChannelContext
    api: KfApi

    async def handle(self, job: ClaimedJob) -> None:
        """Pull one account until there is no more."""
        try:
            account = await self.context.accounts.named(CHANNEL, job.payload["account"])
        except UnknownAccountError:
            await self._finish(job)
            return
        try:
            while await self._pull_page(account):
                pass
        except _ShutError as shut:
            await self._postpone(job, shut.until)
        except KfError as refused:
            await self._failed(job, account, delivery_error(refused))
        except DeliveryDelayedError as delayed:
            await self._failed(job, account, delayed)
        else:
            await self._finish(job)

    async def handle_send_failed(self, job: ClaimedJob) -> None:
        async with self.context.ground.db.transaction() as session:
            await handle_send_failed(session, self.context.ground.clock.now(), job)

    async def _pull_page(self, account: Account) -> bool:
        """Pull one page and take it in; whether there is another."""
        now = self.context.ground.clock.now()
        async with self.context.ground.db.transaction() as session:
            place = await cursor_of(session, now, account.name)
        page = await self._page(account, place, now)
        if page is None:
            return True
        async with self.context.ground.db.transaction() as session:
            if not await move_on(
                session, now, account.name, old=place.cursor, new=page.next_cursor, token_id=token_id(account)
            ):
                log.warning("another puller was faster", account=account.name)
                return False
            await self._take(session, account, place, page)
        return page.has_more and page.next_cursor != place.cursor

    async def _page(self, account: Account, place: WecomCursor, now: datetime) -> "_Page | None":
        """The next page; None when the way to it was put right and it should be asked for again."""
        if place.shut_until is not None and place.shut_until > now:
            raise _ShutError(place.shut_until)
        token = _fresh_token(place, now)
        body = {"open_kfid": account.name, "cursor": place.cursor, "limit": PAGE, "voice_format": 0}
        try:
            answer = await self.api.post(account, "kf/sync_msg", {**body, "token": token} if token else body)
        except KfError as refused:
            if not await self._put_right(account, place, token, refused):
                raise
            return None
        return _read_page(answer, place)

    async def _put_right(self, account: Account, place: WecomCursor, token: str, refused: KfError) -> bool:
        """A callback's token or a cursor that is refused is left out next time."""
        async with self.context.ground.db.transaction() as session:
            if refused.code == CALLBACK_TOKEN_REFUSED and token:
                await drop_token(session, account.name, token)
                return True
            if refused.code in PARAMETER_REFUSED and place.cursor:
                log.error("cursor refused, pulling what is still there", account=account.name, code=refused.code)
                await start_over(session, account.name, old=place.cursor)
                return True
        return False

    async def _take(self, session: AsyncSession, account: Account, place: WecomCursor, page: "_Page") -> None:
        taking = Taking(
            session,
            self.context.ground.clock.now(),
            account=account.name,
            since=place.since,
            opening=settings_of(account).opening,
            settle_s=self.context.ground.settings.burst_window_s,
        )
        for item in page.items:
            await taking.take(item)

    async def _finish(self, job: ClaimedJob) -> None:
        async with self.context.ground.db.transaction() as session:
            await finish(session, job)

    async def _postpone(self, job: ClaimedJob, until: datetime) -> None:
        async with self.context.ground.db.transaction() as session:
            await postpone(session, job, until=until)

    async def _failed(self, job: ClaimedJob, account: Account, error: Exception) -> None:
        """Nothing is lost by waiting: the cursor stands where it stood, and the sweep comes again."""
        now = self.context.ground.clock.now()
        code, text = getattr(error, "code", ""), getattr(error, "text", repr(error))
        log.warning("pull failed", account=account.name, code=code, text=text)
        shut_for_s = error.retry_after_s if isinstance(error, AccountClosedError) else None
        async with self.context.ground.db.transaction() as session:
            await note_error(session, now, account.name, code=code, text=text, shut_for_s=shut_for_s)
            if shut_for_s is not None:
                await postpone(session, job, until=now + timedelta(seconds=shut_for_s))
            elif job.attempt < job.max_attempts:
                await retry(session, now, job, error=str(error), after_s=RETRY_S * job.attempt)
            else:
                await finish(session, job)


@dataclass(frozen=True)
class _Page:
    items: list[object]
    next_cursor: str
    has_more: bool


def _read_page(answer: dict[str, Any], place: WecomCursor) -> _Page:
    items, cursor, more = answer.get("msg_list", []), answer.get("next_cursor"), answer.get("has_more", 0)
    if not isinstance(items, list):
        raise DeliveryDelayedError("page_unread", "msg_list is no list")
    if not isinstance(cursor, str) or not cursor:
        # Without a place to go on from there is no more; what came is told again next time, and taken once.
        return _Page(items, place.cursor, has_more=False)
    return _Page(items, cursor, has_more=more == 1)


def _fresh_token(place: WecomCursor, now: datetime) -> str:
    fresh = place.callback_at is not None and now < place.callback_at + TOKEN_LASTS
    return place.callback_token if fresh else ""


async def sweep_once(context: ChannelContext) -> None:
    """See that every account is pulled that no callback has made us pull of late; say so when that fails for long."""
    now = context.ground.clock.now()
    names = [account.name for account in await context.accounts.all() if account.channel == CHANNEL]
    async with context.ground.db.transaction() as session:
        for name in names:
            await cursor_of(session, now, name)
        # Rows before lanes, as everybody who locks both.
        for name in await raise_alarms(session, now, names):
            log.error("account not pulled for two days: after three, messages are lost", account=name)
        quiet_since = now - timedelta(seconds=SWEEP_EVERY_S * 0.8)
        for name in sorted(set(names) & set(await not_pulled_since(session, quiet_since))):
            await queue_pull(session, now, name)


async def sweep(context: ChannelContext, stopping: asyncio.Event) -> None:
    """Sweep until told to stop. In several workers at once it does no harm: jobs are not queued twice."""
    while not stopping.is_set():
        try:
            await sweep_once(context)
        except Exception:  # noqa: BLE001 - a database that is away for a moment must not end the sweep for ever.
            log.exception("sweep failed")
        try:
            await asyncio.wait_for(stopping.wait(), SWEEP_EVERY_S)
        except TimeoutError:
            continue


def runners(context: ChannelContext) -> dict[str, dict[str, Any]]:
    """The jobs of this platform, by queue and kind."""
    puller = Puller(context, KfApi(context))
    return {PULL_QUEUE: {PULL: puller.handle, SEND_FAILED: puller.handle_send_failed}}
