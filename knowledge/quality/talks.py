"""What the desk tells of a talk; the knowledge base itself knows only what was asked in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from kit.db import AsyncSession
from kit.i18n import Locale


@dataclass(frozen=True, slots=True)
class Line:
    """What somebody said. ``voice`` is "customer", "bot", "staff" or "system"; the text tells nothing of the person."""

    voice: str
    text: str
    at: datetime


class Talks(Protocol):
    """Handed in by the composition root."""

    def channel_of(self, reference: str, /) -> str:
        """The channel of a talk; empty where something was asked but nobody talked."""
        ...

    def mask(self, text: str, locale: Locale, /) -> str:
        """Without what tells of the person."""
        ...

    async def read(
        self, session: AsyncSession, references: Sequence[tuple[str, datetime, datetime]], /
    ) -> list[list[Line]]:
        """Each talk from one moment to another and what was said around that, oldest first."""
        ...
