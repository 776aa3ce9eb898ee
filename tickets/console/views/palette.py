"""What the palette offers besides the actions of the page it is opened on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from kit.access.models import Staff
from kit.i18n import LOCALES, catalogue, translate
from kit.settings import Locale
from tickets.console.queries.queue import QueueRecord
from tickets.console.selection import Selection, Tab
from tickets.console.views.queue import queue_row
from tickets.console.views.views import view_query
from tickets.macros.pinyin import readings_of
from tickets.search.excerpts import Segment
from tickets.search.wanted import Wanted
from tickets.timeline import spoken
from tickets.views.models import SavedView

_QUEUE = "/console/tickets"


@dataclass(frozen=True)
class Place:
    """Where one can go; ``kind`` has a text ``palette.kind.<kind>``, ``ways`` are other ways to type its label."""

    kind: str
    label: str
    href: str
    ways: list[str]


@dataclass(frozen=True, kw_only=True)
class TicketHit:
    """A ticket; the segments of ``title`` and ``said`` are pairs of a text and whether it was looked for."""

    id: int
    number: str
    title: list[tuple[str, bool]]
    said: list[tuple[str, bool]]
    detail: str


def places(views: Sequence[SavedView], people: Iterable[Staff], locale: Locale, *, but: int) -> list[Place]:
    """The tabs of the queue, the views somebody keeps, the tickets of each colleague ``but`` their own."""
    tabs = [(translate(f"console.tab.{tab}", locale), Selection(tab=tab).query()) for tab in Tab]
    kept = [(view.name, view_query(view)) for view in views]
    return [
        *(Place("view", name, _QUEUE + query, ways_to_type(name, locale)) for name, query in [*tabs, *kept]),
        *(_colleague(person, locale) for person in people if person.id != but),
    ]


def _colleague(person: Staff, locale: Locale) -> Place:
    ways = [*ways_to_type(person.name, locale), person.login]
    return Place("person", person.name, _QUEUE + Selection(assignee=person.id).query(), ways)


def ways_to_type(label: str, locale: Locale) -> list[str]:
    """How it is read, and what the other language calls it."""
    texts = [label, *_otherwise(locale).get(label, ())]
    return list(dict.fromkeys(filter(None, map(readings_of, texts))))


@cache
def _otherwise(locale: Locale) -> dict[str, tuple[str, ...]]:
    """Every text of the catalogue, by what it is in ``locale``."""
    found: dict[str, tuple[str, ...]] = {}
    for texts in catalogue().texts.values():
        others = tuple(texts[other] for other in LOCALES if other != locale)
        found[texts[locale]] = tuple(dict.fromkeys((*found.get(texts[locale], ()), *others)))
    return found


def ticket_hit(record: QueueRecord, now: datetime, locale: Locale, wanted: Wanted | None = None) -> TicketHit:
    """As the queue shows it: whatever is personal is masked there too."""
    row = queue_row(record, now, locale, wanted)
    about = [row.person, spoken("console.stages", row.stage, locale), row.assignee or row.team]
    return TicketHit(
        id=row.id,
        number=row.number,
        title=_pairs(row.title),
        said=_pairs(row.said),
        detail=" · ".join(filter(None, about)),
    )


def _pairs(segments: Iterable[Segment]) -> list[tuple[str, bool]]:
    return [(segment.text, segment.hit) for segment in segments]
