"""Who is on duty for a team, by the team's key; supervisors write it."""

from collections.abc import Iterable
from typing import Annotated, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from sqlmodel import col, delete, select

from kit.access.identity import Role
from kit.access.models import Staff
from kit.db import AsyncSession
from tickets.config.section import Hand, Item, Section, ids_of, reverse
from tickets.config.values import WEEK, Day, Days, PersonName, TimeOfDay, problem, show_time
from tickets.desk.models import RotaShift, Team


class Shift(BaseModel):
    """Somebody's hours on some days of each week."""

    model_config = ConfigDict(extra="forbid")

    person: PersonName
    days: Annotated[Days, Field(min_length=1)]
    begins: TimeOfDay
    ends: TimeOfDay

    @model_validator(mode="after")
    def _forward(self) -> "Shift":
        if self.ends <= self.begins:
            raise problem("backwards", begins=show_time(self.begins), ends=show_time(self.ends))
        return self


def _in_order(shifts: list[Shift]) -> list[Shift]:
    """One line for the same hours of a person, whatever days they were written on."""
    days: dict[tuple[str, int, int], set[Day]] = {}
    for shift in shifts:
        days.setdefault((shift.person, shift.begins, shift.ends), set()).update(shift.days)
    return [_shift(*hours, days[hours]) for hours in sorted(days)]


def _shift(person: str, begins: int, ends: int, days: Iterable[Day]) -> Shift:
    """From minutes, which as such are not what people write."""
    return Shift.model_construct(person=person, days=sorted(days, key=WEEK.index), begins=begins, ends=ends)


class RotaItem(Item):
    """The shifts of one team; none means that whoever is present is on duty."""

    shifts: Annotated[list[Shift], AfterValidator(_in_order)] = Field(default_factory=list)


class Rota(Section):
    """One item for each team that has shifts."""

    name: ClassVar[str] = "rota"
    item = RotaItem
    role = Role.SUPERVISOR
    keys_of: ClassVar[str] = "teams"

    async def load(self, session: AsyncSession) -> dict[str, RotaItem]:
        teams = reverse(await ids_of(session, Team))
        logins = reverse(await ids_of(session, Staff, "login"))
        shifts: dict[str, list[Shift]] = {}
        for row in (await session.exec(select(RotaShift))).all():
            shift = _shift(logins[row.staff_id], row.begins, row.ends, [WEEK[row.weekday]])
            shifts.setdefault(teams[row.team_id], []).append(shift)
        return {team: RotaItem(shifts=shifts.get(team, [])) for team in teams.values()}

    async def save(self, hand: Hand, key: str, item: RotaItem) -> None:
        session = hand.session
        team_id = (await ids_of(session, Team))[key]
        staff = await ids_of(session, Staff, "login")
        await session.exec(delete(RotaShift).where(col(RotaShift.team_id) == team_id))
        session.add_all(
            RotaShift(
                team_id=team_id,
                staff_id=staff[shift.person],
                weekday=WEEK.index(day),
                begins=shift.begins,
                ends=shift.ends,
            )
            for shift in item.shifts
            for day in shift.days
        )
        await session.flush()

    async def used(self, session: AsyncSession) -> set[str]:
        return set(await ids_of(session, Team))

    def refers(self, item: RotaItem) -> Iterable[tuple[str, str]]:
        return [("people", shift.person) for shift in item.shifts]
