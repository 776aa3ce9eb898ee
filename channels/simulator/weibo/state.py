"""The whole memory of a simulated Weibo: accounts, people, files, and what the product asked for."""

import itertools
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from channels.simulator.calls import Call, CallLog, Violation
from channels.simulator.crypto import signature
from channels.simulator.faults import Drop, Faults, LoseAnswer, Twice
from channels.simulator.line import Line
from channels.simulator.weibo import rules
from channels.simulator.weibo.account import VerifiedAccount
from channels.simulator.weibo.person import WeiboPerson
from channels.simulator.xml import write_xml
from kit.clock import Clock

_XML_NAMES = {
    "receiver_id": "ToUserName",
    "sender_id": "FromUserName",
    "type": "MsgType",
    "text": "Content",
    "subtype": "Event",
    "key": "EventKey",
    "ticket": "Ticket",
    "latitude": "Location_X",
    "longitude": "Location_Y",
    "tovfid": "MediaId",
}


@dataclass
class WeiboPlatform:
    """``http`` is how pushes reach the product."""

    clock: Clock
    http: httpx.AsyncClient
    faults: Faults = field(default_factory=Faults)
    log: CallLog = field(default_factory=CallLog)
    accounts: dict[str, VerifiedAccount] = field(default_factory=dict)
    people: dict[str, WeiboPerson] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(2489518277))

    def __post_init__(self) -> None:
        self.line = Line(self.http, rules.PUSH_PATIENCE_S)

    @property
    def calls(self) -> list[Call]:
        """Every call of the product, newest last."""
        return self.log.calls

    @property
    def violations(self) -> list[Violation]:
        """What the rules forbid and the product did all the same."""
        return self.log.violations

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def release(self) -> None:
        """Answer every stalled call now."""
        self.faults.release()

    def add_account(self, account: VerifiedAccount) -> VerifiedAccount:
        """Register an account; people write to the newest one."""
        self.accounts[account.uid] = account
        return account

    async def person(self, key: str, name: str = "") -> WeiboPerson:
        """The person of that name; the same for the same name."""
        if key not in self.people:
            self.people[key] = WeiboPerson(platform=self, uid=str(next(self._numbers)), name=name)
        return self.people[key]

    def keep(self, content: bytes) -> str:
        """A file; the id to fetch it by."""
        file_id = str(next(self._numbers))
        self.files[file_id] = content
        return file_id

    async def verify(self, uid: str) -> bool:
        """Ask the address as when it is entered: it has to return the echo to the letter."""
        account, echo = self.accounts[uid], secrets.token_hex(8)
        response = await self.line.get(account.hook_url, {**self._signed(account), "echostr": echo})
        return response is not None and response.text == echo

    async def tell(self, person: WeiboPerson, by: str, **said: Any) -> bool:
        """One push, tried again as the platform does; what the person did opens what the rules say."""
        account = list(self.accounts.values())[-1]
        if by:
            quota, lasts = rules.OPENS[by]
            person.open[by] = (quota, self.now + lasts)
        body = {
            "receiver_id": int(account.uid),
            "sender_id": int(person.uid),
            "created_at": self.now.strftime("%a %b %d %H:%M:%S +0000 %Y"),
            "data": {},
            **said,
        }
        fault = self.faults.of_push(urlsplit(account.hook_url).path)
        if isinstance(fault, Drop):
            return False
        if isinstance(fault, Twice | LoseAnswer):
            await self._post(account, body)
        for _ in range(rules.PUSH_TRIES):
            if await self._post(account, body):
                return True
        return False

    async def settle(self) -> None:
        """Wait until nothing is under way."""
        await self.line.settle()

    async def _post(self, account: VerifiedAccount, body: Mapping[str, Any]) -> bool:
        written = _as_xml(body) if account.as_xml else json.dumps(body, ensure_ascii=False)
        mime = "text/xml" if account.as_xml else "application/json"
        return await self.line.post(account.hook_url, self._signed(account), written.encode(), mime) is not None

    def _signed(self, account: VerifiedAccount) -> dict[str, str]:
        stamp, nonce = str(int(self.now.timestamp() * 1000)), secrets.token_hex(4)
        return {"signature": signature(account.secret, stamp, nonce), "timestamp": stamp, "nonce": nonce}


def _as_xml(body: Mapping[str, Any]) -> str:
    flat = {**body, **body["data"]}
    kept = {_XML_NAMES[name]: value for name, value in flat.items() if name in _XML_NAMES}
    moment = datetime.strptime(body["created_at"], "%a %b %d %H:%M:%S %z %Y")
    kind = {"position": "location"}.get(body["type"], body["type"])
    return write_xml({**kept, "MsgType": kind, "CreateTime": int(moment.timestamp())})
