"""The whole memory of a simulated api.weixin.qq.com: accounts, people, files, tokens, counts."""

import asyncio
import itertools
from collections.abc import Coroutine, Mapping
from typing import Any

import httpx

from channels.simulator.calls import Call, CallLog, Violation
from channels.simulator.errors import RefusedError
from channels.simulator.exchange import Asked
from channels.simulator.faults import Faults
from channels.simulator.line import Line
from channels.simulator.people import Arrived
from channels.simulator.wechat.account import Format, OfficialAccount
from channels.simulator.wechat.answers import PassiveReply
from channels.simulator.wechat.media import MediaStore
from channels.simulator.wechat.person import Person
from channels.simulator.wechat.pushing import Pushed, Pusher
from channels.simulator.wechat.quotas import Quotas
from channels.simulator.wechat.rules import OUT_OF_SERVICE, PUSH_PATIENCE_S, PUSH_TRIES, WORDS
from channels.simulator.wechat.showing import passive
from channels.simulator.wechat.tokens import TokenOffice
from kit.clock import Clock


class WeChatPlatform:
    """``http`` is how pushes reach the product: its application in this process, or the network.

    ``latency_s`` is how long every answer takes on the network.
    """

    def __init__(self, clock: Clock, http: httpx.AsyncClient) -> None:
        self.clock = clock
        self.faults = Faults()
        self.log = CallLog()
        self.accounts: dict[str, OfficialAccount] = {}
        self.people: dict[tuple[str, str], Person] = {}
        self.media = MediaStore()
        self.tokens = TokenOffice()
        self.quotas = Quotas()
        self.line = Line(http, PUSH_PATIENCE_S)
        self.pusher = Pusher(clock, self.line, self.faults)
        self.latency_s = 0.0
        #: By ticket: the scene of a QR code.
        self.tickets: dict[str, str] = {}
        # From the time of day, so that a simulator begun anew repeats none to a product that goes on.
        self._message_ids = itertools.count(int(clock.now().timestamp()) * 10_000_000 + 1)
        self._numbers = itertools.count(1)
        self._running: set[asyncio.Task[None]] = set()

    @property
    def calls(self) -> list[Call]:
        """Every call of the product, newest last."""
        return self.log.calls

    @property
    def violations(self) -> list[Violation]:
        """What the rules forbid and the product did all the same."""
        return self.log.violations

    def add_account(self, account: OfficialAccount) -> OfficialAccount:
        """Register an account as its operator set it up."""
        self.accounts[account.app_id] = account
        return account

    async def person(
        self, openid: str, name: str = "", *, account: OfficialAccount | None = None, following: bool = True
    ) -> Person:
        """A person of the account (else of the first one); the same for the same openid. Nothing is pushed."""
        of = account or next(iter(self.accounts.values()))
        known = self.people.get((of.app_id, openid))
        if known is None:
            known = Person(
                platform=self,
                account=of,
                openid=openid,
                name=name,
                following=following,
                followed_at=self.clock.now() if following else None,
                told_off=not following,
            )
            self.people[of.app_id, openid] = known
        return known

    def reachable(self, account: OfficialAccount, openid: Any) -> Person:
        """Who is meant by a call; raises RefusedError."""
        person = self.people.get((account.app_id, openid)) if isinstance(openid, str) else None
        if person is None:
            raise RefusedError(40003, WORDS[40003])
        return person

    async def verify(self, account: OfficialAccount) -> bool:
        """Whether the account's address answers the check as it must."""
        return await self.pusher.verify(account)

    async def push(self, person: Person, fields: Mapping[str, Any], *, key: str) -> list[Pushed]:
        """Tell the product what a person did, and show the person its answer."""
        created = int(self.clock.now().timestamp())
        whole = {
            "ToUserName": person.account.gh_id,
            "FromUserName": person.openid,
            "CreateTime": created,
            **fields,
        }
        results = await self.pusher.push(person.account, person.openid, whole)
        for pushed in results:
            self._conclude(person, pushed, key or f"{created}:{fields.get('Event')}:{fields.get('EventKey')}")
        return results

    def soon(self, work: Coroutine[Any, Any, Any]) -> None:
        """Do something after the answer to the present call; :meth:`settle` waits for it."""
        task = asyncio.get_running_loop().create_task(_finished(work))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def settle(self) -> None:
        """Wait until nothing is under way: events still to be pushed, and requests given up."""
        while self._running:
            await asyncio.gather(*self._running)
        await self.line.settle()

    def release(self) -> None:
        """Answer every stalled call now."""
        self.faults.release()

    def note(self, asked: Asked) -> None:
        """Remember a call that went wrong before anything looked at it."""
        self.log.note(Call(path=asked.path, body=asked.shown, at=self.clock.now()))

    def next_message_id(self) -> int:
        """As the platform's: 64 bits, rising."""
        return next(self._message_ids)

    def next_number(self) -> int:
        """For ids of all kinds."""
        return next(self._numbers)

    def ticket_of(self, scene: str | None) -> str:
        """The ticket of the newest QR code with the scene; made up for a code nobody asked this platform for."""
        return next((ticket for ticket, of in reversed(self.tickets.items()) if of == scene), f"sim-ticket-{scene}")

    def listed(self, account: OfficialAccount, group: str, listed: list[dict[str, Any]]) -> dict[str, Any]:
        """A list within an event: in a group of its own in XML; in JSON without one, and a single entry is no list."""
        if account.format is Format.XML:
            return {group: {"List": listed}}
        return {"List": listed[0] if len(listed) == 1 else listed}

    def _conclude(self, person: Person, pushed: Pushed, key: str) -> None:
        if pushed.reply is not None:
            self._show(person, pushed.reply, key)
        elif pushed.nonsense or (not pushed.answered and not pushed.dropped and pushed.tries == PUSH_TRIES):
            self._out_of_service(person, pushed)

    def _show(self, person: Person, reply: PassiveReply, key: str) -> None:
        """The client shows one answer to a message, however many the platform got."""
        if key not in person.replied and reply.kind != "transfer_customer_service":
            person.replied.add(key)
            person.sees(passive(self, person.account, reply))

    def _out_of_service(self, person: Person, pushed: Pushed) -> None:
        person.notices += 1
        person.sees(Arrived(kind="notice", text=OUT_OF_SERVICE))
        if pushed.nonsense or not pushed.disturbed:
            said = pushed.nonsense or "no answer"
            call = Call(path=person.account.hook_url, body=said, at=self.clock.now())
            self.log.forbid(call, 0, f"{OUT_OF_SERVICE} ({said})")


async def _finished(work: Coroutine[Any, Any, Any]) -> None:
    await work
