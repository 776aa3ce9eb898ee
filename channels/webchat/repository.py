"""All SQL of the chat."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Table, Update, and_, bindparam, insert
from sqlmodel import col, func, select, update

from channels.webchat.models import WebchatMessage, WebchatUpload, WebchatVisitor
from kit.db import AsyncSession, hint

message_table: Table = WebchatMessage.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.
visitor_table: Table = WebchatVisitor.__table__  # type: ignore[attr-defined]  # As above.


def topic(visitor_id: str) -> str:
    """The hint that something about the visitor changed."""
    return f"webchat:{visitor_id}"


async def find_visitor(session: AsyncSession, visitor_id: str, token_id: str) -> WebchatVisitor | None:
    """The visitor, while the token has not been revoked."""
    return (await session.scalars(_VISITOR, {"of_visitor": visitor_id, "of_token": token_id})).first()


async def next_seq(session: AsyncSession, visitor_id: str, *, ends_typing: bool = False) -> int | None:
    """Count up and return the number; None when the visitor has left for good.

    The row stays locked until the transaction ends, so numbers are committed in order and without gaps.
    With ``ends_typing`` nobody on our side is shown writing any more.
    """
    count = _COUNT_AND_END_TYPING if ends_typing else _COUNT
    seq: int | None = (await session.execute(count, {"of_visitor": visitor_id})).scalar_one_or_none()
    if seq is not None:
        hint(session, topic(visitor_id))
    return seq


async def message_said(session: AsyncSession, visitor_id: str, client_id: str) -> WebchatMessage | None:
    return (await session.scalars(_SAID, {"of_visitor": visitor_id, "of_client": client_id})).first()


async def insert_message(session: AsyncSession, message: WebchatMessage) -> None:
    """Store a new message; raises IntegrityError when its client id or delivery key is taken."""
    await session.execute(_INSERT_MESSAGE, message.model_dump(exclude={"id"}))


async def message_delivered(session: AsyncSession, key: str) -> WebchatMessage | None:
    return (await session.exec(select(WebchatMessage).where(WebchatMessage.delivery_key == key))).first()


async def message_numbered(session: AsyncSession, visitor_id: str, seq: int) -> WebchatMessage | None:
    query = select(WebchatMessage).where(WebchatMessage.visitor_id == visitor_id, WebchatMessage.seq == seq)
    return (await session.exec(query)).first()


async def visitor_and_messages(
    session: AsyncSession, visitor_id: str, seq: int, *, limit: int
) -> tuple[WebchatVisitor | None, Sequence[WebchatMessage]]:
    """The visitor, and what came after ``seq``, as of one moment."""
    values = {"of_visitor": visitor_id, "after": seq, "most": limit}
    rows = (await session.execute(_NEWS, values)).all()
    visitor = rows[0][0] if rows else None
    # The outer join has no message in its row where there is no news.
    messages: list[WebchatMessage | None] = [row[1] for row in rows]
    return visitor, [message for message in messages if message is not None]


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


def _count_up(**values: object) -> Update:
    mine = (visitor_table.c.id == bindparam("of_visitor"), visitor_table.c.revoked_at.is_(None))
    counted = update(visitor_table).where(*mine).values(last_seq=visitor_table.c.last_seq + 1, **values)
    return counted.returning(visitor_table.c.last_seq)


# Built once: to build a statement costs more than to run it.
_COUNT = _count_up()
_COUNT_AND_END_TYPING = _count_up(agent_typing_until=None)
_INSERT_MESSAGE = insert(message_table)
_VISITOR = select(WebchatVisitor).where(
    col(WebchatVisitor.id) == bindparam("of_visitor"),
    col(WebchatVisitor.token_id) == bindparam("of_token"),
    col(WebchatVisitor.revoked_at).is_(None),
)
_SAID = select(WebchatMessage).where(
    col(WebchatMessage.visitor_id) == bindparam("of_visitor"), col(WebchatMessage.client_id) == bindparam("of_client")
)
_NEW_TO_THE_VISITOR = and_(
    col(WebchatMessage.visitor_id) == col(WebchatVisitor.id), col(WebchatMessage.seq) > bindparam("after")
)
_NEWS = (
    select(WebchatVisitor, WebchatMessage)
    .outerjoin(WebchatMessage, _NEW_TO_THE_VISITOR)
    .where(col(WebchatVisitor.id) == bindparam("of_visitor"))
    .order_by(col(WebchatMessage.seq))
    .limit(bindparam("most"))
)
