"""The whole memory of a simulated qyapi.weixin.qq.com: corporations, customers, the journal, files, tokens."""

import asyncio
from collections.abc import Coroutine
from datetime import datetime
from typing import Any

import httpx

from channels.simulator.calls import Call, CallLog, Violation
from channels.simulator.exchange import Asked
from channels.simulator.faults import Faults
from channels.simulator.line import Line
from channels.simulator.wecom.callbacks import Callbacks
from channels.simulator.wecom.corp import Corp, KfAccount
from channels.simulator.wecom.customer import Customer
from channels.simulator.wecom.files import FileStore
from channels.simulator.wecom.journal import Entry, Journal
from channels.simulator.wecom.rules import PUSH_PATIENCE_S
from channels.simulator.wecom.staff import Colleague
from channels.simulator.wecom.tokens import TokenOffice
from kit.clock import Clock


class WeComPlatform:
    """``http`` is how callbacks reach the product; ``latency_s`` is how long every answer takes on the network."""

    def __init__(self, clock: Clock, http: httpx.AsyncClient) -> None:
        self.clock = clock
        self.faults = Faults()
        self.log = CallLog()
        self.corps: dict[str, Corp] = {}
        self.customers: dict[tuple[str, str], Customer] = {}
        self.media = FileStore()
        self.tokens = TokenOffice()
        self.journal = Journal()
        self.line = Line(http, PUSH_PATIENCE_S)
        self.callbacks = Callbacks(clock, self.line, self.faults)
        self.latency_s = 0.0
        #: Msgids of the product that were used, by account.
        self.used: set[tuple[str, str]] = set()
        self._entry = 0
        self._number = 0
        self._running: set[asyncio.Task[None]] = set()

    @property
    def calls(self) -> list[Call]:
        """Every call of the product, newest last."""
        return self.log.calls

    @property
    def violations(self) -> list[Violation]:
        """What the rules forbid and the product did all the same."""
        return self.log.violations

    def add_account(self, corp: Corp, open_kfid: str, name: str = "客服") -> KfAccount:
        """Register a customer-service account, and its corporation where it is new."""
        self.corps.setdefault(corp.corp_id, corp)
        return corp.add_account(open_kfid, name)

    async def person(self, external_userid: str, name: str = "", *, open_kfid: str | None = None) -> Customer:
        """A customer of the account (else of the first one); the same for the same id. Nothing is told."""
        corp, account = self._account(open_kfid)
        key = (account.open_kfid, external_userid)
        if key not in self.customers:
            self.customers[key] = Customer(
                platform=self, corp=corp, account=account, external_userid=external_userid, name=name
            )
        return self.customers[key]

    def colleague(self, userid: str, *, open_kfid: str | None = None) -> Colleague:
        """Somebody on the staff; received among the account's servicers when new."""
        _corp, account = self._account(open_kfid)
        return Colleague(platform=self, account=account, servicer=account.add_servicer(userid))

    async def verify(self, corp: Corp) -> bool:
        """Whether the corporation's address answers the check as it must."""
        return await self.callbacks.verify(corp)

    async def happened(self, customer: Customer, fields: dict[str, Any]) -> Entry:
        """Write down what happened in a chat, and call the product back."""
        return await self.told(customer.account, fields)

    async def told(self, account: KfAccount, fields: dict[str, Any]) -> Entry:
        """Write down what happened on an account, and call the product back."""
        now = self.clock.now()
        entry = self.journal.add(account.open_kfid, fields, now)
        self._entry = entry.number
        corp = next(corp for corp in self.corps.values() if account.open_kfid in corp.accounts)
        call = Call(path=corp.hook_url, body=fields, at=now)
        if not await self.callbacks.call(corp, account.open_kfid, self.journal.new_token(now)):
            self.log.forbid(call, 0, "the callback was not answered")
        return entry

    def soon(self, work: Coroutine[Any, Any, Any]) -> None:
        """Do something after the answer to the present call; :meth:`settle` waits for it."""
        task = asyncio.get_running_loop().create_task(_finished(work))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def settle(self) -> None:
        """Wait until nothing is under way."""
        while self._running:
            await asyncio.gather(*self._running)
        await self.line.settle()

    def release(self) -> None:
        """Answer every stalled call now."""
        self.faults.release()

    def note(self, asked: Asked) -> None:
        """Remember a call that went wrong before anything looked at it."""
        self.log.note(Call(path=asked.path, body=asked.shown, at=self.clock.now()))

    def next_entry(self) -> int:
        """The number the journal's next entry will have."""
        return self._entry + 1

    def next_number(self) -> int:
        """For ids of all kinds."""
        self._number += 1
        return self._number

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def _account(self, open_kfid: str | None) -> tuple[Corp, KfAccount]:
        for corp in self.corps.values():
            for account in corp.accounts.values():
                if open_kfid in {None, account.open_kfid}:
                    return corp, account
        raise LookupError(open_kfid)


async def _finished(work: Coroutine[Any, Any, Any]) -> None:
    await work
