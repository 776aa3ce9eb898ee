"""The few rows that filters and menus offer."""

from sqlmodel import col, select

from kit.access.models import Role, Staff
from kit.db import AsyncSession
from tickets.desk.models import Category, Team

_MOST_STAFF = 300


async def teams(session: AsyncSession) -> list[Team]:
    """All teams, in the order they were made."""
    return list((await session.exec(select(Team).order_by(col(Team.id)))).all())


async def get_team(session: AsyncSession, team_id: int) -> Team | None:
    return (await session.exec(select(Team).where(Team.id == team_id))).first()


async def assignable(session: AsyncSession) -> list[Staff]:
    """Who may have tickets, by name."""
    able = select(Staff).where(col(Staff.active), col(Staff.role) != Role.EDITOR)
    return list((await session.exec(able.order_by(col(Staff.name)).limit(_MOST_STAFF))).all())


async def staff_name(session: AsyncSession, staff_id: int | None) -> str | None:
    """The name of an account, closed ones too."""
    if staff_id is None:
        return None
    return (await session.exec(select(Staff.name).where(Staff.id == staff_id))).first()


async def categories(session: AsyncSession) -> list[Category]:
    """Those in use, in the order the desk gave them."""
    active = select(Category).where(col(Category.active)).order_by(col(Category.position), col(Category.id))
    return list((await session.exec(active)).all())
