"""The model as the rest of the product knows it: a text within the time, or None and a reason in the log."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from kit.clock import Clock
from kit.db import Database
from kit.i18n import Locale
from kit.log import log
from knowledge.llm.checking import SPEAKERS, check
from knowledge.llm.counting import What, count, reserve, settle
from knowledge.llm.endpoint import ChatEndpoint, Completion
from knowledge.llm.failures import ModelFailedError, Reason
from knowledge.llm.masking import Finder, Mask
from knowledge.llm.prompting import Use, worded_from

MOST_TOKENS = 500
#: So many failures in a row, and nobody waits for it for a while.
FAILURES = 3
REST_S = 60.0
_OF_THE_ENDPOINT = {Reason.LATE, Reason.BUSY, Reason.REFUSED, Reason.UNREACHABLE, Reason.MALFORMED, Reason.TOO_LARGE}
#: Nothing was written, so nothing is paid for; whatever else failed may have cost what was reserved.
_FREE = {Reason.BUSY, Reason.REFUSED, Reason.UNREACHABLE}


@dataclass
class Breaker:
    """Shut while the service fails; after the rest it is tried again, and one more failure shuts it again."""

    failed: int = 0
    rests_until: datetime | None = None

    def resting(self, now: datetime) -> bool:
        return self.rests_until is not None and now < self.rests_until

    def note(self, now: datetime, failure: ModelFailedError | None) -> None:
        if failure is None:
            self.failed, self.rests_until = 0, None
            return
        self.failed += failure.reason in _OF_THE_ENDPOINT
        if failure.retry_after_s or self.failed >= FAILURES:
            self.rests_until = now + timedelta(seconds=max(failure.retry_after_s, REST_S))


@dataclass
class LanguageModel:
    """Words answers, drafts and summaries; never raises, and never holds a transaction open while it waits."""

    db: Database
    clock: Clock
    endpoint: ChatEndpoint
    find: Finder
    zone: ZoneInfo
    tokens_per_day: int
    breaker: Breaker = field(default_factory=Breaker)

    async def word(
        self,
        question: str,
        passages: Sequence[str],
        locale: Locale,
        *,
        within_s: float,
        known: Sequence[tuple[str, str]] = (),
        use: Use = Use.ANSWER,
    ) -> str | None:
        """A text in which every sentence is borne out by the passages; None: do without.

        ``known`` is of the person, as kind and value, and does not leave.
        """
        day = self.clock.now().astimezone(self.zone).date()
        figures: dict[str, int] = {What.ASKED: 1}
        mask = Mask(lambda text: [*known, *self.find(text)])
        try:
            # Articles are for everybody to read; what was said in a conversation is not.
            leaving = [mask.hide(one) for one in passages] if use is Use.SUMMARY else passages
            messages = worded_from(use, mask.hide(question), leaving, locale)
            async with asyncio.timeout(max(within_s, 0.0)):
                written = await self._written(day, messages, within_s=within_s)
            exact = SPEAKERS if use is Use.SUMMARY else None
            checked = check(mask.show(written), passages, locale, exact=exact)
        except TimeoutError:
            await self._fell_back(use, day, figures, ModelFailedError(Reason.LATE))
            return None
        except ModelFailedError as failure:
            await self._fell_back(use, day, figures, failure)
            return None
        except Exception:  # noqa: BLE001 - a fault of ours must not cost the person the plain answer.
            log.exception("model failed")
            await self._fell_back(use, day, figures, ModelFailedError(Reason.FAULT))
            return None
        figures[What.DROPPED] = checked.dropped
        if not checked.text:
            await self._fell_back(use, day, figures, ModelFailedError(Reason.UNSUPPORTED))
            return None
        self.breaker.note(self.clock.now(), None)
        await self._count(use, day, {**figures, What.WORDED: 1})
        return checked.text

    async def pass_over(self, reason: Reason) -> None:
        """Nobody was asked, and that is counted as well."""
        day = self.clock.now().astimezone(self.zone).date()
        await self._fell_back(Use.ANSWER, day, {What.ASKED: 1}, ModelFailedError(reason))

    async def _written(self, day: date, messages: Sequence[Mapping[str, str]], *, within_s: float) -> str:
        if self.breaker.resting(self.clock.now()):
            raise ModelFailedError(Reason.RESTING)
        # A Chinese character is a token or two; what is too much comes back.
        likely = 2 * sum(len(message["content"]) for message in messages) + MOST_TOKENS
        async with self.db.transaction() as session:
            if not await reserve(session, day, likely, limit=self.tokens_per_day):
                raise ModelFailedError(Reason.BUDGET)
        try:
            answer: Completion = await self.endpoint.ask(messages, within_s=within_s, max_tokens=MOST_TOKENS)
        except ModelFailedError as failure:
            if failure.reason in _FREE:
                await self._settle(day, reserved=likely, used=0)
            raise
        if answer.tokens is not None:
            await self._settle(day, reserved=likely, used=answer.tokens)
        return answer.text

    async def _settle(self, day: date, *, reserved: int, used: int) -> None:
        async with self.db.transaction() as session:
            await settle(session, day, reserved=reserved, used=used)

    async def _fell_back(self, use: Use, day: date, figures: dict[str, int], failure: ModelFailedError) -> None:
        if failure.reason is not Reason.RESTING:
            self.breaker.note(self.clock.now(), failure)
        log.info("model fell back", use=use, reason=failure.reason, detail=str(failure))
        await self._count(use, day, {**figures, failure.reason: 1})

    async def _count(self, use: Use, day: date, figures: dict[str, int]) -> None:
        async with self.db.transaction() as session:
            await count(session, day, use, figures)
