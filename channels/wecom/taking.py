"""Take one page in: what customers said to the inbox, what happened to sessions, what nobody understood to staff.

All of it in the transaction that moves the cursor on. What the platform tells twice is taken once, by its msgid.
"""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Insert, Table, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from channels.inbox import IN_QUEUE, accept, inbound_table
from channels.port import Opening, thread_of
from channels.revisions import accept_revision
from channels.unparsed import keep_unparsed
from channels.wecom.colleagues import SERVICER_SAID
from channels.wecom.failures import queue_send_failed
from channels.wecom.models import WecomServicerMessage
from channels.wecom.sessions import (
    CODE_LASTS,
    CODE_OF_STATE,
    CodeFor,
    SessionState,
    note_code,
    note_said,
    note_scene,
    note_servicer,
    note_state,
)
from channels.wecom.settings import BY_ENTERING, CHANNEL
from channels.wecom.translate import (
    CustomerSaid,
    Entered,
    Item,
    OtherEvent,
    Recalled,
    SendFailed,
    ServicerChanged,
    ServicerSaid,
    SessionChanged,
    UnreadableError,
    read_item,
)
from kit.db import AsyncSession
from kit.i18n import translate as say
from kit.log import log
from kit.outbox import NewJob, enqueue_one

servicer_message_table: Table = WecomServicerMessage.__table__  # type: ignore[attr-defined]  # SQLModel hides it.


class Taking:
    """Takes the items of one account's page in, one after another."""

    def __init__(
        self,
        session: AsyncSession,
        now: datetime,
        *,
        account: str,
        since: datetime,
        opening: Opening,
        settle_s: float,
    ) -> None:
        self._session = session
        self._now = now
        self._account = account
        self._since = since
        self._opening = opening
        self._settle_s = settle_s

    async def take(self, raw: object) -> None:
        """Take one item; what cannot be read is kept whole, and holds nothing up."""
        try:
            item = read_item(raw, self._account)
        except UnreadableError as unreadable:
            await self._keep(raw, str(unreadable))
            return
        await self._take(item, raw)

    async def _take(self, item: Item, raw: object) -> None:
        match item:
            case CustomerSaid():
                await self._said(item)
            case ServicerSaid():
                await self._servicer_said(item)
            case Entered():
                await self._entered(item)
            case SessionChanged():
                await self._session_changed(item)
            case SendFailed():
                await queue_send_failed(
                    self._session,
                    self._now,
                    account=self._account,
                    customer=item.customer,
                    msgid=item.msgid,
                    fail_type=item.fail_type,
                )
            case ServicerChanged():
                await note_servicer(
                    self._session, self._now, account=self._account, userid=item.servicer, receiving=item.receiving
                )
            case Recalled():
                await self._recalled(item)
            case OtherEvent():
                await self._keep(raw, f"event {item.name}")

    async def _said(self, item: CustomerSaid) -> None:
        inbound = item.inbound
        if inbound.sent_at is not None and inbound.sent_at < self._since:
            log.info("message from before the account was entered", thread=inbound.thread)
            return
        new = await accept(
            self._session,
            self._now,
            replace(inbound, opening=self._opening, back_in_reach=True),
            settle_s=self._settle_s,
        )
        if new:
            await note_said(self._session, self._now, account=self._account, customer=inbound.address)

    async def _entered(self, item: Entered) -> None:
        """Greet within the platform's seconds or not at all; what a link brings along is news at any time."""
        customer = item.inbound.address
        left = item.entered_at + CODE_LASTS[CodeFor.ENTERING] - self._now
        in_time = bool(item.code) and left > timedelta()
        scene = item.inbound.argument
        is_news = await note_scene(self._session, account=self._account, customer=customer, scene=scene)
        if not in_time and not is_news:
            return
        opening = Opening(by=BY_ENTERING, quota=1, lasts=left) if in_time else None
        if await accept(self._session, self._now, replace(item.inbound, opening=opening)) and in_time:
            await note_code(
                self._session,
                account=self._account,
                customer=customer,
                code=item.code,
                purpose=CodeFor.ENTERING,
                given_at=item.entered_at,
            )

    async def _session_changed(self, item: SessionChanged) -> None:
        """1: taken from the pool, 2: passed on, 3: ended, 4: taken up again; any other has to be read."""
        whose: dict[str, Any] = {"account": self._account, "customer": item.customer}
        state = {1: SessionState.HUMAN, 2: SessionState.HUMAN, 3: SessionState.ENDED, 4: SessionState.HUMAN}.get(
            item.change_type
        )
        await note_state(self._session, self._now, **whose, state=state, servicer=item.servicer)
        if item.code and state in CODE_OF_STATE:
            purpose = CODE_OF_STATE[state]
            await note_code(self._session, **whose, code=item.code, purpose=purpose, given_at=item.changed_at)

    async def _recalled(self, item: Recalled) -> None:
        """Nobody answers what was taken back; where it was answered already, the conversation shows that it was."""
        name = {"of_account": self._account, "of_id": item.msgid}
        known = (await self._session.execute(_HANDLED, name)).first()
        if known is not None:
            await accept_revision(
                self._session,
                self._now,
                channel=CHANNEL,
                account=self._account,
                address=item.customer,
                platform_id=item.msgid,
                text=say("channels.wecom.said.recalled", "zh") if known.handled_at else "",
            )

    async def _servicer_said(self, item: ServicerSaid) -> None:
        row = {
            "account": self._account,
            "platform_id": item.platform_id,
            "thread": thread_of(CHANNEL, self._account, item.customer),
            "customer": item.customer,
            "servicer": item.servicer,
            "text": item.text,
            "media": [media.model_dump(mode="json") for media in item.media],
            "raw": item.raw,
            "sent_at": item.sent_at,
        }
        statement = _KEEP_ONCE[self._session.get_bind().dialect.name]
        new_id = (await self._session.execute(statement, row)).scalar_one_or_none()
        if new_id is not None:
            # A lane of its own: what customers write never waits for it.
            job = NewJob(kind=SERVICER_SAID, payload={"id": new_id}, queue=IN_QUEUE, lane=f"said:{row['thread']}")
            await enqueue_one(self._session, self._now, job)

    async def _keep(self, raw: object, reason: str) -> None:
        # Escapes keep what no encoding can say, as lone surrogates.
        body = json.dumps(raw, ensure_ascii=True, default=str).encode()
        await keep_unparsed(self._session, self._now, channel=CHANNEL, account=self._account, body=body, reason=reason)


def _keeping_once(dialect_insert: Any) -> Insert:
    once = dialect_insert(servicer_message_table).on_conflict_do_nothing(index_elements=["platform_id"])
    statement: Insert = once.returning(servicer_message_table.c.id)
    return statement


# Built once: to build a statement costs more than to run it.
_HANDLED = select(inbound_table.c.handled_at).where(
    inbound_table.c.channel == CHANNEL,
    inbound_table.c.account == bindparam("of_account"),
    inbound_table.c.platform_id == bindparam("of_id"),
)
_KEEP_ONCE = {"postgresql": _keeping_once(postgresql.insert), "sqlite": _keeping_once(sqlite.insert)}
