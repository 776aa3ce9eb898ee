"""The sheet: what is looked at in a talk, how much each counts, and what a talk comes to."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlmodel import col, select

from kit.audit import Author, Change, record, take_turn
from kit.db import AsyncSession
from kit.i18n import Locale, translate
from knowledge.quality.errors import MarksMissingError, SheetUnfitError
from knowledge.quality.models import QualitySheet

#: Those that are shipped, each with a text ``quality.criterion.<key>``.
SHIPPED = {"right": 4, "complete": 2, "tone": 1, "handed_over": 3}
MOST_CRITERIA, HEAVIEST, TEXT_MAX = 12, 10, 120
AUDIT_KIND = "quality_sheet"


class Mark(StrEnum):
    """How far a talk does what a criterion asks; each has a text ``quality.mark.<mark>``."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    NOT_ASKED = "na"


_WORTH = {Mark.YES: 100, Mark.PARTLY: 50, Mark.NO: 0}


@dataclass(frozen=True, slots=True)
class Criterion:
    """``key`` stays when the text is changed, so that figures go on."""

    key: str
    zh: str
    en: str
    weight: int

    def text(self, locale: Locale) -> str:
        return self.en if locale == "en" else self.zh


def criteria_of(stored: Sequence[Mapping[str, Any]]) -> list[Criterion]:
    return [Criterion(**one) for one in stored]


async def current_sheet(session: AsyncSession) -> list[Criterion]:
    """The latest, or what is shipped."""
    row = (await session.exec(select(QualitySheet).order_by(col(QualitySheet.id).desc()).limit(1))).first()
    return _shipped() if row is None else criteria_of(row.criteria)


def _shipped() -> list[Criterion]:
    texts = ((key, f"quality.criterion.{key}", weight) for key, weight in SHIPPED.items())
    return [Criterion(key, translate(text, "zh"), translate(text, "en"), weight) for key, text, weight in texts]


async def change_sheet(session: AsyncSession, now: datetime, by: Author, criteria: Sequence[Criterion]) -> None:
    """Samples drawn from now on are scored by it; raises SheetUnfitError."""
    if not 1 <= len(criteria) <= MOST_CRITERIA or not all(_fit(one) for one in criteria):
        raise SheetUnfitError
    if len({one.key for one in criteria}) != len(criteria):
        raise SheetUnfitError
    await take_turn(session)
    before = {"criteria": [asdict(one) for one in await current_sheet(session)]}
    after = {"criteria": [asdict(one) for one in criteria]}
    if after == before:
        return
    session.add(QualitySheet(criteria=after["criteria"], by=by.name, at=now))
    await record(session, now, by, Change(action="changed", kind=AUDIT_KIND, key="sheet", before=before, after=after))


def _fit(one: Criterion) -> bool:
    texts = all(0 < len(text) <= TEXT_MAX for text in (one.key, one.zh, one.en))
    return texts and 1 <= one.weight <= HEAVIEST


def total_of(criteria: Sequence[Criterion], marks: Mapping[str, str]) -> int | None:
    """0 to 100, by weight, of what applies; nothing where nothing does. Raises MarksMissingError."""
    try:
        given = [(one.weight, Mark(marks[one.key])) for one in criteria]
    except (KeyError, ValueError) as error:
        raise MarksMissingError from error
    counted = [(weight, _WORTH[mark]) for weight, mark in given if mark is not Mark.NOT_ASKED]
    weights = sum(weight for weight, _ in counted)
    return round(sum(weight * worth for weight, worth in counted) / weights) if weights else None
