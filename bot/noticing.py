"""One process's look at the radar; supervisors are called when it sees something new."""

from zoneinfo import ZoneInfo

from sqlmodel import col, select

from kit.access.identity import Role
from kit.access.models import Staff
from kit.ground import Ground
from tickets.incidents.watching import RadarWatch
from tickets.notices.models import NoticeKind
from tickets.notices.service import notify_elsewhere
from tickets.outages import HOME


class Lookout:
    """Looks at the radar for one process, and calls the supervisors when it sees something new."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._watch = RadarWatch(ground.db, ZoneInfo(ground.settings.time_zone))

    async def look(self) -> None:
        """Hear what is new; whoever decides finds it at the bell."""
        now = self._ground.clock.now()
        opened = await self._watch.look(now)
        if not opened:
            return
        async with self._ground.db.transaction() as session:
            deciding = select(Staff).where(col(Staff.active), col(Staff.role).in_((Role.SUPERVISOR, Role.ADMIN)))
            for person in (await session.exec(deciding)).all():
                for proposal in opened:
                    await notify_elsewhere(
                        session,
                        now,
                        person.id or 0,
                        NoticeKind.OUTAGE_PROPOSED,
                        address=f"{HOME}#o-{proposal.id}",
                        count=proposal.people,
                    )
