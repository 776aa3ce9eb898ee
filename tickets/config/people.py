"""People at the desk by login; passwords are no configuration."""

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, ClassVar

from pydantic import Field
from sqlmodel import col, select

from kit.access.identity import Role
from kit.access.models import Staff
from kit.access.service import edit_staff, hire
from kit.db import AsyncSession
from kit.settings import Locale
from tickets.config.section import Hand, Item, Misfit, Section
from tickets.config.values import Names, Title
from tickets.desk.models import StaffProfile

_CAPACITY = 20


class Person(Item):
    """A member of staff."""

    name: Title
    role: Role = Role.AGENT
    active: bool = True
    locale: Locale = "zh"
    skills: Names = Field(default_factory=list)
    languages: Names = Field(default_factory=list)
    capacity: Annotated[int, Field(ge=0, le=1000)] = _CAPACITY


class People(Section):
    """Accounts and what the desk knows of their holders; nobody is ever deleted, for tickets tell who did what."""

    name: ClassVar[str] = "people"
    item = Person
    key_pattern: ClassVar[re.Pattern[str]] = re.compile(r"[^\sA-Z]{2,64}")

    async def load(self, session: AsyncSession) -> dict[str, Person]:
        everybody = (await session.exec(select(Staff))).all()
        profiles = {one.staff_id: one for one in (await session.exec(select(StaffProfile))).all()}
        return {staff.login: _person(staff, profiles.get(staff.id or 0)) for staff in everybody}

    async def save(self, hand: Hand, key: str, item: Person) -> None:
        session = hand.session
        staff = (await session.exec(select(Staff).where(Staff.login == key))).one_or_none()
        if staff is None:
            staff = await hire(session, hand.now, login=key, name=item.name, role=item.role, locale=item.locale)
        staff_id = staff.id or 0
        await edit_staff(session, staff_id, name=item.name, role=item.role, locale=item.locale, active=item.active)
        profile = await session.get(StaffProfile, staff_id)
        if profile is None:
            profile = StaffProfile(staff_id=staff_id, skills=[], languages=[], preferences={})
        profile.skills, profile.languages, profile.capacity = item.skills, item.languages, item.capacity
        session.add(profile)
        await session.flush()

    async def used(self, session: AsyncSession) -> set[str]:
        return set((await session.exec(select(col(Staff.login)))).all())

    def misfits(self, items: Mapping[str, Person]) -> Iterable[Misfit]:
        admins = [one for one in items.values() if one.active and one.role == Role.ADMIN]
        # An installation that never had one, made from the command line, may grow one.
        if not admins and items:
            yield Misfit(next(iter(items)), "role", "last_admin")


def _person(staff: Staff, profile: StaffProfile | None) -> Person:
    return Person(
        name=staff.name,
        role=Role(staff.role),
        active=staff.active,
        locale="en" if staff.locale == "en" else "zh",
        skills=profile.skills if profile else [],
        languages=profile.languages if profile else [],
        capacity=profile.capacity if profile else _CAPACITY,
    )
