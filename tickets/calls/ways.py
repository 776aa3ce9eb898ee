"""How somebody who called can be told news: what there is, the composition root says."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from kit.db import AsyncSession


class News(StrEnum):
    """What the caller wishes; KEEP is wherever the person hears news already."""

    SMS = "sms"
    EMAIL = "email"
    KEEP = "keep"
    NONE = "none"


@dataclass(frozen=True)
class Way:
    """An account we can write from to people who have never written to us; ``channel`` is "sms" or "email"."""

    channel: str
    account: str

    def thread(self, address: str) -> str:
        return f"{self.channel}:{self.account}:{address}"


class Ways(Protocol):
    """What ways there are now, the preferred of a kind first."""

    async def __call__(self, session: AsyncSession, /) -> Sequence[Way]: ...


async def no_ways(_session: AsyncSession) -> Sequence[Way]:
    """Where nothing else is set up."""
    return ()


def first_of(ways: Sequence[Way], channel: str) -> Way | None:
    """The way of a kind, if there is one."""
    return next((way for way in ways if way.channel == channel), None)
