"""All SQL of the chat."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, func, select, update

from channels.webchat.models import WebchatMessage, WebchatUpload, WebchatVisitor
from kit.db import AsyncSession, hint


def topic(visitor_id: str) -> str:
    """The hint that something about the visitor changed."""
    return f"webchat:{visitor_id}"


async def find_visitor(session: AsyncSession, visitor_id: str, token_id: str) -> WebchatVisitor | None:
    """The visitor, while the token has not been revoked."""
    query = select(WebchatVisitor).where(
        WebchatVisitor.id == visitor_id,
        WebchatVisitor.token_id == token_id,
        col(WebchatVisitor.revoked_at).is_(None),
    )
    return (await session.exec(query)).first()


async def next_seq(session: AsyncSession, visitor_id: str) -> int | None:
    """Count up and return the number; None when the visitor has left for good.

    The row stays locked until the transaction ends, so numbers are committed in order and without gaps.
    """
    count = (
        update(WebchatVisitor)
        .where(col(WebchatVisitor.id) == visitor_id, col(WebchatVisitor.revoked_at).is_(None))
        .values(last_seq=col(WebchatVisitor.last_seq) + 1)
        .returning(col(WebchatVisitor.last_seq))
    )
    seq: int | None = (await session.execute(count)).scalar_one_or_none()
    if seq is not None:
        hint(session, topic(visitor_id))
    return seq


async def message_said(session: AsyncSession, visitor_id: str, client_id: str) -> WebchatMessage | None:
    query = select(WebchatMessage).where(WebchatMessage.visitor_id == visitor_id, WebchatMessage.client_id == client_id)
    return (await session.exec(query)).first()


async def message_delivered(session: AsyncSession, key: str) -> WebchatMessage | None:
    return (await session.exec(select(WebchatMessage).where(WebchatMessage.delivery_key == key))).first()


async def message_numbered(session: AsyncSession, visitor_id: str, seq: int) -> WebchatMessage | None:
    query = select(WebchatMessage).where(WebchatMessage.visitor_id == visitor_id, WebchatMessage.seq == seq)
    return (await session.exec(query)).first()


async def messages_after(session: AsyncSession, visitor_id: str, seq: int, *, limit: int) -> Sequence[WebchatMessage]:
    query = (
        select(WebchatMessage)
        .where(WebchatMessage.visitor_id == visitor_id, WebchatMessage.seq > seq)
        .order_by(col(WebchatMessage.seq))
        .limit(limit)
    )
    return (await session.exec(query)).all()


async def nth_last_said(session: AsyncSession, visitor_id: str, count: int) -> datetime | None:
    """When the visitor sent the ``count``-th message back from the newest."""
    query = (
        select(WebchatMessage.at)
        .where(WebchatMessage.visitor_id == visitor_id, WebchatMessage.author == "customer")
        .order_by(col(WebchatMessage.seq).desc())
        .offset(count - 1)
        .limit(1)
    )
    return (await session.exec(query)).first()


async def uploads_since(session: AsyncSession, visitor_id: str, moment: datetime) -> int:
    query = select(func.count()).where(col(WebchatUpload.visitor_id) == visitor_id, col(WebchatUpload.at) > moment)
    return (await session.exec(query)).one()


async def own_uploads(session: AsyncSession, visitor_id: str, ids: Sequence[str]) -> list[WebchatUpload]:
    """Those of the files that are this visitor's, in the order asked for."""
    query = select(WebchatUpload).where(WebchatUpload.visitor_id == visitor_id, col(WebchatUpload.id).in_(ids))
    found = {upload.id: upload for upload in (await session.exec(query)).all()}
    return [found[each] for each in dict.fromkeys(ids) if each in found]


async def mark_read(session: AsyncSession, visitor_id: str, seq: int) -> None:
    """Read up to ``seq``: never backwards, never past what there is."""
    forward = update(WebchatVisitor).where(
        col(WebchatVisitor.id) == visitor_id,
        col(WebchatVisitor.last_read_seq) < seq,
        col(WebchatVisitor.last_seq) >= seq,
    )
    await session.execute(forward.values(last_read_seq=seq))


async def revoke(session: AsyncSession, visitor_id: str, now: datetime) -> None:
    gone = update(WebchatVisitor).where(col(WebchatVisitor.id) == visitor_id)
    await session.execute(gone.values(revoked_at=now))
    hint(session, topic(visitor_id))
