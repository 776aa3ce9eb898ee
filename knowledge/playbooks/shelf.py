"""The playbooks in force, read once and again when others are; walks under way find the text they began with."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from kit.db import AsyncSession
from knowledge.playbooks.plans import Plan
from knowledge.playbooks.reading import read_plan
from knowledge.playbooks.releasing import ship
from knowledge.playbooks.versions import by_digest, published, revision
from knowledge.playbooks.writing import Edit

_LOOK_EVERY = timedelta(seconds=1)


class PlaybookShelf:
    """Of one process."""

    def __init__(self) -> None:
        self._plans: Mapping[str, Plan] = {}
        self._revision: datetime | None = None
        self._looked: datetime | None = None

    async def plans(self, session: AsyncSession, now: datetime) -> Mapping[str, Plan]:
        """By key; at most a second old."""
        if self._looked is None or not self._looked <= now < self._looked + _LOOK_EVERY:
            await self._look(session)
            self._looked = now
        return self._plans

    async def begun_with(self, session: AsyncSession, key: str, digest: str) -> Plan | None:
        """The very text of a walk; where that is gone, the one in force of the same key."""
        current = self._plans.get(key)
        if current is not None and current.digest == digest:
            return current
        stored = await by_digest(session, digest)
        return (read_plan(stored.text)[0] if stored else None) or current

    async def _look(self, session: AsyncSession) -> None:
        newest = await revision(session)
        if newest == self._revision:
            return
        read = [(stored.key, read_plan(stored.text)[0]) for stored in await published(session)]
        self._plans = {key: plan for key, plan in read if plan is not None}
        self._revision = newest


async def ship_folder(session: AsyncSession, now: datetime, sources: Iterable[str]) -> int:
    """Put the playbooks that come with the product in force, those that are not there yet; return how many."""
    shipped = 0
    for source in sources:
        plan, _ = read_plan(source)
        if plan is not None:
            shipped += await ship(session, now, plan.key, Edit(source=source, titles=plan.title))
    return shipped


async def read_sources(folder: Path) -> list[str]:
    """The YAML of each, by name."""
    paths = await asyncio.to_thread(lambda: sorted(folder.glob("*.yaml")))
    return [await asyncio.to_thread(path.read_text, encoding="utf-8") for path in paths]
