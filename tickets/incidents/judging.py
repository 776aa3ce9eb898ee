"""A person says whether what the radar proposes is an outage; both answers teach it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update
from sqlmodel import col, select

from kit.audit import Author, Change, record
from kit.db import AsyncSession
from tickets.conversations.models import Message
from tickets.incidents.errors import NoSuchProposalError, ProposalDecidedError
from tickets.incidents.models import Complaint, OutageProposal, ProposalState

_SAMPLES = 5


async def judge(
    session: AsyncSession, now: datetime, author: Author, proposal_id: int, verdict: ProposalState, *, why: str = ""
) -> OutageProposal:
    """Confirm or dismiss; raises ProposalDecidedError when somebody has, NoSuchProposalError."""
    proposal = await find_proposal(session, proposal_id)
    mine = (
        update(OutageProposal)
        .where(col(OutageProposal.id) == proposal_id, col(OutageProposal.state) == ProposalState.OPEN)
        .values(state=verdict, decided_at=now, decided_by=author.id, why=why)
    )
    if not (await session.exec(mine)).rowcount:
        raise ProposalDecidedError
    await session.refresh(proposal)
    await record(session, now, author, _change(proposal, verdict, why))
    return proposal


async def end(session: AsyncSession, now: datetime, author: Author, proposal_id: int) -> OutageProposal:
    """It is over: who complains of the same from now on is another matter."""
    proposal = await find_proposal(session, proposal_id)
    mine = (
        update(OutageProposal)
        .where(
            col(OutageProposal.id) == proposal_id,
            col(OutageProposal.state) == ProposalState.CONFIRMED,
            col(OutageProposal.over_at).is_(None),
        )
        .values(over_at=now)
    )
    if not (await session.exec(mine)).rowcount:
        raise ProposalDecidedError
    await session.refresh(proposal)
    await record(session, now, author, _change(proposal, "over", ""))
    return proposal


async def find_proposal(session: AsyncSession, proposal_id: int) -> OutageProposal:
    """Raises NoSuchProposalError."""
    proposal = await session.get(OutageProposal, proposal_id)
    if proposal is None:
        raise NoSuchProposalError
    return proposal


async def proposals(
    session: AsyncSession, *, before: tuple[datetime, int] | None = None, limit: int = 30
) -> Sequence[OutageProposal]:
    """The newest first."""
    query = select(OutageProposal).order_by(col(OutageProposal.opened_at).desc(), col(OutageProposal.id).desc())
    if before is not None:
        at, number = before
        later = (col(OutageProposal.opened_at) < at) | (
            (col(OutageProposal.opened_at) == at) & (col(OutageProposal.id) < number)
        )
        query = query.where(later)
    return (await session.exec(query.limit(limit))).all()


async def samples(session: AsyncSession, proposal_id: int) -> Sequence[tuple[str, int]]:
    """What the newest of them wrote, with the number of the conversation."""
    said = (
        select(Message.text, Complaint.conversation_id)
        .join(Complaint, col(Complaint.message_id) == col(Message.id))
        .where(Complaint.proposal_id == proposal_id)
        .order_by(col(Complaint.at).desc(), col(Complaint.id).desc())
    )
    rows = (await session.exec(said.limit(_SAMPLES))).all()
    return [(text, conversation_id) for text, conversation_id in rows]


def _change(proposal: OutageProposal, action: str, why: str) -> Change:
    names = [reason["name"] for reason in proposal.reasons]
    return Change(kind="outage", key=str(proposal.id), action=action, after={"why": why, "signatures": names})
