"""Everything api.telegram.org knows: bots, people, chats, files; and what it noted about the product's calls."""

import asyncio
import secrets
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from channels.simulator.calls import Call, CallLog, Violation
from channels.simulator.faults import Faults
from channels.simulator.telegram.bots import Bot, Webhook
from channels.simulator.telegram.chats import Chat
from channels.simulator.telegram.files import Files
from channels.simulator.telegram.groups import Group
from channels.simulator.telegram.limits import twenty_a_minute
from channels.simulator.telegram.people import Person
from channels.simulator.telegram.pushing import Pusher
from channels.simulator.telegram.refusals import Refusal, bad_request, too_many_requests
from kit.clock import Clock

_PEOPLE_FROM, _PEOPLE = 5_100_000_000, 1_000_000_000
_GROUPS_FROM = 4_100_000_000
_SUPERGROUPS_FROM = 1_002_100_000_000


@dataclass
class Query:
    """A pressed button that waits for answerCallbackQuery."""

    bot: Bot
    person: Person
    at: datetime
    answered: bool = False
    text: str = ""


class TelegramPlatform:
    """The platform's whole memory; ``http`` is how it reaches the webhooks."""

    def __init__(self, clock: Clock, http: httpx.AsyncClient, *, demands_https: bool = False) -> None:
        self.clock = clock
        #: The real platform takes webhooks only with https, on four ports.
        self.demands_https = demands_https
        self.faults = Faults()
        self.log = CallLog()
        self.files = Files()
        self.bots: dict[str, Bot] = {}
        #: By bot and chat id.
        self.chats: dict[tuple[int, int], Chat] = {}
        self.people: dict[tuple[int, str], Person] = {}
        self.queries: dict[str, Query] = {}
        self.pusher = Pusher(clock, http, self.faults)

    @property
    def calls(self) -> list[Call]:
        return self.log.calls

    @property
    def violations(self) -> list[Violation]:
        return self.log.violations

    @property
    def unanswered(self) -> list[Query]:
        """Pressed buttons that still turn on the person's screen."""
        return [query for query in self.queries.values() if not query.answered]

    def add_account(
        self,
        token: str,
        *,
        hook_url: str = "",
        secret_token: str = "",
        name: str = "应票客服",
        username: str = "yingpiao_bot",
        privacy: bool = True,
    ) -> Bot:
        """A bot as BotFather makes it; with ``hook_url`` its webhook is set already."""
        bot = Bot(token=token, name=name, username=username, privacy=privacy)
        bot.count_from(self.clock.now())
        if hook_url:
            bot.webhook = Webhook(hook_url, secret_token)
        self.bots[token] = bot
        return bot

    async def person(
        self, key: str = "li", *, name: str = "小李", language: str = "zh-hans", bot: Bot | None = None
    ) -> Person:
        """The person of that key, who has begun a chat with the (first) bot; made when new."""
        chosen = bot or next(iter(self.bots.values()))
        known = self.people.get((chosen.id, key))
        if known is None:
            known = self.stranger(key, name=name, language=language, bot=chosen)
            known.chat.shut_with(None)
        return known

    def stranger(self, key: str, *, name: str = "小李", language: str = "zh-hans", bot: Bot | None = None) -> Person:
        """Somebody the bot may not write to, because they have not begun a chat with it."""
        chosen = bot or next(iter(self.bots.values()))
        user = {
            # The same for the same key, also in a simulator begun anew.
            "id": _PEOPLE_FROM + zlib.crc32(key.encode()) % _PEOPLE,
            "is_bot": False,
            "first_name": name,
            "language_code": language,
        }
        head = {"id": user["id"], "first_name": name, "type": "private"}
        chat = Chat(id=int(str(user["id"])), kind="private", head=head)
        chat.shut_with("bot can't initiate conversation with a user")
        self.chats[chosen.id, chat.id] = chat
        person = Person(self, chosen, chat, user)
        self.people[chosen.id, key] = person
        return person

    async def group(self, title: str, *, by: Person) -> Group:
        """A group into which somebody has just brought the bot."""
        number = -(_GROUPS_FROM + len(self.chats))
        chat = self._new_group(number, "group", title, by.bot)
        group = Group(self, by.bot, chat)
        await group.brings_bot(by)
        return group

    def supergroup(self, title: str, bot: Bot) -> Chat:
        """An empty supergroup, to move a group to."""
        return self._new_group(-(_SUPERGROUPS_FROM + len(self.chats)), "supergroup", title, bot)

    def chat(self, bot: Bot, chat_id: Any) -> Chat:
        """The chat a call names; raises Refusal."""
        if chat_id in {None, ""}:
            raise bad_request("chat_id is empty", forbidden=True)
        text = str(chat_id)
        found = self.chats.get((bot.id, int(text))) if text.lstrip("-").isdigit() else None
        if found is None:
            raise bad_request("chat not found")
        return found

    def check_pace(self, bot: Bot, chat: Chat) -> None:
        """Count one message to the chat; raises Refusal when that is too fast, and while it has to wait."""
        now = self.clock.now()
        for quiet in (bot.quiet_until, chat.quiet_until):
            if quiet is not None and now < quiet:
                raise too_many_requests(max(1, round((quiet - now).total_seconds())))
        for window in (bot.window, *chat.windows):
            if wait := window.wait_s(now):
                raise too_many_requests(wait)
        for window in (bot.window, *chat.windows):
            window.note(now)

    def forbid(self, call: Call, refusal: Refusal) -> None:
        """Note a call that was against the rules."""
        self.log.forbid(call, refusal.code, refusal.description)

    async def push(self, bot: Bot, kind: str, payload: dict[str, Any]) -> None:
        """Something has happened that the bot is told of."""
        await self.pusher.deliver(bot, bot.queue(kind, payload, self.clock.now()))

    async def retry(self) -> None:
        """Push everything again that no webhook has taken yet."""
        for bot in self.bots.values():
            await self.pusher.round(bot)

    @asynccontextmanager
    async def at_once(self) -> AsyncIterator[None]:
        """Updates made inside arrive afterwards: at the same time, and the newest first."""
        async with self.pusher.at_once():
            yield

    def release(self) -> None:
        """Every stalled call and every waiting getUpdates is answered now."""
        self.faults.release()
        for bot in self.bots.values():
            bot.poll = None
            bot.wake()

    async def run(self, stopping: asyncio.Event) -> None:
        """What the platform does by itself, where time runs."""
        await self.pusher.run(self.bots, stopping)

    def new_query(self, bot: Bot, person: Person) -> str:
        """The id of a button that was just pressed."""
        name = str(secrets.randbits(62))
        self.queries[name] = Query(bot, person, self.clock.now())
        return name

    def _new_group(self, number: int, kind: str, title: str, bot: Bot) -> Chat:
        chat = Chat(id=number, kind=kind, head={"id": number, "title": title, "type": kind})
        chat.windows.append(twenty_a_minute())
        self.chats[bot.id, number] = chat
        return chat
