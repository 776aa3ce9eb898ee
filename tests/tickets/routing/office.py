from dataclasses import dataclass, field
from typing import Any

import bot.schema  # noqa: F401 - the tables.
from kit.access.models import Role, Staff
from kit.ground import Ground
from tests.support.tickets import open_one, ticket_now
from tests.support.web import add_staff
from tickets.desk.models import Assigning, Category, Presence, RotaShift, StaffProfile, Team, TeamMember
from tickets.models import EventKind, Ticket, TicketEvent
from tickets.repository import timeline
from tickets.routing.models import RoutingRule
from tickets.routing.presence import set_presence

ZONE = "Asia/Shanghai"


@dataclass
class Office:
    """Two teams, one working by load, and people who come and go."""

    ground: Ground
    teams: dict[str, int] = field(default_factory=dict)
    people: dict[str, Staff] = field(default_factory=dict)

    async def found(self) -> None:
        async with self.ground.db.transaction() as session:
            general = Team(key="general", name_zh="综合组", name_en="General", assigning=Assigning.BY_LOAD)
            beijing = Team(key="beijing", name_zh="北京组", name_en="Beijing")
            session.add_all([general, beijing])
            await session.flush()
            self.teams = {"general": general.id, "beijing": beijing.id}
            session.add(Category(key="login", name_zh="登录", name_en="Signing in", parent_id=None, priority=2))
            session.add(Category(key="print", name_zh="打印", name_en="Printing", team_id=beijing.id, priority=4))
            session.add(Category(key="data", name_zh="数据", name_en="Data", skill="数据库"))

    async def join(self, name: str, *, team: str = "general", capacity: int = 20, on: bool = True, **more: Any) -> int:
        staff = await add_staff(self.ground, role=Role.AGENT, login=name, name=name)
        self.people[name] = staff
        staff_id = staff.id or 0
        profile = {"skills": [], "languages": [], "preferences": {}, **more}
        async with self.ground.db.transaction() as session:
            session.add(StaffProfile(staff_id=staff_id, capacity=capacity, **profile))
            session.add(TeamMember(team_id=self.teams[team], staff_id=staff_id))
        if on:
            await self.presence(name, Presence.ON)
        return staff_id

    async def presence(self, name: str, state: Presence) -> None:
        async with self.ground.db.transaction() as session:
            await set_presence(session, self.ground.clock.now(), self.people[name].id or 0, state, zone=ZONE)

    async def appear(self, name: str) -> None:
        """Be there without being given anything, as when a shift begins."""
        async with self.ground.db.transaction() as session:
            profile = await session.get_one(StaffProfile, self.people[name].id)
            profile.presence, profile.presence_since = Presence.ON, self.ground.clock.now()

    async def rule(self, name: str, conditions: dict[str, Any], actions: dict[str, Any], **more: Any) -> None:
        async with self.ground.db.transaction() as session:
            session.add(RoutingRule(key=name, name=name, conditions=conditions, actions=actions, **more))

    async def shift(self, name: str, weekday: int, begins: int, ends: int, *, team: str = "general") -> None:
        staff_id = self.people[name].id or 0
        shift = {"team_id": self.teams[team], "staff_id": staff_id}
        async with self.ground.db.transaction() as session:
            session.add(RotaShift(**shift, weekday=weekday, begins=begins, ends=ends))

    async def opened(self, text: str = "登录不了", **more: Any) -> Ticket:
        return await ticket_now(self.ground, (await open_one(self.ground, text, **more)).ticket_id)

    async def owner(self, ticket: Ticket) -> str | None:
        now = await ticket_now(self.ground, ticket.id)
        return next((name for name, staff in self.people.items() if staff.id == now.assignee_id), None)

    async def events(self, ticket: Ticket, kind: EventKind) -> list[TicketEvent]:
        async with self.ground.db.reading() as session:
            return [event for event in await timeline(session, ticket.id) if event.kind == kind]
