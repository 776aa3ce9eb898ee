"""Access tokens: one for corporation and secret, shared by all processes, asked for by one at a time.

A token lasts two hours and is the same for all who ask (gettoken, developer.work.weixin.qq.com/document/path/91039);
asking too often is punished, so a refusal is remembered too, and not asked for again at once.
"""

import asyncio
import hashlib
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Insert, Table, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from channels.accounts.book import Account
from channels.context import ChannelContext
from channels.errors import AccountClosedError, DeliveryDelayedError
from channels.wecom.errors import KfError, delivery_error
from channels.wecom.models import WecomToken
from channels.wecom.settings import secrets_of, settings_of
from channels.wecom.wire import Wire

token_table: Table = WecomToken.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.

#: A new token is asked for so long before the old one ends.
EARLY = timedelta(minutes=5)
#: Who asks has so long to get an answer before another process may.
LEASE = timedelta(seconds=15)
#: How often, and how long apart in seconds, to look whether another process has the new token.
LOOKS, LOOK_EVERY_S = 50, 0.1
#: After a refusal that may pass by itself.
PAUSE_S = 5.0


class Tokens:
    """The tokens this process knows, and the way to new ones."""

    def __init__(self, context: ChannelContext, wire: Wire) -> None:
        self._context = context
        self._wire = wire
        self._known: dict[str, tuple[str, datetime]] = {}
        self._asking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def token(self, account: Account) -> str:
        """A good token; raises AccountClosedError where the platform gives none, else DeliveryDelayedError."""
        key = token_id(account)
        known = self._known.get(key)
        if known is not None and known[1] > self._context.ground.clock.now():
            return known[0]
        async with self._asking[key]:
            return await self._shared(account, key)

    async def renewed(self, account: Account, *, refused: str) -> str:
        """Another token than the one the platform has ``refused``, which may be there already."""
        key = token_id(account)
        self._known.pop(key, None)
        async with self._context.ground.db.transaction() as session:
            await session.execute(_SPOIL, {"of_id": key, "of_mark": _mark(refused)})
        return await self.token(account)

    async def forget_refusal(self, account: Account) -> None:
        """Somebody may have put the settings right: ask again."""
        async with self._context.ground.db.transaction() as session:
            await session.execute(_FORGIVE, {"of_id": token_id(account)})

    async def _shared(self, account: Account, key: str) -> str:
        for _look in range(LOOKS):
            async with self._context.ground.db.reading() as session:
                row = (await session.execute(_OF_ID, {"of_id": key})).first()
            now = self._context.ground.clock.now()
            if row is not None and row.good_until is not None and row.good_until > now:
                token = self._context.box.open(row.sealed)["token"]
                self._known[key] = (token, row.good_until)
                return token
            if row is not None and row.failed_until is not None and row.failed_until > now:
                raise _remembered(row, now)
            if await self._lease(key, now):
                return await self._ask(account, key)
            await asyncio.sleep(LOOK_EVERY_S)
        raise DeliveryDelayedError("token_pending", "another process is asking for the access token", retry_after_s=1)

    async def _lease(self, key: str, now: datetime) -> bool:
        async with self._context.ground.db.transaction() as session:
            await session.execute(_BEGIN[session.get_bind().dialect.name], {"id": key})
            lease = {"of_id": key, "now": now, "until": now + LEASE}
            return (await session.execute(_LEASE, lease)).first() is not None

    async def _ask(self, account: Account, key: str) -> str:
        settings, secret = settings_of(account), secrets_of(account).secret
        try:
            answer = await self._wire.ask(
                settings.api_url,
                "GET",
                "gettoken",
                params={"corpid": settings.corp_id, "corpsecret": secret},
            )
            token, lasts_s = str(answer["access_token"]), float(answer["expires_in"])
        except KfError as refused:
            error = delivery_error(refused)
            closed = error if isinstance(error, DeliveryDelayedError) else DeliveryDelayedError(error.code, error.text)
            await self._note_refusal(key, closed)
            raise closed from refused
        except (KeyError, TypeError, ValueError) as odd:
            unread = DeliveryDelayedError("token_unread", "the platform answered without an access token")
            await self._note_refusal(key, unread)
            raise unread from odd
        except DeliveryDelayedError as delayed:
            await self._note_refusal(key, delayed)
            raise
        return await self._keep(key, token, timedelta(seconds=lasts_s))

    async def _keep(self, key: str, token: str, lasts: timedelta) -> str:
        # A token that lasts less than the margin is still good for half of its time.
        good_until = self._context.ground.clock.now() + max(lasts - EARLY, lasts / 2)
        self._known[key] = (token, good_until)
        row = {"sealed": self._context.box.seal({"token": token}), "mark": _mark(token), "good_until": good_until}
        async with self._context.ground.db.transaction() as session:
            await session.execute(_KEEP, {"of_id": key, **_NO_REFUSAL, **row, "leased_until": None})
        return token

    async def _note_refusal(self, key: str, error: DeliveryDelayedError) -> None:
        pause = timedelta(seconds=error.retry_after_s or PAUSE_S)
        row = {
            "failed_until": self._context.ground.clock.now() + pause,
            "failed_code": error.code,
            "failed_text": error.text,
            "failed_broken": isinstance(error, AccountClosedError) and error.broken,
        }
        async with self._context.ground.db.transaction() as session:
            await session.execute(_NOTE, {"of_id": key, "leased_until": None, **row})


def token_id(account: Account) -> str:
    """Another secret is another token: a corrected one is tried at once."""
    settings = settings_of(account)
    text = f"{settings.api_url}\n{settings.corp_id}\n{secrets_of(account).secret}"
    return hashlib.sha256(text.encode()).hexdigest()


def _mark(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _remembered(row: Any, now: datetime) -> DeliveryDelayedError:
    after_s = (row.failed_until - now).total_seconds()
    if row.failed_broken:
        return AccountClosedError(row.failed_code, row.failed_text, retry_after_s=after_s, broken=True)
    return DeliveryDelayedError(row.failed_code, row.failed_text, retry_after_s=after_s)


def _beginning(dialect_insert: Any) -> Insert:
    # Written out: the defaults of the model are not those of a plain insert.
    empty = {"sealed": "", "mark": "", "failed_code": "", "failed_text": "", "failed_broken": False}
    once: Insert = dialect_insert(token_table).values(id=bindparam("id"), **empty).on_conflict_do_nothing()
    return once


# Built once: to build a statement costs more than to run it.
_ID = token_table.c.id == bindparam("of_id")
_OF_ID = select(token_table).where(_ID)
_BEGIN = {"postgresql": _beginning(postgresql.insert), "sqlite": _beginning(sqlite.insert)}
_FREE = token_table.c.leased_until.is_(None) | (token_table.c.leased_until < bindparam("now"))
_STALE = token_table.c.good_until.is_(None) | (token_table.c.good_until <= bindparam("now"))
_LEASE = (
    update(token_table).where(_ID, _FREE, _STALE).values(leased_until=bindparam("until")).returning(token_table.c.id)
)
_SPOIL = update(token_table).where(_ID, token_table.c.mark == bindparam("of_mark")).values(good_until=None)
_FORGIVE = update(token_table).where(_ID).values(failed_until=None)
_KEEP = update(token_table).where(_ID)
_NOTE = update(token_table).where(_ID)
_NO_REFUSAL = {"failed_until": None, "failed_code": "", "failed_text": "", "failed_broken": False}
