"""The platform's sessions as far as we know them: states, legal moves, and the codes that let one message go.

Rules: 分配客服会话 and 发送欢迎语等事件响应消息 (developer.work.weixin.qq.com/document/path/94698 and 96428).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import Insert, Table, bindparam, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from channels.wecom.models import WecomServicer, WecomSession
from kit.db import AsyncSession

session_table: Table = WecomSession.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.
servicer_table: Table = WecomServicer.__table__  # type: ignore[attr-defined]  # As above.


class SessionState(IntEnum):
    """Who has the session; the numbers are the platform's."""

    NEW = 0
    BOT = 1
    POOL = 2
    HUMAN = 3
    ENDED = 4


#: What the interface may change a state into. Nothing leads back to the bot but the customer's next message
#: after the end; ENDED is also what a session is that has not begun.
ALLOWED: Mapping[SessionState, frozenset[SessionState]] = {
    SessionState.NEW: frozenset({SessionState.BOT, SessionState.POOL, SessionState.HUMAN}),
    SessionState.BOT: frozenset({SessionState.POOL, SessionState.HUMAN}),
    SessionState.POOL: frozenset({SessionState.HUMAN}),
    SessionState.HUMAN: frozenset({SessionState.HUMAN, SessionState.ENDED}),
    SessionState.ENDED: frozenset(),
}
#: Where messages by interface are taken.
SPEAKABLE = frozenset({SessionState.NEW, SessionState.BOT})
#: A session ends by itself after this, unless the customer has written.
LASTS = timedelta(hours=48)


class CodeFor(StrEnum):
    """What a code was given for, each with its own time.

    The one a servicer's taking up brings is not used: whatever is on its way would speak up in the servicer's talk.
    """

    ENTERING = "entering"
    POOL = "pool"
    ENDED = "ended"


#: How long a code is good for us: a second of the platform's time is kept back for the way there.
CODE_LASTS: Mapping[CodeFor, timedelta] = {
    CodeFor.ENTERING: timedelta(seconds=19),
    CodeFor.POOL: timedelta(hours=48, seconds=-1),
    CodeFor.ENDED: timedelta(seconds=19),
}
#: These codes are only good while the session is still in the state they were given for.
_CODE_STATE = {
    CodeFor.POOL: SessionState.POOL,
    CodeFor.ENDED: SessionState.ENDED,
}
CODE_OF_STATE = {state: purpose for purpose, state in _CODE_STATE.items()}
#: Menus go with these codes, text alone with the others.
_WITH_MENU = frozenset({CodeFor.ENTERING, CodeFor.ENDED})


@dataclass(frozen=True, kw_only=True)
class EventCode:
    """A code a message may go out with; ``again``: it was tried for the same delivery, and nobody knows the outcome."""

    code: str
    purpose: CodeFor
    again: bool
    late: bool


async def known_state(session: AsyncSession, now: datetime, *, account: str, customer: str) -> SessionState | None:
    """The mirrored state; None when it has to be read from the platform."""
    row = await _row(session, account, customer)
    if row is None or row.state is None or row.known_at is None or row.known_at + LASTS <= now:
        return None
    return SessionState(row.state)


async def note_state(
    session: AsyncSession,
    now: datetime,
    *,
    account: str,
    customer: str,
    state: SessionState | None,
    servicer: str = "",
) -> None:
    """The platform says in which state the session is; None: whatever we knew is out of date."""
    number = int(state) if state is not None else None
    values = {"account": account, "customer": customer, "state": number, "servicer": servicer, "known_at": now}
    await session.execute(_NOTE_STATE[session.get_bind().dialect.name], values)


async def note_said(session: AsyncSession, now: datetime, *, account: str, customer: str) -> None:
    """The customer has written: a session that had ended begins anew, in a state the platform decides."""
    values = {"of_account": account, "of_customer": customer, "now": now, "before": now - LASTS}
    await session.execute(_BEGIN_ANEW, values)
    await session.execute(_STILL_THERE, values)


async def note_code(
    session: AsyncSession, *, account: str, customer: str, code: str, purpose: CodeFor, given_at: datetime
) -> None:
    """The platform has given a code; a newer one replaces an older."""
    until = given_at + CODE_LASTS[purpose]
    values = {"account": account, "customer": customer, "code": code, "code_for": str(purpose), "code_until": until}
    await session.execute(_NOTE_CODE[session.get_bind().dialect.name], {**values, "code_key": ""})


async def claim_code(
    session: AsyncSession, now: datetime, *, account: str, customer: str, key: str, with_menu: bool
) -> EventCode | None:
    """The code this delivery may use, which no other then may; None when it has to go the common way."""
    row = await _row(session, account, customer)
    if row is None or not row.code or row.code_until is None or row.code_key not in {"", key}:
        return None
    purpose, again, late = CodeFor(row.code_for), row.code_key == key, row.code_until <= now
    state = _CODE_STATE.get(purpose)
    unfit = with_menu and purpose not in _WITH_MENU
    if not again and (late or unfit or (state is not None and row.state != state)):
        return None
    if not again:
        claim = {"of_account": account, "of_customer": customer, "of_code": row.code, "key": key}
        if (await session.execute(_CLAIM_CODE, claim)).first() is None:
            return None
    return EventCode(code=row.code, purpose=purpose, again=again, late=late)


async def release_code(session: AsyncSession, *, account: str, customer: str, key: str, spoilt: bool) -> None:
    """Nothing went out with the code: another try may use it, unless it is ``spoilt``."""
    statement = _SPOIL_CODE if spoilt else _RELEASE_CODE
    await session.execute(statement, {"of_account": account, "of_customer": customer, "of_key": key})


async def note_scene(session: AsyncSession, *, account: str, customer: str, scene: str) -> bool:
    """What the link carried by which the customer came; whether that is news."""
    row = await _row(session, account, customer)
    values = {"account": account, "customer": customer, "scene": scene}
    await session.execute(_NOTE_SCENE[session.get_bind().dialect.name], values)
    return bool(scene) and (row is None or row.scene != scene)


async def note_servicer(session: AsyncSession, now: datetime, *, account: str, userid: str, receiving: bool) -> None:
    """A servicer has begun or stopped receiving customers."""
    values = {"account": account, "userid": userid, "receiving": receiving, "changed_at": now}
    await session.execute(_NOTE_SERVICER[session.get_bind().dialect.name], values)


async def receiving_servicers(session: AsyncSession, account: str) -> list[str]:
    """Who receives customers of the account, as far as the platform has told."""
    return list((await session.execute(_RECEIVING, {"of_account": account})).scalars().all())


async def _row(session: AsyncSession, account: str, customer: str) -> Any:
    return (await session.execute(_OF_CUSTOMER, {"of_account": account, "of_customer": customer})).first()


def _upserts(table: Table, keys: list[str], defaults: Mapping[str, Any], *columns: str) -> dict[str, Insert]:
    """Insert with the defaults, or write only the columns named."""
    statements = {}
    for name, dialect_insert in {"postgresql": postgresql.insert, "sqlite": sqlite.insert}.items():
        values = {**defaults, **{column: bindparam(column) for column in (*keys, *columns)}}
        statement: Any = dialect_insert(table).values(values)
        changed = {column: statement.excluded[column] for column in columns}
        statements[name] = statement.on_conflict_do_update(index_elements=keys, set_=changed)
    return statements


# Built once: to build a statement costs more than to run it.
_KEYS = ["account", "customer"]
_EMPTY = {"servicer": "", "code": "", "code_for": "", "code_key": "", "scene": ""}
_CUSTOMER = (
    session_table.c.account == bindparam("of_account"),
    session_table.c.customer == bindparam("of_customer"),
)
_OF_CUSTOMER = select(session_table).where(*_CUSTOMER)
_NOTE_STATE = _upserts(session_table, _KEYS, _EMPTY, "state", "servicer", "known_at")
_NOTE_CODE = _upserts(session_table, _KEYS, _EMPTY, "code", "code_for", "code_until", "code_key")
_NOTE_SCENE = _upserts(session_table, _KEYS, _EMPTY, "scene")
_OVER = or_(session_table.c.state == int(SessionState.ENDED), session_table.c.known_at <= bindparam("before"))
_BEGIN_ANEW = update(session_table).where(*_CUSTOMER, _OVER).values(state=None, servicer="")
_STILL_THERE = (
    update(session_table).where(*_CUSTOMER, session_table.c.state.is_not(None)).values(known_at=bindparam("now"))
)
_CLAIM_CODE = (
    update(session_table)
    .where(*_CUSTOMER, session_table.c.code == bindparam("of_code"), session_table.c.code_key == "")
    .values(code_key=bindparam("key"))
    .returning(session_table.c.customer)
)
_OF_KEY = session_table.c.code_key == bindparam("of_key")
_RELEASE_CODE = update(session_table).where(*_CUSTOMER, _OF_KEY).values(code_key="")
_SPOIL_CODE = update(session_table).where(*_CUSTOMER, _OF_KEY).values(code="", code_key="", code_until=None)
_NOTE_SERVICER = _upserts(servicer_table, ["account", "userid"], {}, "receiving", "changed_at")
_RECEIVING = (
    select(servicer_table.c.userid)
    .where(servicer_table.c.account == bindparam("of_account"), servicer_table.c.receiving.is_(True))
    .order_by(servicer_table.c.userid)
)
