"""The access token: one for all processes, fetched by one of them, never by force.

``stable_token`` gives the same token to everybody who asks until it is nearly over, and is apart from the old
interface whose every answer ended the token before. It takes 10,000 calls a minute and 500,000 a day; a forced
refresh, which ends the token for everybody, is allowed 20 times a day and never done by a machine.
"""

import asyncio
import secrets
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import Row

from channels.errors import AccountClosedError, DeliveryDelayedError
from channels.wechat import token_store as store
from channels.wechat.credentials import Credentials
from channels.wechat.error_codes import PlatformRefusedError, delivery_error
from channels.wechat.wire import TIMEOUT_S
from kit.clock import Clock
from kit.db import Database, hint
from kit.log import log
from kit.secretbox import SecretBox, SecretsLostError

#: The platform itself makes a new token five minutes early, and takes both until then.
EARLY_S = 300
#: Longer than the request for a token may take: whoever holds the lease has failed or died by then.
LEASE_S = TIMEOUT_S + 5
#: A token the platform does not take is replaced at most so often; see :meth:`TokenProvider.token`.
RENEW_EVERY_S = 60
#: The least time between two fetches because the token was nearly over.
ASK_EVERY_S = 30
#: After a failure nobody asks for a token for so long.
FAILED_FOR_S = 60
#: How long one waits for another's fetch: so many looks, each woken by a hint or after a moment.
_LOOKS = 30
_LOOK_S = 0.2


class Fetch(Protocol):
    """Asks the platform for a token; returns it and its life in seconds."""

    async def __call__(self, credentials: Credentials, /) -> tuple[str, float]:
        """Raises PlatformRefusedError, or one of the delays of ``wire``."""
        ...


class TokenProvider:
    """Hands tokens out."""

    def __init__(self, db: Database, clock: Clock, box: SecretBox, fetch: Fetch) -> None:
        self._db = db
        self._clock = clock
        self._box = box
        self._fetch = fetch
        self._asking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def token(self, credentials: Credentials, *, refused: str | None = None) -> str:
        """A token to use now; raises AccountClosedError or DeliveryDelayedError.

        ``refused`` is the one the platform has just not taken. It is replaced once in :data:`RENEW_EVERY_S`, however
        many messages and processes complain: after that the same is handed out, and the caller has to give up.
        """
        if good := self._usable(await self._row(credentials), refused):
            return good
        async with self._asking[credentials.account]:
            for _ in range(_LOOKS):
                if token := await self._look(credentials, refused):
                    return token
                await self._hear(credentials)
        raise DeliveryDelayedError("token_busy", "another process is fetching the access token", retry_after_s=LEASE_S)

    async def try_again(self, credentials: Credentials) -> None:
        """Whatever failed before: the next who needs a token asks the platform, not the memory of that."""
        async with self._db.transaction() as session:
            await store.forget_failure(session, credentials)

    async def _look(self, credentials: Credentials, refused: str | None) -> str | None:
        """The token, fetched by us where nobody else is at it; None while somebody is."""
        holder, now = secrets.token_hex(8), self._clock.now()
        until = now + timedelta(seconds=LEASE_S)
        async with self._db.transaction() as session:
            held = await store.take_lease(session, now, credentials, holder, until)
            # Read only now: whoever had the lease before us may have left a token, or a failure.
            row = await store.read(session, credentials)
            spare = self._spare(row, refused)
            if ready := self._usable(row, refused) or (spare if self._failed_lately(row) else None):
                await store.release(session, credentials, holder)
                return ready
            self._check_failure(row)
        if not held:
            return spare
        try:
            return await self._fetch_as(holder, credentials, refused)
        except DeliveryDelayedError:
            if spare is None:
                raise
            return spare

    async def _fetch_as(self, holder: str, credentials: Credentials, refused: str | None) -> str:
        try:
            token, life_s = await self._fetch(credentials)
        except PlatformRefusedError as error:
            raise await self._failed(holder, credentials, _closing(error, self._clock.now())) from error
        except DeliveryDelayedError as error:
            raise await self._failed(holder, credentials, error) from error
        await self._keep(holder, credentials, token, life_s, renewed=refused is not None)
        log.info("access token fetched", account=credentials.account, life_s=life_s)
        return token

    async def _keep(self, holder: str, credentials: Credentials, token: str, life_s: float, *, renewed: bool) -> None:
        now = self._clock.now()
        async with self._db.transaction() as session:
            await store.keep(
                session,
                credentials,
                holder,
                sealed=self._box.seal({"token": token}),
                expires_at=now + timedelta(seconds=life_s),
                # One that is nearly over already is all the platform has at this moment; it is not asked all the time.
                refresh_at=now + timedelta(seconds=max(life_s - EARLY_S, min(life_s, ASK_EVERY_S))),
                renewed_at=now if renewed else None,
            )
            hint(session, _topic(credentials))

    async def _failed(self, holder: str, credentials: Credentials, error: DeliveryDelayedError) -> DeliveryDelayedError:
        log.warning("access token not fetched", account=credentials.account, code=error.code)
        after_s = min(error.retry_after_s or FAILED_FOR_S, FAILED_FOR_S)
        async with self._db.transaction() as session:
            until = self._clock.now() + timedelta(seconds=after_s)
            await store.note_failure(session, credentials, holder, error=error, until=until)
            hint(session, _topic(credentials))
        return error

    async def _hear(self, credentials: Credentials) -> None:
        async with self._db.bus.listening(_topic(credentials)) as listener:
            await listener.wait(_LOOK_S)

    async def _row(self, credentials: Credentials) -> Row[Any] | None:
        async with self._db.reading() as session:
            return await store.read(session, credentials)

    def _usable(self, row: Row[Any] | None, refused: str | None) -> str | None:
        """The token kept, unless it is nearly over, or was refused and may be replaced."""
        if row is None or row.refresh_at is None or row.refresh_at <= self._clock.now():
            return None
        token = self._opened(row)
        if token != refused or self._renewed_lately(row):
            return token
        return None

    def _spare(self, row: Row[Any] | None, refused: str | None) -> str | None:
        """Between its early replacement and its end a token serves while the next one is not there yet."""
        if row is None or refused is not None or row.expires_at is None or row.expires_at <= self._clock.now():
            return None
        return self._opened(row)

    def _renewed_lately(self, row: Row[Any]) -> bool:
        return row.renewed_at is not None and row.renewed_at + timedelta(seconds=RENEW_EVERY_S) > self._clock.now()

    def _opened(self, row: Row[Any]) -> str | None:
        """The token; None for one that was sealed with a key this installation no longer has."""
        try:
            return self._box.open(row.sealed)["token"]
        except SecretsLostError:
            return None

    def _failed_lately(self, row: Row[Any] | None) -> bool:
        return row is not None and row.failed_until is not None and row.failed_until > self._clock.now()

    def _check_failure(self, row: Row[Any] | None) -> None:
        if row is None or not self._failed_lately(row):
            return
        left = (row.failed_until - self._clock.now()).total_seconds()
        code, text = row.failed_code, row.failed_text or ""
        if row.failed_closes:
            raise AccountClosedError(code, text, retry_after_s=left, broken=row.failed_broken)
        raise DeliveryDelayedError(code, text, retry_after_s=left)


def _closing(error: PlatformRefusedError, now: datetime) -> DeliveryDelayedError:
    """Without a token nothing goes out: whatever the code, it concerns the whole account."""
    mapped = delivery_error(error, now)
    if isinstance(mapped, DeliveryDelayedError):
        return mapped
    return AccountClosedError(mapped.code, mapped.text, retry_after_s=FAILED_FOR_S, broken=True)


def _topic(credentials: Credentials) -> str:
    return f"wechat.token:{credentials.account}"
