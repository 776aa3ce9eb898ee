"""All statements on Telegram's tables; each runs in the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Insert, Table, bindparam, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from channels.accounts.models import ChannelAccount
from channels.telegram.models import TelegramButton, TelegramGroup, TelegramPoller, TelegramUpdate
from channels.telegram.settings import CHANNEL
from kit.db import AsyncSession

update_table: Table = TelegramUpdate.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.
button_table: Table = TelegramButton.__table__  # type: ignore[attr-defined]  # As above.
poller_table: Table = TelegramPoller.__table__  # type: ignore[attr-defined]  # As above.
group_table: Table = TelegramGroup.__table__  # type: ignore[attr-defined]  # As above.

#: A week without updates makes Telegram begin at a random number; numbers must be forgotten well before.
UPDATES_KEPT = timedelta(days=3)
#: The same button again so soon is the finger of somebody who saw nothing happen.
DOUBLE_PRESS = timedelta(seconds=5)


async def note_update(
    session: AsyncSession, now: datetime, *, account: str, update_id: int, address: str | None, subject: str | None
) -> bool:
    """Remember the update; False when it was here before."""
    row = {"account": account, "update_id": update_id, "address": address, "subject": subject, "at": now}
    return (await session.execute(_NOTE_UPDATE[_dialect(session)], row)).first() is not None


async def lock_account(session: AsyncSession, account: str) -> None:
    """Let nobody else decide about the order of the account's updates until this transaction is committed.

    Of two at the same time neither would see the other; SQLite has one writer anyway.
    """
    await session.execute(_LOCK, {"of_account": account})


async def is_overtaken(
    session: AsyncSession, *, account: str, update_id: int, address: str | None, subject: str | None = None
) -> bool:
    """A later update of the person (and, where named, of the subject) was here already."""
    values = {"of_account": account, "after": update_id, "of_address": address, "of_subject": subject}
    statement = _LATER if subject is None else _LATER_OF_SUBJECT
    return (await session.execute(statement, values)).first() is not None


@dataclass(frozen=True, kw_only=True)
class NewButton:
    """A button about to be sent."""

    id: str
    button: str
    label: str


async def keep_buttons(
    session: AsyncSession, *, account: str, address: str, buttons: Sequence[NewButton], expires_at: datetime
) -> None:
    """Keep what the buttons mean; a second try of one message has the same ids and changes nothing."""
    common = {"account": account, "address": address, "pressed_at": None, "expires_at": expires_at}
    rows = [{"id": one.id, "button": one.button, "label": one.label, **common} for one in buttons]
    await session.execute(_KEEP_BUTTON[_dialect(session)], rows)


@dataclass(frozen=True, kw_only=True)
class Meant:
    """What a pressed button meant; ``again``: pressed a moment ago already."""

    button: str
    label: str
    again: bool


async def press_button(
    session: AsyncSession, now: datetime, *, account: str, address: str, button_id: str
) -> Meant | None:
    """What was pressed; None for what has expired, and for what was never sent to this person."""
    values = {"of_id": button_id, "of_account": account, "of_address": address, "now": now}
    row = (await session.execute(_MEANING, values)).first()
    if row is None:
        return None
    fresh = await session.execute(_PRESS, {**values, "before": now - DOUBLE_PRESS})
    return Meant(button=row.button, label=row.label, again=fresh.first() is None)


async def refuse_group_once(session: AsyncSession, now: datetime, *, account: str, chat: str) -> bool:
    """True the first time: the group has to be told."""
    row = {"account": account, "chat": chat, "told_at": now}
    return (await session.execute(_REFUSE_GROUP[_dialect(session)], row)).first() is not None


async def is_group_refused(session: AsyncSession, *, account: str, chat: str) -> bool:
    """The group has been told."""
    return (await session.execute(_GROUP, {"of_account": account, "of_chat": chat})).first() is not None


async def hold_poller(
    session: AsyncSession,
    now: datetime,
    *,
    account: str,
    holder: str,
    lease: timedelta,
    numbers_last: timedelta,
) -> int | None:
    """Take or keep the turn at asking for updates: the number to ask from, or None when another has it.

    A number older than ``numbers_last`` is not asked from: 0, whatever there is.
    """
    row = {
        "account": account,
        "holder": holder,
        "held_until": now + lease,
        "next_update": 0,
        "advanced_at": now,
        "trouble": None,
        "now": now,
    }
    held = (await session.execute(_HOLD[_dialect(session)], row)).first()
    if held is None:
        return None
    return int(held.next_update) if held.advanced_at > now - numbers_last else 0


async def advance_poller(session: AsyncSession, now: datetime, *, account: str, holder: str, next_update: int) -> bool:
    """Note what is taken; False when the turn was lost meanwhile, and nothing may be taken."""
    values = {"of_account": account, "of_holder": holder, "now": now, "from_now": next_update}
    return (await session.execute(_ADVANCE, values)).first() is not None


async def note_trouble(session: AsyncSession, *, account: str, trouble: str | None) -> None:
    """Why asking does not work, for whoever looks."""
    await session.execute(_TROUBLE, {"of_account": account, "words": trouble})


async def release_poller(session: AsyncSession, now: datetime, *, account: str, holder: str) -> None:
    """Let another ask at once."""
    await session.execute(_RELEASE, {"of_account": account, "of_holder": holder, "now": now})


async def trouble_of(session: AsyncSession, *, account: str) -> str | None:
    """Why asking does not work, if it does not."""
    trouble: str | None = (await session.execute(_TROUBLE_OF, {"of_account": account})).scalar_one_or_none()
    return trouble


async def forget_old(session: AsyncSession, now: datetime) -> None:
    """Drop what can no longer come back."""
    await session.execute(_FORGET_UPDATES, {"before": now - UPDATES_KEPT})
    await session.execute(_FORGET_BUTTONS, {"now": now})


def _dialect(session: AsyncSession) -> str:
    return session.get_bind().dialect.name


def _once(table: Table, *names: str) -> dict[str, Insert]:
    """Insert a row unless its key is there; returns something only for a new row."""

    def inserting(dialect_insert: Any) -> Insert:
        statement: Insert = (
            dialect_insert(table).on_conflict_do_nothing(index_elements=list(names)).returning(table.c[names[0]])
        )
        return statement

    return {"postgresql": inserting(postgresql.insert), "sqlite": inserting(sqlite.insert)}


def _holding(dialect_insert: Any) -> Insert:
    columns = ("account", "holder", "held_until", "next_update", "advanced_at", "trouble")
    statement = dialect_insert(poller_table).values({name: bindparam(name) for name in columns})
    mine_or_free = or_(
        poller_table.c.holder == statement.excluded.holder, poller_table.c.held_until <= bindparam("now")
    )
    anew = {name: statement.excluded[name] for name in ("holder", "held_until")}
    held: Insert = statement.on_conflict_do_update(index_elements=["account"], set_=anew, where=mine_or_free).returning(
        poller_table.c.next_update, poller_table.c.advanced_at
    )
    return held


# Built once: to build a statement costs more than to run it.
_NOTE_UPDATE = _once(update_table, "account", "update_id")
_LOCK = (
    select(col(ChannelAccount.id))
    .where(col(ChannelAccount.channel) == CHANNEL, col(ChannelAccount.name) == bindparam("of_account"))
    .with_for_update()
)
_LATER = (
    select(update_table.c.update_id)
    .where(update_table.c.account == bindparam("of_account"), update_table.c.update_id > bindparam("after"))
    .where(update_table.c.address == bindparam("of_address"))
    .limit(1)
)
_LATER_OF_SUBJECT = _LATER.where(update_table.c.subject == bindparam("of_subject"))
_KEEP_BUTTON = {
    "postgresql": postgresql.insert(button_table).on_conflict_do_nothing(index_elements=["id"]),
    "sqlite": sqlite.insert(button_table).on_conflict_do_nothing(index_elements=["id"]),
}
_SENT_BUTTON = (
    button_table.c.id == bindparam("of_id"),
    button_table.c.account == bindparam("of_account"),
    button_table.c.address == bindparam("of_address"),
    button_table.c.expires_at > bindparam("now"),
)
_MEANING = select(button_table.c.button, button_table.c.label).where(*_SENT_BUTTON)
_PRESS = (
    update(button_table)
    .where(*_SENT_BUTTON, or_(button_table.c.pressed_at.is_(None), button_table.c.pressed_at <= bindparam("before")))
    .values(pressed_at=bindparam("now"))
    .returning(button_table.c.id)
)
_REFUSE_GROUP = _once(group_table, "account", "chat")
_GROUP = select(group_table.c.chat).where(
    group_table.c.account == bindparam("of_account"), group_table.c.chat == bindparam("of_chat")
)
_HOLD = {"postgresql": _holding(postgresql.insert), "sqlite": _holding(sqlite.insert)}
_POLLER = poller_table.c.account == bindparam("of_account")
_MY_POLLER = (_POLLER, poller_table.c.holder == bindparam("of_holder"), poller_table.c.held_until > bindparam("now"))
_ADVANCE = (
    update(poller_table)
    .where(*_MY_POLLER)
    .values(next_update=bindparam("from_now"), advanced_at=bindparam("now"), trouble=None)
    .returning(poller_table.c.account)
)
_TROUBLE = update(poller_table).where(_POLLER).values(trouble=bindparam("words"))
_RELEASE = update(poller_table).where(*_MY_POLLER).values(held_until=bindparam("now"))
_TROUBLE_OF = select(poller_table.c.trouble).where(_POLLER)
_FORGET_UPDATES = delete(update_table).where(update_table.c.at < bindparam("before"))
_FORGET_BUTTONS = delete(button_table).where(button_table.c.expires_at <= bindparam("now"))
