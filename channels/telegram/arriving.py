"""Take an update in: once, whichever way it came, in the caller's transaction. Everything else is done later."""

from datetime import datetime

from channels.inbox import accept
from channels.port import Inbound, thread_of
from channels.reach import note_reachable, note_refused
from channels.revisions import accept_revision
from channels.telegram.errands import Answer, answer_later, refuse_later
from channels.telegram.render import MARKED
from channels.telegram.repository import (
    is_group_refused,
    is_overtaken,
    lock_account,
    note_update,
    press_button,
    refuse_group_once,
)
from channels.telegram.schema import Update
from channels.telegram.settings import CHANNEL
from channels.telegram.translate import (
    Arrived,
    ButtonPressed,
    CalledInGroup,
    GroupMoved,
    Ignored,
    Meaning,
    ReachChanged,
    Revised,
    Unknown,
    translate,
)
from channels.unparsed import keep_unparsed
from kit.db import AsyncSession
from kit.log import log


async def take(
    session: AsyncSession, now: datetime, update: Update, *, account: str, body: bytes, settle_s: float
) -> None:
    """Store what the update means; ``body`` is kept where that is not known."""
    meaning = translate(update, account)
    address, subject = _about(meaning)
    fresh = await note_update(
        session, now, account=account, update_id=update.update_id, address=address, subject=subject
    )
    if not fresh:
        log.info("update repeated by telegram", account=account, update_id=update.update_id)
        return
    match meaning:
        case Arrived():
            await accept(session, now, meaning.inbound, settle_s=settle_s)
        case Revised():
            await _revise(session, now, update.update_id, meaning.inbound, settle_s)
        case ButtonPressed():
            await _press(session, now, account, update.update_id, meaning)
        case ReachChanged():
            await _change_reach(session, now, account, update.update_id, meaning)
        case CalledInGroup():
            await _refuse_group(session, now, account, meaning)
        case GroupMoved():
            await _follow_group(session, now, account, meaning)
        case Unknown():
            await keep_unparsed(session, now, channel=CHANNEL, account=account, body=body, reason=meaning.reason)
        case Ignored():
            log.debug("update ignored", account=account, reason=meaning.reason)


def _about(meaning: Meaning) -> tuple[str | None, str | None]:
    """Whom the update is from, and which message it is about: what its order matters for."""
    match meaning:
        case Arrived() | Revised():
            return meaning.inbound.address, meaning.inbound.platform_id
        case ButtonPressed() | ReachChanged():
            return meaning.address, None
    return None, None


async def _revise(session: AsyncSession, now: datetime, update_id: int, inbound: Inbound, settle_s: float) -> None:
    """Telegram repeats what we did not take at once, so that an edit may come before what it edits, or a later edit."""
    await lock_account(session, inbound.account)
    later = await is_overtaken(
        session, account=inbound.account, update_id=update_id, address=inbound.address, subject=inbound.platform_id
    )
    if later:
        log.info("edit overtaken by a later one", thread=inbound.thread)
        return
    if await _revised(session, now, inbound):
        return
    # The original comes later and finds its name taken; or it came at this moment, and there is something to revise.
    if not await accept(session, now, inbound, settle_s=settle_s):
        await _revised(session, now, inbound)


async def _revised(session: AsyncSession, now: datetime, inbound: Inbound) -> bool:
    return await accept_revision(
        session,
        now,
        channel=CHANNEL,
        account=inbound.account,
        address=inbound.address,
        platform_id=inbound.platform_id,
        text=inbound.text,
    )


async def _press(session: AsyncSession, now: datetime, account: str, update_id: int, press: ButtonPressed) -> None:
    answer = Answer(account=account, query=press.query, locale=press.locale)
    if press.data == MARKED or not press.private:
        await answer_later(session, now, answer)
        return
    meant = await press_button(session, now, account=account, address=press.address, button_id=press.data)
    if meant is None:
        await answer_later(session, now, answer.model_copy(update={"expired": True}))
    elif meant.again:
        await answer_later(session, now, answer)
    else:
        chosen = {"address": press.address, "message_id": press.message_id, "label": meant.label}
        await answer_later(session, now, answer.model_copy(update=chosen))
        inbound = Inbound(
            channel=CHANNEL,
            account=account,
            address=press.address,
            platform_id=f"c:{press.query}",
            text=meant.label,
            button=meant.button,
            sender_name=press.sender_name,
            locale=press.locale,
            position=update_id,
            back_in_reach=True,
            raw={"update_id": update_id},
        )
        await accept(session, now, inbound)


async def _change_reach(
    session: AsyncSession, now: datetime, account: str, update_id: int, change: ReachChanged
) -> None:
    await lock_account(session, account)
    thread = thread_of(CHANNEL, account, change.address)
    if change.reachable:
        await note_reachable(session, [thread])
    elif not await is_overtaken(session, account=account, update_id=update_id, address=change.address):
        await note_refused(session, now, thread, code=change.status, text="bot was blocked by the user")


async def _refuse_group(session: AsyncSession, now: datetime, account: str, call: CalledInGroup) -> None:
    if await refuse_group_once(session, now, account=account, chat=call.chat):
        await refuse_later(
            session, now, account=account, chat=call.chat, message_id=call.message_id, locale=call.locale
        )


async def _follow_group(session: AsyncSession, now: datetime, account: str, move: GroupMoved) -> None:
    """The same group under a new id need not be told again; what waits for the old id moves when it is sent."""
    if await is_group_refused(session, account=account, chat=move.chat):
        await refuse_group_once(session, now, account=account, chat=move.new_chat)
