"""The radar at work: each process listens to the same complaints, and whoever is first writes down what it means."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, update
from sqlmodel import col, select

from kit.db import AsyncSession, Database
from tickets.incidents.models import Complaint, OutageProposal, ProposalState, RadarState
from tickets.incidents.radar import signatures as marks
from tickets.incidents.radar.baseline import HISTORY_HOURS
from tickets.incidents.radar.detection import Excess, Radar, Thresholds
from tickets.incidents.radar.proposals import QUIET_MIN, same_outage
from tickets.incidents.radar.season import Calendar
from tickets.sla.official import read_arrangement

HISTORY = timedelta(hours=HISTORY_HOURS)
#: A proposal nobody adds to for so long is another matter when it begins again.
QUIET = timedelta(minutes=QUIET_MIN)
#: A complaint may be committed so much later than it was made, after others that were made later.
LATE_COMMIT = timedelta(minutes=2)
_AT_ONCE = 5000
_LOOKED_BACK = timedelta(hours=1)
#: Of what was dismissed a crowd so many times larger is another matter.
_GROWN = 3


@dataclass(frozen=True)
class Surge:
    """More people than usual, with the complaint that made it so."""

    complaint_id: int
    at: datetime
    excess: Excess


@dataclass
class RadarWatch:
    """One process's ear; it can be thrown away at any time, and a new one hears the six weeks again."""

    db: Database
    zone: ZoneInfo
    thresholds: Thresholds = field(default_factory=Thresholds)
    _radar: Radar | None = None
    _heard: dict[int, datetime] = field(default_factory=dict)
    _newest: datetime | None = None
    #: From when to when complaints of a signature belong to an outage people know of.
    _known: list[tuple[frozenset[str], datetime, datetime | None]] = field(default_factory=list)
    _judged: set[int] = field(default_factory=set)

    async def look(self, now: datetime) -> list[OutageProposal]:
        """Hear what is new, and write down what it means; return the proposals that are new."""
        async with self.db.reading() as session:
            radar = self._radar or await self._begin(session, now)
            await self._learn_from(session, radar, now)
            surges = await self._hear(session, radar, now)
        async with self.db.transaction() as session:
            await self._link_known(session, now)
            return await _write(session, surges) if surges else []

    async def _begin(self, session: AsyncSession, now: datetime) -> Radar:
        arrangement = await read_arrangement(session)
        self._radar = Radar(Calendar(self.zone, arrangement.is_workday), self.thresholds)
        self._newest = now - HISTORY
        return self._radar

    async def _learn_from(self, session: AsyncSession, radar: Radar, now: datetime) -> None:
        """What people have said of proposals since the last look."""
        judged = select(OutageProposal).where(
            OutageProposal.state != ProposalState.OPEN, col(OutageProposal.decided_at) > now - HISTORY
        )
        self._known = []
        for proposal in await session.exec(judged):
            names = [reason["name"] for reason in proposal.reasons]
            if proposal.state == ProposalState.CONFIRMED:
                self._known.append((frozenset(names) - {marks.EVERYTHING}, _since(proposal), proposal.over_at))
            if proposal.id in self._judged:
                continue
            self._judged.add(proposal.id)
            for reason in proposal.reasons:
                _teach(radar, proposal, reason)

    async def _hear(self, session: AsyncSession, radar: Radar, now: datetime) -> list[Surge]:
        surges: list[Surge] = []
        while fresh := await self._fresh(session):
            for complaint in fresh:
                heard = marks.Complaint(complaint.at, complaint.contact_id, _signatures(complaint))
                excesses = radar.hear(heard, known=self._is_known(complaint, heard))
                surges += [Surge(complaint.id, complaint.at, excess) for excess in excesses]
                self._heard[complaint.id] = complaint.at
                self._newest = max(self._newest or complaint.at, complaint.at)
        settled = (self._newest or now) - 2 * LATE_COMMIT
        self._heard = {number: at for number, at in self._heard.items() if at >= settled}
        return surges

    async def _fresh(self, session: AsyncSession) -> Sequence[Complaint]:
        since = (self._newest or datetime.min.replace(tzinfo=UTC)) - LATE_COMMIT
        waiting = select(Complaint).where(col(Complaint.at) >= since).order_by(col(Complaint.at), col(Complaint.id))
        rows = (await session.exec(waiting.limit(_AT_ONCE + len(self._heard)))).all()
        return [row for row in rows if row.id not in self._heard]

    def _is_known(self, complaint: Complaint, heard: marks.Complaint) -> bool:
        names = {signature.name for signature in heard.signatures}
        return any(
            since <= complaint.at and (over is None or complaint.at <= over) and names & known
            for known, since, over in self._known
        )

    async def _link_known(self, session: AsyncSession, now: datetime) -> None:
        """Who complains of an outage people know of belongs to it."""
        running = select(OutageProposal).where(
            OutageProposal.state == ProposalState.CONFIRMED,
            col(OutageProposal.over_at).is_(None),
            col(OutageProposal.decided_at) > now - HISTORY,
        )
        for proposal in (await session.exec(running)).all():
            for reason in proposal.reasons:
                if reason["name"] != marks.EVERYTHING:
                    since = max(_since(proposal), now - _LOOKED_BACK)
                    await _link(session, proposal.id, _of(reason["name"]), since)
            await _count(session, proposal)


def _teach(radar: Radar, proposal: OutageProposal, reason: dict[str, object]) -> None:
    name = str(reason["name"])
    if proposal.state == ProposalState.DISMISSED:
        radar.allow(name, float(str(reason["people"])) / max(float(str(reason["expected"])), 0.01))
    else:
        radar.forget(name, int(proposal.opened_at.timestamp()) // 3600 - 1)


def _since(proposal: OutageProposal) -> datetime:
    """Before anybody could have seen it."""
    return proposal.opened_at - timedelta(minutes=max(reason["span_min"] for reason in proposal.reasons))


def _signatures(complaint: Complaint) -> tuple[marks.Signature, ...]:
    return marks.signatures(
        marks.Marks(
            component=complaint.component,
            region=complaint.region,
            version=complaint.version,
            code=complaint.code,
            wording=complaint.wording,
        )
    )


async def _write(session: AsyncSession, surges: Sequence[Surge]) -> list[OutageProposal]:
    """Whatever another process has not written down already."""
    state = await _turn(session)
    opened: list[OutageProposal] = []
    for surge in surges:
        if surge.complaint_id <= state.complaint_id:
            continue
        proposal, new = await _proposal_for(session, surge)
        if new:
            opened.append(proposal)
        if proposal.state != ProposalState.DISMISSED:
            await _add(session, proposal, surge)
    state.complaint_id = max(state.complaint_id, *(surge.complaint_id for surge in surges))
    session.add(state)
    await session.flush()
    return opened


async def _turn(session: AsyncSession) -> RadarState:
    """One process at a time."""
    mine = select(RadarState).where(RadarState.id == 1).with_for_update().execution_options(populate_existing=True)
    state = (await session.exec(mine)).first()
    if state is None:
        state = RadarState()
        session.add(state)
        await session.flush()
    return state


async def _proposal_for(session: AsyncSession, surge: Surge) -> tuple[OutageProposal, bool]:
    """The one it belongs to, of the same signature or of the same people, dismissed ones too; else a new one."""
    recent = select(OutageProposal).where(
        col(OutageProposal.newest_at) >= surge.at - QUIET,
        col(OutageProposal.over_at).is_(None),
    )
    standing = (await session.exec(recent.order_by(col(OutageProposal.id)))).all()
    shared = await _shared(session, surge.excess.people, [proposal.id for proposal in standing])
    for proposal in standing:
        if _belongs(surge.excess, proposal, shared.get(proposal.id, 0)):
            return proposal, False
    proposal = OutageProposal(state=ProposalState.OPEN, opened_at=surge.at, newest_at=surge.at)
    session.add(proposal)
    await session.flush()
    return proposal, True


def _belongs(excess: Excess, proposal: OutageProposal, shared: int) -> bool:
    of_the_same = same_outage(len(excess.people), proposal.people or 1, shared)
    if proposal.state == ProposalState.DISMISSED:
        return of_the_same and len(excess.people) < _GROWN * proposal.people
    return of_the_same or any(reason["name"] == excess.signature.name for reason in proposal.reasons)


async def _shared(session: AsyncSession, people: Iterable[int], proposals: Sequence[int]) -> dict[int, int]:
    if not proposals:
        return {}
    counted = (
        select(Complaint.proposal_id, func.count(func.distinct(Complaint.contact_id)))
        .where(col(Complaint.proposal_id).in_(proposals), col(Complaint.contact_id).in_(list(people)))
        .group_by(col(Complaint.proposal_id))
    )
    return {proposal_id: count for proposal_id, count in await session.exec(counted) if proposal_id is not None}


async def _add(session: AsyncSession, proposal: OutageProposal, surge: Surge) -> None:
    excess = surge.excess
    reason = {
        "name": excess.signature.name,
        "component": excess.signature.component,
        "span_min": excess.span_min,
        "people": len(excess.people),
        "expected": round(excess.expected, 3),
        "surprise": round(excess.surprise, 1),
        "at": surge.at.isoformat(),
    }
    others = [one for one in proposal.reasons if one["name"] != reason["name"]]
    before = next((one for one in proposal.reasons if one["name"] == reason["name"]), reason)
    proposal.reasons = [*others, max(before, reason, key=lambda one: one["surprise"])]
    proposal.newest_at = max(proposal.newest_at, surge.at)
    since = surge.at - timedelta(minutes=excess.span_min)
    theirs = and_(_of(excess.signature.name), col(Complaint.contact_id).in_(list(excess.people)))
    await _link(session, proposal.id, theirs, since)
    await _count(session, proposal)


def _of(name: str) -> ColumnElement[bool]:
    """Complaints with the marks of a signature."""
    wanted = marks.marks_in(name)
    return and_(col(Complaint.id) > 0, *(getattr(Complaint, mark) == value for mark, value in wanted.items()))


async def _link(session: AsyncSession, proposal_id: int, which: ColumnElement[bool], since: datetime) -> None:
    theirs = update(Complaint).where(col(Complaint.at) >= since, col(Complaint.proposal_id).is_(None), which)
    await session.exec(theirs.values(proposal_id=proposal_id))


async def _count(session: AsyncSession, proposal: OutageProposal) -> None:
    linked = select(func.count(func.distinct(Complaint.contact_id))).where(Complaint.proposal_id == proposal.id)
    proposal.people = (await session.exec(linked)).one()
    session.add(proposal)
