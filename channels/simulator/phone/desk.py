"""The phones on the table: who there is, what they do, and what the page shows of it."""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from channels.simulator.phone.handset import Fact, Handset
from channels.simulator.phone.timeline import Entry, Timeline
from kit.i18n import Locale, catalogue

#: So many of the newest lines are shown.
_LINES = 200
_VIOLATIONS = 50
#: Who is there from the beginning.
PEOPLE = ("小李", "王会计", "Grace")


@dataclass
class Phones:
    """All people on one platform; ``product_url`` is where staff work."""

    channel: str
    handset: Handset
    product_url: str
    people: dict[str, Timeline] = field(default_factory=dict)
    _locks: dict[str, asyncio.Lock] = field(default_factory=dict)
    _running: set[asyncio.Task[None]] = field(default_factory=set)

    async def begin(self) -> None:
        """Bring the first people."""
        for name in PEOPLE:
            await self.add(name)

    async def add(self, name: str) -> Timeline:
        """Somebody of that name; the same person for the same name."""
        key = name.strip()
        if key not in self.people:
            self.people[key] = Timeline(key, key, await self.handset.person(key, key))
            self._locks[key] = asyncio.Lock()
        return self.people[key]

    def say(self, timeline: Timeline, text: str) -> None:
        """Write; the page does not wait for the product."""
        entry = self._mine(timeline, text=text)
        self._do(timeline, entry, lambda: timeline.person.says(text))

    def send(self, timeline: Timeline, kind: str, content: bytes, name: str) -> None:
        """Send a file."""
        entry = self._mine(timeline, media=content, media_name=name)
        self._do(timeline, entry, lambda: timeline.person.sends(kind, content, name))

    def press(self, timeline: Timeline, entry_id: str, label: str) -> None:
        """Press a quick reply; raises LookupError when it is not there any more."""
        arrived = timeline.entry(entry_id).arrived
        if arrived is None or label not in arrived.buttons:
            raise LookupError(label)

        async def pressing() -> Any:
            entry.text, result = await self.handset.press(timeline.person, arrived, label)
            return result

        entry = self._mine(timeline, text=label)
        self._do(timeline, entry, pressing)

    def click(self, timeline: Timeline, key: str) -> None:
        """Choose an entry of the menu; raises LookupError."""
        item = next((item for item in self.handset.menu(timeline.person) if item.key == key), None)
        if item is None:
            raise LookupError(key)
        self._do(timeline, self._mine(timeline, text=item.label), lambda: timeline.person.clicks(key))

    def act(self, timeline: Timeline, what: str) -> None:
        """Follow, block and the like; raises LookupError for what cannot be done here."""
        method = self.handset.abilities[what]
        self._do(timeline, self._mine(timeline, act=what), getattr(timeline.person, method))

    async def settle(self) -> None:
        """Wait until the product has answered everything; for tests."""
        while self._running:
            await asyncio.gather(*self._running)

    def state(self, timeline: Timeline, locale: Locale) -> dict[str, Any]:
        """What the page shows now; ``version`` changes with it."""
        now = self._now()
        for one in self.people.values():
            one.look(now)
        timeline.read = len(timeline.entries)
        person = timeline.person
        shown = {
            "people": [
                {"key": one.key, "name": one.name, "unread": 0 if one is timeline else one.unread}
                for one in self.people.values()
            ],
            "person": timeline.key,
            "entries": [entry.public() for entry in timeline.entries[-_LINES:]],
            "able": list(self.handset.able(person)),
            "menu": [vars(item) for item in self.handset.menu(person)],
            "facts": [self._fact(fact, locale) for fact in self.handset.facts(person)],
            "calls": len(self.handset.platform.calls),
            "violations": [
                {"path": one.path, "code": one.code, "text": one.text, "at": one.at.isoformat()}
                for one in self.handset.platform.violations[-_VIOLATIONS:][::-1]
            ],
        }
        digest = hashlib.sha256(json.dumps(shown, default=str).encode()).hexdigest()
        return {**shown, "version": digest[:16]}

    def _fact(self, fact: Fact, locale: Locale) -> dict[str, Any]:
        values = {
            name: value.astimezone().strftime("%m-%d %H:%M") if isinstance(value, datetime) else value
            for name, value in fact.values.items()
        }
        text = catalogue().translate(f"phone.fact.{fact.key}", locale, **values)
        return {"text": text, "alarming": fact.alarming}

    def _mine(self, timeline: Timeline, **fields: Any) -> Entry:
        timeline.look(self._now())
        entry = Entry(mine=True, at=self._now(), state="going", **fields)
        timeline.entries.append(entry)
        return entry

    def _do(self, timeline: Timeline, entry: Entry, doing: Callable[[], Awaitable[Any]]) -> None:
        """What one person does is told one after the other, as on a real phone."""

        async def run() -> None:
            async with self._locks[timeline.key]:
                try:
                    taken = self.handset.taken(await doing())
                except (LookupError, RuntimeError):
                    taken = False
            entry.state = "done" if taken else "failed"

        task = asyncio.get_running_loop().create_task(run())
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    def _now(self) -> datetime:
        now: datetime = self.handset.platform.clock.now()
        return now
