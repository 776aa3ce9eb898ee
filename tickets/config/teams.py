"""Teams and who is in them."""

from collections.abc import Iterable
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field
from sqlmodel import col, delete, select

from kit.access.models import Staff
from kit.db import AsyncSession
from tickets.config.section import Hand, Item, Section, ids_of, keys_used, of_known, reverse
from tickets.config.values import Line, PersonName, Span, Title
from tickets.desk.models import Assigning, ReopenPolicy, RotaShift, Team, TeamMember
from tickets.models import Ticket, TicketEvent


class TeamItem(Item):
    """A team; ``region`` brings it the people of a region first."""

    name_zh: Title
    name_en: Title
    active: bool = True
    region: Line | None = None
    members: Annotated[list[PersonName], AfterValidator(lambda logins: sorted(set(logins)))] = Field(
        default_factory=list
    )
    assigning: Assigning = Assigning.BY_HAND
    return_after: Span | None = None
    reopening: ReopenPolicy = ReopenPolicy.REOPEN
    reopen_days: Annotated[int, Field(ge=1, le=3650)] = 7
    keep_owner: bool = True


class Teams(Section):
    """Teams; one that has tickets is closed instead of deleted."""

    name: ClassVar[str] = "teams"
    item = TeamItem

    async def load(self, session: AsyncSession) -> dict[str, TeamItem]:
        logins = reverse(await ids_of(session, Staff, "login"))
        members: dict[int, list[int]] = {}
        for one in (await session.exec(select(TeamMember))).all():
            members.setdefault(one.team_id, []).append(one.staff_id)
        teams = (await session.exec(select(Team))).all()
        return {team.key: _team_item(team, of_known(logins, members.get(team.id, []))) for team in teams}

    async def save(self, hand: Hand, key: str, item: TeamItem) -> None:
        session = hand.session
        team = (await session.exec(select(Team).where(Team.key == key))).one_or_none()
        team = team or Team(key=key, name_zh="", name_en="")
        team.sqlmodel_update(
            {
                "name_zh": item.name_zh,
                "name_en": item.name_en,
                "active": item.active,
                "region": item.region or None,
                "assigning": item.assigning.value,
                "return_after_s": item.return_after,
                "reopening": item.reopening.value,
                "reopen_days": item.reopen_days,
                "keep_owner": item.keep_owner,
            }
        )
        session.add(team)
        await session.flush()
        await _set_members(session, team.id, item.members)

    async def remove(self, session: AsyncSession, key: str) -> None:
        team = (await session.exec(select(Team).where(Team.key == key))).one()
        await session.exec(delete(TeamMember).where(col(TeamMember.team_id) == team.id))
        await session.exec(delete(RotaShift).where(col(RotaShift.team_id) == team.id))
        await session.delete(team)
        await session.flush()

    async def used(self, session: AsyncSession) -> set[str]:
        return await keys_used(session, Team, "key", Ticket.team_id, TicketEvent.team_id)

    def refers(self, item: TeamItem) -> Iterable[tuple[str, str]]:
        return [("people", login) for login in item.members]


def _team_item(team: Team, members: list[str]) -> TeamItem:
    return TeamItem(
        name_zh=team.name_zh,
        name_en=team.name_en,
        active=team.active,
        region=team.region,
        members=members,
        assigning=Assigning(team.assigning),
        return_after=team.return_after_s,
        reopening=ReopenPolicy(team.reopening),
        reopen_days=team.reopen_days,
        keep_owner=team.keep_owner,
    )


async def _set_members(session: AsyncSession, team_id: int, logins: list[str]) -> None:
    ids = await ids_of(session, Staff, "login")
    wanted = {ids[login] for login in logins}
    mine = select(TeamMember).where(TeamMember.team_id == team_id)
    present = {member.staff_id: member for member in (await session.exec(mine)).all()}
    for staff_id in present.keys() - wanted:
        await session.delete(present[staff_id])
    session.add_all(TeamMember(team_id=team_id, staff_id=staff_id) for staff_id in sorted(wanted - present.keys()))
    await session.flush()
