"""What the pages of administration share: the section that is asked for, and whether this person may edit it."""

from typing import Annotated

from fastapi import Depends, Path, Query

from kit.access.identity import Role
from kit.audit import Author
from kit.db import AsyncSession
from kit.errors import ForbiddenError, NotFoundError
from tickets.config.section import Hand, Section
from tickets.config.sections import SECTIONS
from tickets.console.endpoints.counter import Counter, CounterDep

HOME = "/console/admin"
KEY_MAX = 80
KeyQuery = Annotated[str, Query(max_length=KEY_MAX)]


async def _section(name: Annotated[str, Path(max_length=40)]) -> Section:
    if name not in SECTIONS:
        raise NotFoundError
    return SECTIONS[name]


SectionDep = Annotated[Section, Depends(_section)]


async def _editable(desk: CounterDep, section: SectionDep) -> Section:
    if not may_edit(desk, section):
        raise ForbiddenError
    return section


#: The section, for who may change it.
EditableDep = Annotated[Section, Depends(_editable)]


def may_edit(desk: Counter, section: Section) -> bool:
    return desk.staff.may(section.role)


def author_of(desk: Counter) -> Author:
    return Author(desk.staff.name, desk.staff.id)


def hand_of(desk: Counter, session: AsyncSession) -> Hand:
    return Hand(session, desk.now, author_of(desk))


#: Supervisors read everything here and write what is theirs.
READERS = Role.SUPERVISOR
