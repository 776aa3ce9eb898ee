"""What happens with a push that is certainly the platform's: keep it first, then see whether its answer is ready.

The platform waits 5 s and asks three times. An account with the customer service interface needs none of that: its
answers can follow, so a push waits a blink, and only while that pays. An account without it can answer in no other
way than with the push: there every try waits for all it is worth, and the last one says how to fetch what is late.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from channels import reach
from channels.context import ChannelContext
from channels.delivery import release_parked
from channels.port import Inbound, thread_of
from channels.unparsed import keep_unparsed
from channels.wechat import passive
from channels.wechat.adapter import WeChat
from channels.wechat.notices import note_consent_event, note_send_event
from channels.wechat.opening import Front, Push
from channels.wechat.replies import SUCCESS, Answer
from channels.wechat.settings import LONGEST_WAIT_S
from channels.wechat.translate import (
    CHANNEL,
    ConsentEvent,
    Left,
    NotUnderstoodError,
    SendEvent,
    Understood,
)
from channels.wechat.waiting import Waiting
from channels.windows import close_window, open_windows
from kit.bus import Listener
from kit.db import AsyncSession
from kit.i18n import translate
from kit.log import log

NOTHING = Answer(SUCCESS)
#: The platform has hung up after this: no answer then, or it would not ask again.
CUT_AFTER_S = 6.0
#: How often the platform asks, and from when on a try must be the last, should one have got lost on its way.
TRIES = 3
LAST_AFTER = timedelta(seconds=9)
#: What a person is told to send to fetch an answer.
_FETCH = frozenset({"1", "１", "一"})


@dataclass(frozen=True, kw_only=True)
class _Held:
    """One try of a push that may get an answer."""

    front: Front
    slot: passive.Slot
    listener: Listener
    started: datetime

    @property
    def is_last(self) -> bool:
        return self.slot.tries >= TRIES or self.started - self.slot.begun_at >= LAST_AFTER


@dataclass(frozen=True, kw_only=True)
class Receiver:
    """Takes the pushes of all accounts."""

    context: ChannelContext
    waiting: Waiting

    async def keep_unread(self, front: Front, body: bytes, reason: str) -> Answer:
        """For staff; the person is told nothing, and the platform that all is well."""
        ground = self.context.ground
        async with ground.db.transaction() as session:
            await keep_unparsed(
                session, ground.clock.now(), channel=CHANNEL, account=front.name, body=body, reason=reason
            )
        return NOTHING

    async def receive(self, front: Front, push: Push, body: bytes) -> Answer:
        """Keep what the push says; the answer to it when there is one in time."""
        try:
            understood = front.reader.understand(push.fields)
        except NotUnderstoodError as error:
            return await self.keep_unread(front, body, str(error))
        if not isinstance(understood, Inbound):
            await self._note(front, understood)
            return NOTHING
        content = await self._answer(front, understood)
        if content is None:
            return NOTHING
        seconds = int(self.context.ground.clock.now().timestamp())
        return push.envelope.text(content, sender=front.name, receiver=understood.address, seconds=seconds)

    async def _note(self, front: Front, understood: Understood) -> None:
        ground, now = self.context.ground, self.context.ground.clock.now()
        async with ground.db.transaction() as session:
            match understood:
                case Left(address):
                    thread = thread_of(CHANNEL, front.name, address)
                    await reach.note_refused(session, now, thread, code="unsubscribe", text="the person has unfollowed")
                    # What was allowed ends with it: whoever follows again begins anew.
                    await close_window(session, thread)
                case ConsentEvent(event):
                    await note_consent_event(session, now, front.name, event)
                case SendEvent(event):
                    await note_send_event(session, now, front.name, event)
                case _:
                    log.info("event not needed", account=front.name)

    async def _answer(self, front: Front, inbound: Inbound) -> str | None:
        """What to give the platform; None: nothing."""
        started = self.context.ground.clock.now()
        wait_s = self._wait_s(front)
        # Listening begins before the message can be seen: the answer may be there sooner than we.
        async with self.context.ground.db.bus.listening(passive.topic_of(inbound.thread)) as listener:
            slot = await self._accept(front, inbound, started, wait_s)
            if slot is None:
                return None
            held = _Held(front=front, slot=slot, listener=listener, started=started)
            try:
                if front.settings.verified or front.paused:
                    return await self._brief(held, wait_s)
                return await self._patient(held)
            except Exception:  # noqa: BLE001 - the message is stored: what is wrong with its slot must not look like a fault.
                log.exception("passive reply failed", thread=inbound.thread)
                return None

    def _wait_s(self, front: Front) -> float:
        if front.paused:
            return 0
        if not front.settings.verified:
            return LONGEST_WAIT_S
        wait_s = front.settings.passive_wait_s
        return wait_s if wait_s and self.waiting.patience.allows(front.name) else 0

    async def _accept(self, front: Front, inbound: Inbound, now: datetime, wait_s: float) -> passive.Slot | None:
        """Keep the message, and make the slot for its answer; a repeated one finds the slot it had."""
        until = now + timedelta(seconds=wait_s if front.settings.verified else CUT_AFTER_S)
        if not front.settings.verified:
            slot = await self._fetch(now, inbound, until)
            if slot is not None:
                return slot
        slots: list[passive.Slot | None] = []

        async def with_slot(session: AsyncSession, is_new: bool) -> None:  # noqa: FBT001 - the intake calls it so.
            if not is_new:
                slots.append(
                    await passive.begin_again(session, inbound, until=now if front.settings.verified else until)
                )
            elif wait_s:
                slots.append(await passive.begin(session, now, inbound, until=until))

        settle_s = WeChat.capabilities.settle_s or 0.0
        await self.context.intake.accept(inbound, settle_s=settle_s, also=with_slot)
        return slots[0] if slots else None

    async def _fetch(self, now: datetime, inbound: Inbound, until: datetime) -> passive.Slot | None:
        """The slot of a push that fetches a late answer, or has been here before: nobody else hears of it."""
        async with self.context.ground.db.transaction() as session:
            again = await passive.begin_again(session, inbound, until=until)
            if again is not None:
                return again
            if inbound.text not in _FETCH or not await passive.waits_parked(session, inbound.thread):
                return None
            if inbound.opening is not None:
                await open_windows(session, now, [(inbound.thread, inbound.opening)])
            await release_parked(session, now, [inbound.thread])
            return await passive.begin(session, now, inbound, until=until)

    async def _brief(self, held: _Held, wait_s: float) -> str | None:
        if held.slot.tries > 1:
            # Our answer was lost, or too late: what was given then is given again, and nothing waited for.
            return await self._take(held)
        content = await self._hear(held, wait_s)
        self.waiting.patience.note(held.front.name, came=content is not None)
        return content

    async def _patient(self, held: _Held) -> str | None:
        content = await self._take(held) if held.slot.tries > 1 else None
        content = content or await self._hear(held, LONGEST_WAIT_S)
        if content is not None:
            return content
        if held.is_last:
            return await self._end(held)
        # An answer now would count as one: only silence makes the platform ask again.
        await self.waiting.pause(CUT_AFTER_S - LONGEST_WAIT_S)
        return None

    async def _hear(self, held: _Held, wait_s: float) -> str | None:
        """The answer as soon as it lies there, until the time is over; it counts from when the push came in."""
        clock, until = self.context.ground.clock, held.started + timedelta(seconds=wait_s)
        while (seconds := (until - clock.now()).total_seconds()) > 0:
            if not await self.waiting.hear(held.listener, seconds):
                return None
            content = await self._take(held)
            if content is not None:
                return content
        return None

    async def _take(self, held: _Held) -> str | None:
        async with self.context.ground.db.transaction() as session:
            return await self._taken(session, held)

    async def _end(self, held: _Held) -> str:
        """The last try: whatever came at the last moment, else how to fetch it later."""
        ground = self.context.ground
        async with ground.db.transaction() as session:
            await passive.close(session, held.slot)
            content = await self._taken(session, held)
        return content or translate("channels.wechat.passive.later", ground.settings.default_locale)

    async def _taken(self, session: AsyncSession, held: _Held) -> str | None:
        ground = self.context.ground
        more = translate("channels.wechat.passive.more", ground.settings.default_locale)
        # Where answers can follow by themselves, nobody has to ask for them.
        next_hint = "" if held.front.settings.verified else more
        return await passive.take(session, ground.clock.now(), held.slot, next_hint=next_hint)
