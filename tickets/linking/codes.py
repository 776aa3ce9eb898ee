"""One-time codes: shown to the person once, kept as a digest, spent by whoever shows one first."""

import hmac
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, delete, select, update

from kit.db import AsyncSession
from tickets.conversations.models import Conversation
from tickets.linking.models import LinkCode, LinkGuard
from tickets.linking.proofs import Proof, Standing, new_code

LASTS = timedelta(minutes=10)
WRONG_BEFORE_LOCK = 5
LOCKED_FOR = timedelta(minutes=15)
_KEPT = timedelta(days=1)


async def issue_code(session: AsyncSession, now: datetime, conversation: Conversation, *, secret: str) -> str:
    """A new code for the person here; earlier ones of this conversation are worth nothing any more."""
    unused = (col(LinkCode.conversation_id) == conversation.id, col(LinkCode.used_at).is_(None))
    await session.exec(delete(LinkCode).where(*unused))
    await session.exec(delete(LinkCode).where(col(LinkCode.expires_at) < now - _KEPT))
    code = new_code()
    session.add(LinkCode(digest=_digest(code, secret), conversation_id=conversation.id, expires_at=now + LASTS))
    await session.flush()
    return code


async def prove(session: AsyncSession, now: datetime, conversation: Conversation, code: str, *, secret: str) -> Proof:
    """How the code stands here; a wrong one is counted, and after several of them none is looked at for a while."""
    guard = (await session.exec(select(LinkGuard).where(LinkGuard.thread == conversation.thread))).first()
    if guard is not None and guard.locked_until is not None and guard.locked_until > now:
        return Proof(Standing.LOCKED)
    digest = _digest(code, secret)
    found = (await session.exec(select(LinkCode).where(LinkCode.digest == digest))).first()
    if found is None or not hmac.compare_digest(found.digest, digest) or found.used_at or found.expires_at <= now:
        await _count_wrong(session, now, conversation.thread)
        return Proof(Standing.WRONG)
    return Proof(await _standing(session, conversation, found), found.id, found.conversation_id)


async def _standing(session: AsyncSession, conversation: Conversation, code: LinkCode) -> Standing:
    if code.conversation_id == conversation.id:
        return Standing.OWN
    owner = select(Conversation.contact_id).where(Conversation.id == code.conversation_id)
    same = (await session.exec(owner)).one() == conversation.contact_id
    return Standing.SAME if same else Standing.GOOD


async def spend(session: AsyncSession, now: datetime, conversation: Conversation, code_id: int) -> bool:
    """Use the code up; False when somebody else was faster. The database decides."""
    unused = (col(LinkCode.id) == code_id, col(LinkCode.used_at).is_(None), col(LinkCode.expires_at) > now)
    spent = await session.exec(
        update(LinkCode).where(*unused).values(used_at=now).execution_options(synchronize_session=False)
    )
    if spent.rowcount != 1:
        return False
    await session.exec(delete(LinkGuard).where(col(LinkGuard.thread) == conversation.thread))
    return True


async def _count_wrong(session: AsyncSession, now: datetime, thread: str) -> None:
    counted = _COUNT[session.get_bind().dialect.name].values(thread=thread, failures=1)
    failures = (await session.execute(counted)).scalar_one()
    if failures >= WRONG_BEFORE_LOCK:
        locked = update(LinkGuard).where(col(LinkGuard.thread) == thread)
        values = locked.values(failures=0, locked_until=now + LOCKED_FOR)
        await session.exec(values.execution_options(synchronize_session=False))


def _digest(code: str, secret: str) -> str:
    return hmac.digest(secret.encode(), f"link code {code}".encode(), "sha256").hex()


def _counting(dialect_insert: Any) -> Insert:
    statement = dialect_insert(LinkGuard)
    counted: Insert = statement.on_conflict_do_update(
        index_elements=["thread"], set_={"failures": col(LinkGuard.failures) + 1, "locked_until": None}
    ).returning(col(LinkGuard.failures))
    return counted


# Built once: to build a statement costs more than to run it.
_COUNT = {"postgresql": _counting(postgresql.insert), "sqlite": _counting(sqlite.insert)}
