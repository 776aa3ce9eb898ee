"""Updates on their way to a webhook: again and again until it answers with success."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import httpx

from channels.simulator.faults import Drop, Faults, LoseAnswer, Twice
from channels.simulator.telegram.bots import Bot, Update, Webhook
from kit.clock import Clock

#: So often at once; after that the update waits for the next round.
TRIES = 3
#: Between rounds, where time runs by itself.
ROUND_S = 1.0


class Pusher:
    """Delivers what bots with a webhook have not got."""

    def __init__(self, clock: Clock, http: httpx.AsyncClient, faults: Faults) -> None:
        self._clock = clock
        self._http = http
        self._faults = faults
        self._held: list[tuple[Bot, Update]] | None = None

    async def deliver(self, bot: Bot, update: Update | None) -> None:
        """Bring one new update to its bot; it stays pending when that fails."""
        if update is None or bot.webhook is None:
            return
        if self._held is not None:
            self._held.append((bot, update))
            return
        for _ in range(TRIES):
            if update not in bot.pending or update.in_flight or await self._try(bot, update):
                return

    async def round(self, bot: Bot) -> None:
        """Try everything that is pending once more, oldest first."""
        for update in bot.waiting(self._clock.now()):
            if not update.in_flight:
                await self._try(bot, update)

    async def run(self, bots: dict[str, Bot], stopping: asyncio.Event) -> None:
        """Go on trying, where time runs by itself."""
        while not stopping.is_set():
            for bot in list(bots.values()):
                await self.round(bot)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), ROUND_S)

    @asynccontextmanager
    async def at_once(self) -> AsyncIterator[None]:
        """What happens inside reaches the webhook afterwards: all at the same time, and the newest first."""
        self._held = []
        try:
            yield
        finally:
            held, self._held = self._held, None
        await asyncio.gather(*(self.deliver(bot, update) for bot, update in reversed(held)))

    async def _try(self, bot: Bot, update: Update) -> bool:
        """Whether the bot has the update now."""
        hook = bot.webhook
        if hook is None:
            return False
        fault = self._faults.of_push(urlsplit(hook.url).path)
        if isinstance(fault, Drop):
            bot.done(update)
            return True
        update.in_flight = True
        try:
            taken = await self._post(hook, update)
            if isinstance(fault, Twice):
                taken = await self._post(hook, update) and taken
        finally:
            update.in_flight = False
        if isinstance(fault, LoseAnswer):
            taken = False
        if taken:
            bot.done(update)
        return taken

    async def _post(self, hook: Webhook, update: Update) -> bool:
        headers = {"X-Telegram-Bot-Api-Secret-Token": hook.secret_token} if hook.secret_token else {}
        try:
            answer = await self._http.post(hook.url, json=update.body, headers=headers)
        except httpx.HTTPError as error:
            self._failed(hook, repr(error))
            return False
        if not answer.is_success:
            self._failed(hook, f"Wrong response from the webhook: {answer.status_code} {answer.reason_phrase}")
        return answer.is_success

    def _failed(self, hook: Webhook, words: str) -> None:
        hook.last_error_at, hook.last_error = self._clock.now(), words
