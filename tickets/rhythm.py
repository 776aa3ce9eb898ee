"""How this organisation keeps people informed: what its settings say, and what its desk has chosen instead."""

import asyncio
from datetime import timedelta
from typing import Any

from sqlmodel import col, select

from kit.db import AsyncSession
from kit.ground import Ground
from kit.i18n import catalogue
from kit.settings import Settings
from tickets.desk.models import DeskSetting
from tickets.opening import Rhythm

#: Settings that the desk may choose for itself; a choice is stored under the setting's name.
CHOSEN = (
    "progress_every_s",
    "fixed_check_after_s",
    "survey_after_s",
    "survey_quiet_days",
    "confirm_window_s",
    "quiet_hours",
)
#: What the keys of texts begin with that the desk says in other words: see tickets.config.texts.
TEXT = "text."
#: How often choices are looked at when nobody told of a change.
_LOOK_S = 60


def rhythm_of(settings: Settings) -> Rhythm:
    """The rhythm in force."""
    return Rhythm(
        zone=settings.time_zone,
        progress_every=timedelta(seconds=settings.progress_every_s),
        fixed_check_after=timedelta(seconds=settings.fixed_check_after_s),
        survey_after=timedelta(seconds=settings.survey_after_s),
        survey_quiet=timedelta(days=settings.survey_quiet_days),
        confirm_window=timedelta(seconds=settings.confirm_window_s),
    )


class Choices:
    """Lays what the desk chose over settings and texts of this process, so that nobody has to ask the database."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        #: What the installation says, for choices that are given up again.
        self._given: dict[str, Any] = {name: getattr(ground.settings, name) for name in CHOSEN}

    async def refresh(self) -> None:
        """Take over what is chosen now."""
        async with self._ground.db.reading() as session:
            chosen = await _chosen(session)
        for name in CHOSEN:
            setattr(self._ground.settings, name, chosen.get(name, self._given[name]))
        texts = {key.removeprefix(TEXT): value for key, value in chosen.items() if key.startswith(TEXT)}
        catalogue().choose(texts)

    async def follow(self, stopping: asyncio.Event) -> None:
        """Take over each change, until told to stop."""
        async with self._ground.bus.listening("config", "stopping") as listener:
            while not stopping.is_set():
                await self.refresh()
                await listener.wait(_LOOK_S)


async def _chosen(session: AsyncSession) -> dict[str, Any]:
    rows = (
        await session.exec(
            select(DeskSetting).where(col(DeskSetting.key).in_(CHOSEN) | col(DeskSetting.key).startswith(TEXT))
        )
    ).all()
    return {row.key: row.value for row in rows}
