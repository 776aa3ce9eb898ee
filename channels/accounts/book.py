"""The accounts as this process knows them, so that a push costs no query for them."""

import time
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import col, select

from channels.accounts.models import ChannelAccount
from channels.errors import UnknownAccountError
from kit.db import Database
from kit.secretbox import SecretBox

#: A change made by another process is known here after this many seconds.
KNOWN_FOR_S = 2.0


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

    async def all(self) -> list[Account]:
        """Every account, paused ones too, oldest first."""
        if time.monotonic() >= self._good_until:
            await self._load()
        return self._accounts

    async def by_hook(self, channel: str, hook: str) -> Account | None:
        """The account whose address ends in ``hook``; None for a stranger."""
        return next((one for one in await self.all() if one.channel == channel and one.hook == hook), None)

    async def named(self, channel: str, name: str) -> Account:
        """The account of that name; raises UnknownAccountError."""
        for one in await self.all():
            if one.channel == channel and one.name == name:
                return one
        raise UnknownAccountError(name=name)

    def forget(self) -> None:
        """Something was changed in this process: look again."""
        self._good_until = 0.0

    async def _load(self) -> None:
        good_until = time.monotonic() + KNOWN_FOR_S
        async with self._db.reading() as session:
            rows = (await session.exec(select(ChannelAccount).order_by(col(ChannelAccount.id)))).all()
        self._accounts = [self._opened(row) for row in rows]
        self._good_until = good_until

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
