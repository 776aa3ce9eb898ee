"""Keep calls, and tell which ones ring at whose telephone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select

from channels.accounts.book import Account
from channels.phone.lines import CHANNEL, HOTLINE, logins_of
from channels.phone.models import PhoneCall
from channels.phone.translate import CallEvent, EventName
from channels.port import thread_of
from kit.db import AsyncSession, hint
from kit.outbox import NewJob, enqueue_one

#: Published when a call begins to ring, is answered, or ends.
CALLS_CHANGED = "calls"
#: For the composition root: a call is over; the payload has its ``id``.
CALL_ENDED = "call.ended"

#: A call whose end nobody told us of is forgotten after this.
LONGEST_CALL = timedelta(hours=2)
#: So long after the end whoever answered is still offered to write it down.
AFTERWARDS = timedelta(minutes=3)
#: Cards of one member of staff at once.
_MOST = 5

_COLUMN = {EventName.RING: "rang_at", EventName.ANSWER: "answered_at", EventName.HANGUP: "ended_at"}


async def record(session: AsyncSession, now: datetime, account: str, event: CallEvent) -> bool:
    """Write the event down; False when it was known already."""
    moment = event.moment(now)
    await _begin(session, account, event, moment)
    call = col(PhoneCall.account) == account, col(PhoneCall.call_id) == event.call_id
    column = col(getattr(PhoneCall, _COLUMN[event.event]))
    filled = update(PhoneCall).where(*call, column.is_(None)).values({column: moment}).returning(col(PhoneCall.id))
    call_id = (await session.execute(filled)).scalar_one_or_none()
    if call_id is None:
        return False
    await _name(session, call_id, event)
    hint(session, CALLS_CHANGED)
    if event.event is EventName.HANGUP:
        await _tell(session, now, call_id, event)
    return True


async def _begin(session: AsyncSession, account: str, event: CallEvent, moment: datetime) -> None:
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = {
        "account": account,
        "call_id": event.call_id,
        "number": event.number,
        "extension": event.extension or None,
        "outgoing": event.outgoing,
        "first_at": moment,
    }
    await session.execute(insert(PhoneCall).values(**row).on_conflict_do_nothing())


async def _name(session: AsyncSession, call_id: int, event: CallEvent) -> None:
    """Who answered counts more than who was rung, and a number once known stays."""
    one = update(PhoneCall).where(col(PhoneCall.id) == call_id)
    if event.extension and event.event is not EventName.HANGUP:
        unanswered = col(PhoneCall.answered_at).is_(None)
        known = one if event.event is EventName.ANSWER else one.where(unanswered)
        await session.execute(known.values(extension=event.extension))
    if event.number:
        await session.execute(one.where(col(PhoneCall.number) == "").values(number=event.number))


async def _tell(session: AsyncSession, now: datetime, call_id: int, event: CallEvent) -> None:
    lane = f"in:{thread_of(CHANNEL, HOTLINE, event.number)}"
    await enqueue_one(session, now, NewJob(kind=CALL_ENDED, payload={"id": call_id}, queue="in", lane=lane))


async def find_call(session: AsyncSession, call_id: int) -> PhoneCall | None:
    """The call, if there is one."""
    return (await session.exec(select(PhoneCall).where(PhoneCall.id == call_id))).first()


async def mark_logged(session: AsyncSession, now: datetime, call_id: int) -> None:
    """What it was about is written down: nobody has to be reminded."""
    await session.execute(update(PhoneCall).where(col(PhoneCall.id) == call_id).values(logged_at=now))
    hint(session, CALLS_CHANGED)


@dataclass(frozen=True)
class Seat:
    """A member of staff at a telephone, or without one: then any call may be theirs."""

    login: str
    accounts: Sequence[Account]

    @property
    def takes_calls(self) -> bool:
        """Whether any call can ring here."""
        return any(self._among(account) for account in self.accounts)

    def rings(self, call: PhoneCall) -> bool:
        """Whether the call is shown to this person: theirs, or nobody's in particular."""
        account = next((one for one in self.accounts if one.name == call.account), None)
        if account is None:
            return False
        owner = logins_of(account.settings).get(call.extension or "")
        return owner == self.login if owner else self._among(account)

    def _among(self, account: Account) -> bool:
        logins = logins_of(account.settings).values()
        return not logins or self.login in logins


async def ringing(session: AsyncSession, now: datetime, seat: Seat) -> list[PhoneCall]:
    """The calls this person may want to write down now, newest first."""
    lately = select(PhoneCall).where(
        col(PhoneCall.first_at) > now - LONGEST_CALL,
        col(PhoneCall.logged_at).is_(None),
        col(PhoneCall.outgoing).is_(False),
    )
    calls = (await session.exec(lately.order_by(col(PhoneCall.id).desc()).limit(200))).all()
    return [call for call in calls if _matters(call, now) and seat.rings(call)][:_MOST]


def _matters(call: PhoneCall, now: datetime) -> bool:
    """It rings or is being talked on; or it was answered and is just over."""
    if call.ended_at is None:
        return True
    return call.answered_at is not None and now - call.ended_at < AFTERWARDS


def revision(calls: Sequence[PhoneCall]) -> str:
    """Differs whenever the cards would."""
    return ".".join(f"{call.id}{'a' if call.answered_at else ''}{'e' if call.ended_at else ''}" for call in calls)
