"""Small calls besides messages: end the waiting sign of a press, refuse a group, show that somebody writes.

They are jobs, so that no webhook waits for them; none is worth more than a few tries.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import BaseModel

from channels.context import ChannelContext
from channels.errors import DeliveryDelayedError, DeliveryError, UnknownAccountError
from channels.telegram.client import Api, Bots, Key
from channels.telegram.render import MARKED
from channels.telegram.settings import CHANNEL
from kit.clock import to_ms
from kit.db import AsyncSession
from kit.i18n import translate
from kit.log import log
from kit.outbox import ClaimedJob, NewJob, Priority, enqueue_one, finish, retry
from kit.outbox.runner import Independent
from kit.settings import Locale

QUEUE = "telegram"
ANSWER = "telegram.answer"
REFUSE = "telegram.refuse"
TYPING = "telegram.typing"

#: Telegram takes the answer to a press for some minutes only, and shows that somebody writes for five seconds.
_ANSWER_LASTS = timedelta(minutes=5)
_TYPING_LASTS = timedelta(seconds=5)


class Answer(BaseModel):
    """What a press gets back: silence, a notice that it came too late, or the choice marked on its keyboard."""

    account: str
    query: str
    locale: Locale
    expired: bool = False
    address: str = ""
    message_id: int | None = None
    label: str = ""


class _Refusal(BaseModel):
    account: str
    chat: str
    message_id: int | None
    locale: Locale


class _Typing(BaseModel):
    account: str
    address: str


async def answer_later(session: AsyncSession, now: datetime, answer: Answer) -> None:
    """End the waiting sign on the button, as soon as this transaction is committed."""
    await _later(session, now, ANSWER, answer, lasts=_ANSWER_LASTS)


async def refuse_later(
    session: AsyncSession, now: datetime, *, account: str, chat: str, message_id: int | None, locale: Locale
) -> None:
    """Tell the group where to find us."""
    refusal = _Refusal(account=account, chat=chat, message_id=message_id, locale=locale)
    await _later(session, now, REFUSE, refusal)


async def typing_later(session: AsyncSession, now: datetime, *, account: str, address: str) -> None:
    """Show the person that somebody is writing, for five seconds."""
    await _later(session, now, TYPING, _Typing(account=account, address=address), lasts=_TYPING_LASTS)


async def _later(
    session: AsyncSession, now: datetime, kind: str, what: BaseModel, *, lasts: timedelta | None = None
) -> None:
    job = NewJob(
        kind=kind,
        payload=what.model_dump(mode="json"),
        queue=QUEUE,
        priority=Priority.PERSON,
        expires_at=now + lasts if lasts else None,
        max_attempts=3,
    )
    await enqueue_one(session, now, job)


@dataclass(frozen=True)
class Errands:
    """Runs them."""

    context: ChannelContext
    bots: Bots

    async def answer(self, job: ClaimedJob) -> None:
        """Answer first: the person's button spins until then."""
        what = Answer.model_validate(job.payload)
        text = translate("channels.telegram.button_expired", what.locale) if what.expired else None

        async def go(api: Api) -> None:
            await api.answer_press(what.query, text)
            if what.label and what.message_id is not None:
                marked = [[Key(label=f"✓ {what.label}", data=MARKED)]]
                await api.replace_keyboard(what.address, what.message_id, marked)

        await self._run(job, what.account, go)

    async def refuse(self, job: ClaimedJob) -> None:
        what = _Refusal.model_validate(job.payload)

        async def go(api: Api) -> None:
            link = f"https://t.me/{(await api.me()).get('username', '')}"
            text = translate("channels.telegram.group_refused", what.locale, link=link)
            await api.send_text(what.chat, text, markup=False, reply_to=what.message_id)

        await self._run(job, what.account, go, retried=True)

    async def show_typing(self, job: ClaimedJob) -> None:
        what = _Typing.model_validate(job.payload)
        await self._run(job, what.account, lambda api: api.show_typing(what.address))

    async def _run(
        self, job: ClaimedJob, account: str, go: Callable[[Api], Awaitable[None]], *, retried: bool = False
    ) -> None:
        """A failure costs a line in the log; only what was not sent and still matters is tried again."""
        ground = self.context.ground
        try:
            if not self._is_stale(job):
                await go(self.bots.of(await self.context.accounts.named(CHANNEL, account)))
        except (DeliveryError, UnknownAccountError) as error:
            log.warning("telegram errand failed", kind=job.kind, account=account, error=str(error))
            if retried and isinstance(error, DeliveryDelayedError):
                async with ground.db.transaction() as session:
                    await retry(session, ground.clock.now(), job, error=str(error), after_s=error.retry_after_s)
                return
        async with ground.db.transaction() as session:
            await finish(session, job)

    def _is_stale(self, job: ClaimedJob) -> bool:
        return job.expires_at is not None and job.expires_at <= to_ms(self.context.ground.clock.now())


def runners(context: ChannelContext) -> Mapping[str, Mapping[str, Independent]]:
    """Who does what, for the composition root."""
    errands = Errands(context, Bots(context))
    return {QUEUE: {ANSWER: errands.answer, REFUSE: errands.refuse, TYPING: errands.show_typing}}
