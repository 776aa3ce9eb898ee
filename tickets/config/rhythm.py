"""How people are kept informed: the intervals of follow-ups, where the desk chose others than its installation."""

from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field
from sqlmodel import col, select

from kit.db import AsyncSession
from kit.settings import QUIET_HOURS
from tickets.config.section import Hand, Item, Section
from tickets.config.values import Line, Span, problem
from tickets.desk.models import DeskSetting

#: No quiet hours at all.
NEVER = "-"


def _hours(value: str | None) -> str | None:
    if value and value != NEVER and not QUIET_HOURS.fullmatch(value):
        raise problem("quiet_hours", value=value)
    return value


class RhythmItem(Item):
    """Nothing chosen means as the installation says."""

    progress_every: Span | None = None
    fixed_check_after: Span | None = None
    survey_after: Span | None = None
    survey_quiet_days: Annotated[float, Field(ge=0, le=3650)] | None = None
    confirm_window: Span | None = None
    quiet_hours: Annotated[Line, AfterValidator(_hours)] | None = None


#: The names of the settings of :class:`kit.settings.Settings`, which are those of the stored choices, by field.
STORED = {
    "progress_every": "progress_every_s",
    "fixed_check_after": "fixed_check_after_s",
    "survey_after": "survey_after_s",
    "survey_quiet_days": "survey_quiet_days",
    "confirm_window": "confirm_window_s",
    "quiet_hours": "quiet_hours",
}


class Rhythms(Section):
    """One item."""

    name: ClassVar[str] = "rhythm"
    item = RhythmItem
    only: ClassVar[tuple[str, ...]] = ("desk",)

    async def load(self, session: AsyncSession) -> dict[str, RhythmItem]:
        rows = (await session.exec(select(DeskSetting).where(col(DeskSetting.key).in_(STORED.values())))).all()
        chosen: dict[str, Any] = {row.key: row.value for row in rows}
        if chosen.get("quiet_hours") == "":
            chosen["quiet_hours"] = NEVER
        return {"desk": RhythmItem(**{field: chosen.get(stored) for field, stored in STORED.items()})}

    async def save(self, hand: Hand, key: str, item: RhythmItem) -> None:  # noqa: ARG002 - there is one item only.
        session = hand.session
        for field, stored in STORED.items():
            value = getattr(item, field)
            value = "" if value == NEVER else value
            row = await session.get(DeskSetting, stored)
            if value is None and row is not None:
                await session.delete(row)
            elif value is not None:
                row = row or DeskSetting(key=stored, value=value)
                row.value = value
                session.add(row)
        await session.flush()
