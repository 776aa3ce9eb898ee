"""News to people whose reply window is shut: the ledger of what they consented to and of what was sent.

A consent is good for one notice, also when the person ticked the box that says always; the platform has no interface
that tells how many are left, so they are counted here from its events.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Insert, Table, bindparam, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from channels import reach
from channels.port import thread_of
from channels.wechat.outbound_models import ConsentState, WeChatConsent, WeChatNotice
from channels.wechat.reading import Fields
from kit.db import AsyncSession
from kit.log import log

consent_table: Table = WeChatConsent.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.
notice_table: Table = WeChatNotice.__table__  # type: ignore[attr-defined]  # As above.

CHANNEL = "wechat"
#: The pop-up was answered on a page, or in a chat.
_POPUP = "subscribe_msg_popup_event"
#: The person switched a notice off (or on) in the settings; only the first changes anything for notices sent once.
_CHANGE = "subscribe_msg_change_event"
_SENT = "subscribe_msg_sent_event"
_TEMPLATE_SENT = "templatesendjobfinish"
_SUCCESS = "success"
#: The person takes no messages of the account any more: 48002, told by an event.
_BLOCKED = "failed:user block"


async def note_consent_event(session: AsyncSession, now: datetime, account: str, event: Fields) -> None:
    """The person gave or took back consents; an event that is told twice counts once."""
    openid, kind = str(event.get("FromUserName", "")), str(event.get("Event", "")).lower()
    for number, entry in enumerate(_entries(event)):
        template, status = str(entry.get("TemplateId", "")), str(entry.get("SubscribeStatusString", ""))
        if not (openid and template):
            continue
        if kind == _POPUP and status == "accept":
            given_by = f"{openid}:{event.get('CreateTime', '')}:{template}:{number}"
            row = {"account": account, "openid": openid, "template": template, "given_by": given_by, "given_at": now}
            await session.execute(_GIVE[session.get_bind().dialect.name], {**row, "state": ConsentState.OPEN.value})
        elif kind == _CHANGE and status == "reject":
            await burn_consents(session, now, account, openid, template)


async def note_send_event(session: AsyncSession, now: datetime, account: str, event: Fields) -> None:
    """What became of notices; whoever has blocked the account is not written to any more."""
    if str(event.get("Event", "")).lower() == _TEMPLATE_SENT:
        await _note_template(session, now, account, event)
        return
    for entry in _entries(event):
        words = f"{entry.get('ErrorCode', '')} {entry.get('ErrorStatus', '')}".strip()
        outcome = _SUCCESS if str(entry.get("ErrorCode", "")) in {"0", ""} else words
        await _note_outcome(session, account, str(entry.get("MsgID", "")), outcome)


async def _note_template(session: AsyncSession, now: datetime, account: str, event: Fields) -> None:
    status = str(event.get("Status", ""))
    await _note_outcome(session, account, str(event.get("MsgID") or event.get("MsgId") or ""), status)
    openid = str(event.get("FromUserName", ""))
    if openid and status.replace(": ", ":") == _BLOCKED:
        await reach.note_refused(session, now, thread_of(CHANNEL, account, openid), code="48002", text=status)


async def _note_outcome(session: AsyncSession, account: str, message_id: str, outcome: str) -> None:
    if outcome != _SUCCESS:
        log.warning("notice not delivered", account=account, outcome=outcome)
    await session.execute(_OUTCOME, {"of_account": account, "of_message": message_id, "became": outcome})


def _entries(event: Fields) -> Iterator[Fields]:
    """The list of an event: in a group of its own or not, and a single entry is none (XML) or not (JSON)."""
    groups = [value for name, value in event.items() if name.startswith("SubscribeMsg") and isinstance(value, dict)]
    for group in groups or [event]:
        listed = group.get("List", [])
        yield from (entry for entry in (listed if isinstance(listed, list) else [listed]) if isinstance(entry, dict))


async def consents_left(session: AsyncSession, account: str, openid: str, template: str) -> int:
    """How many notices of the template the person may still be sent."""
    key = {"of_account": account, "of_person": openid, "of_template": template}
    return int((await session.execute(_LEFT, key)).scalar_one())


async def take_consent(session: AsyncSession, now: datetime, account: str, openid: str, template: str) -> int | None:
    """Use the oldest consent up; its id, or None when there is none."""
    key = {"of_account": account, "of_person": openid, "of_template": template, "now": now}
    taken: int | None = (await session.execute(_TAKE, key)).scalar_one_or_none()
    return taken


async def give_back_consent(session: AsyncSession, consent_id: int) -> None:
    """Nothing was sent after all."""
    await session.execute(_GIVE_BACK, {"of_id": consent_id})


async def burn_consents(session: AsyncSession, now: datetime, account: str, openid: str, template: str) -> None:
    """None of them is good any more: the person, or the platform, says so."""
    key = {"of_account": account, "of_person": openid, "of_template": template, "now": now}
    await session.execute(_BURN, key)


async def note_sent(
    session: AsyncSession, now: datetime, account: str, openid: str, *, template: str, message_id: str
) -> None:
    """A notice has gone out."""
    row = {"account": account, "openid": openid, "template": template, "message_id": message_id, "sent_at": now}
    await session.execute(_NOTE_SENT, row)


async def last_sent_at(session: AsyncSession, account: str, openid: str) -> datetime | None:
    """When the person was last sent a notice, of any template."""
    key = {"of_account": account, "of_person": openid}
    moment: datetime | None = (await session.execute(_LAST, key)).scalar_one_or_none()
    return moment


def _giving(dialect_insert: Any) -> Insert:
    once: Insert = dialect_insert(consent_table).on_conflict_do_nothing(index_elements=["account", "given_by"])
    return once


# Built once: to build a statement costs more than to run it.
_GIVE = {"postgresql": _giving(postgresql.insert), "sqlite": _giving(sqlite.insert)}
_OPEN = (
    consent_table.c.account == bindparam("of_account"),
    consent_table.c.openid == bindparam("of_person"),
    consent_table.c.template == bindparam("of_template"),
    # Written out, so that both planners see that the partial index serves.
    consent_table.c.state == "open",
)
_LEFT = select(func.count()).select_from(consent_table).where(*_OPEN)
_OLDEST = select(func.min(consent_table.c.id)).where(*_OPEN).scalar_subquery()
_TAKE = (
    update(consent_table)
    # Another worker may have taken the same one meanwhile: the state is looked at again, under the row's lock.
    .where(consent_table.c.id == _OLDEST, consent_table.c.state == "open")
    .values(state=ConsentState.USED.value, ended_at=bindparam("now"))
    .returning(consent_table.c.id)
)
_GIVE_BACK = (
    update(consent_table)
    .where(consent_table.c.id == bindparam("of_id"), consent_table.c.state == ConsentState.USED.value)
    .values(state=ConsentState.OPEN.value, ended_at=None)
)
_BURN = update(consent_table).where(*_OPEN).values(state=ConsentState.BURNT.value, ended_at=bindparam("now"))
_NOTE_SENT = insert(notice_table)
_OUTCOME = (
    update(notice_table)
    .where(notice_table.c.account == bindparam("of_account"), notice_table.c.message_id == bindparam("of_message"))
    .values(outcome=bindparam("became"))
)
_LAST = (
    select(notice_table.c.sent_at)
    .where(notice_table.c.account == bindparam("of_account"), notice_table.c.openid == bindparam("of_person"))
    .order_by(notice_table.c.sent_at.desc())
    .limit(1)
)
