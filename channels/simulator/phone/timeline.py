"""What one person sees on the phone: their own words and what reached them, in the order it happened."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from channels.simulator.people import Arrived

#: How files begin, and what a browser may be told they are.
_MARKS = (
    (b"\x89PNG", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"#!AMR", "audio/amr"),
)


def media_type(content: bytes) -> str:
    """What a browser may show; anything else is a file to keep."""
    if content[8:12] == b"WEBP" and content.startswith(b"RIFF"):
        return "image/webp"
    if content[4:8] == b"ftyp":
        return "video/mp4"
    return next((mime for mark, mime in _MARKS if content.startswith(mark)), "application/octet-stream")


@dataclass(kw_only=True)
class Entry:
    """One line of the chat: somebody's own (``mine``) or one that arrived."""

    id: str = field(default_factory=lambda: secrets.token_urlsafe(9))
    mine: bool
    text: str = ""
    media: bytes | None = None
    media_name: str = ""
    at: datetime
    arrived: Arrived | None = None
    #: No words, but something done: the name of an ability.
    act: str = ""
    #: going, done or failed: whether the product has taken it.
    state: str = "done"

    def public(self) -> dict[str, Any]:
        """As the page gets it."""
        shown = self.arrived
        file = None
        if self.media is not None:
            file = {"name": self.media_name, "mime": media_type(self.media)}
        return {
            "id": self.id,
            "mine": self.mine,
            "act": self.act,
            "notice": bool(shown and shown.kind == "notice"),
            "text": _words(shown) if shown else self.text,
            "file": file,
            "buttons": list(shown.buttons) if shown else [],
            "links": [{"label": label, "url": url} for label, url in shown.links.items()] if shown else [],
            "at": self.at.isoformat(),
            "state": self.state,
        }


@dataclass
class Timeline:
    """The chat of one person."""

    key: str
    name: str
    person: Any
    entries: list[Entry] = field(default_factory=list)
    #: So much of it has been looked at.
    read: int = 0

    def look(self, now: datetime) -> None:
        """Take over what has reached the person, and let go what was taken back."""
        known = {id(entry.arrived) for entry in self.entries if entry.arrived is not None}
        there = {id(arrived) for arrived in self.person.inbox}
        self.entries = [entry for entry in self.entries if entry.mine or id(entry.arrived) in there]
        for arrived in self.person.inbox:
            if id(arrived) not in known:
                self.entries.append(_entry(arrived, now))

    def entry(self, entry_id: str) -> Entry:
        """The line of that id; raises LookupError."""
        for entry in self._newest_first():
            if entry.id == entry_id:
                return entry
        raise LookupError(entry_id)

    @property
    def unread(self) -> int:
        """How many lines have arrived since somebody looked."""
        return sum(not entry.mine for entry in self.entries[self.read :])

    def _newest_first(self) -> Iterator[Entry]:
        return reversed(self.entries)


def _words(arrived: Arrived) -> str:
    """The text without the lines that are quick replies: these are buttons here."""
    return "\n".join(line for line in arrived.text.splitlines() if line not in arrived.buttons).rstrip()


def _entry(arrived: Arrived, now: datetime) -> Entry:
    return Entry(
        mine=False,
        media=arrived.media,
        media_name=arrived.media_name or arrived.kind,
        at=arrived.at or now,
        arrived=arrived,
    )
