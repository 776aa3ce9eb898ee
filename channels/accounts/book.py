"""The accounts as this process knows them, so that a push costs no query for them."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import col, select

from channels.accounts.models import ChannelAccount
from channels.errors import UnknownAccountError
from kit.db import Database
from kit.secretbox import SecretBox

#: A change made by another process is known here after this many seconds.
KNOWN_FOR_S = 2.0
#: So long after a look it is not taken again for an address nobody knows.
STRANGER_PAUSE_S = 0.2


@dataclass(frozen=True, kw_only=True)
class Account:
    """One account, its secrets opened."""

    id: int
    channel: str
    name: str
    label: str
    hook: str
    paused: bool
    settings: dict[str, Any]
    secrets: dict[str, str] = field(repr=False)


class AccountBook:
    """Looks accounts up; all of them are read at once, because there are few."""

    def __init__(self, db: Database, box: SecretBox) -> None:
        self._db = db
        self._box = box
        self._accounts: list[Account] = []
        self._good_until = 0.0
        self._look_again = 0.0

    async def all(self) -> list[Account]:
        """Every account, paused ones too, oldest first."""
        if time.monotonic() >= self._good_until:
            await self._load()
        return self._accounts

    async def by_hook(self, channel: str, hook: str) -> Account | None:
        """The account whose address ends in ``hook``; None for a stranger."""
        return await self._find(lambda one: one.channel == channel and one.hook == hook)

    async def named(self, channel: str, name: str) -> Account:
        """The account of that name; raises UnknownAccountError."""
        found = await self._find(lambda one: one.channel == channel and one.name == name)
        if found is None:
            raise UnknownAccountError(name=name)
        return found

    async def _find(self, is_it: Callable[[Account], bool]) -> Account | None:
        """Another process may have entered it a moment ago; strangers cannot make us look again and again."""
        found = next(filter(is_it, await self.all()), None)
        if found is None and time.monotonic() >= self._look_again:
            self.forget()
            found = next(filter(is_it, await self.all()), None)
        return found

    def forget(self) -> None:
        """Something was changed in this process: look again."""
        self._good_until = 0.0

    async def _load(self) -> None:
        now = time.monotonic()
        async with self._db.reading() as session:
            rows = (await session.exec(select(ChannelAccount).order_by(col(ChannelAccount.id)))).all()
        self._accounts = [self._opened(row) for row in rows]
        self._good_until, self._look_again = now + KNOWN_FOR_S, now + STRANGER_PAUSE_S

    def _opened(self, row: ChannelAccount) -> Account:
        return Account(
            id=row.id,
            channel=row.channel,
            name=row.name,
            label=row.label,
            hook=row.hook,
            paused=row.paused,
            settings=row.settings,
            secrets=self._box.open(row.secrets),
        )
