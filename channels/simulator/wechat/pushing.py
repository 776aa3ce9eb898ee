"""Pushes to the product: signed, encrypted where the account asks for it, tried three times."""

import itertools
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx

from channels.simulator.crypto import signature
from channels.simulator.faults import Drop, Faults, LoseAnswer, Twice
from channels.simulator.line import Line
from channels.simulator.wechat.account import Format, Mode, OfficialAccount
from channels.simulator.wechat.answers import NonsenseError, PassiveReply, read_answer
from channels.simulator.wechat.rules import PUSH_TRIES
from channels.simulator.xml import write_xml
from kit.clock import Clock


@dataclass(kw_only=True)
class Pushed:
    """How a push went; ``answered`` within the time, ``reply`` what the person is to see."""

    tries: int = 0
    answered: bool = False
    dropped: bool = False
    reply: PassiveReply | None = None
    nonsense: str = ""
    #: A fault had a hand in it: what went wrong is no fault of the product.
    disturbed: bool = False


@dataclass
class Pusher:
    """Signs, writes and delivers pushes, and reads the answers."""

    clock: Clock
    line: Line
    faults: Faults
    _nonces: "itertools.count[int]" = field(default_factory=lambda: itertools.count(secrets.randbelow(10**9) + 10**9))

    async def push(self, account: OfficialAccount, openid: str, fields: Mapping[str, Any]) -> list[Pushed]:
        """Deliver one message or event: once, never, or twice, as the faults say."""
        first = Pushed()
        again = await self._deliver(account, openid, fields, first)
        if not again:
            return [first]
        second = Pushed()
        await self._deliver(account, openid, fields, second)
        return [first, second]

    async def verify(self, account: OfficialAccount) -> bool:
        """Ask the address for the echo, as the console does when it is entered."""
        echo = str(next(self._nonces))
        query = {**self._query(account, "", _Body(content=b"", mime="")), "echostr": echo}
        query.pop("openid")
        response = await self.line.get(account.hook_url, query)
        return response is not None and response.content == echo.encode()

    async def _deliver(self, account: OfficialAccount, openid: str, fields: Mapping[str, Any], pushed: Pushed) -> bool:
        """Try until there is an answer; True when the fault asks for the whole again."""
        body, twice = _body(account, fields), False
        while pushed.tries < PUSH_TRIES and not pushed.answered:
            pushed.tries += 1
            fault = self.faults.of_push(urlsplit(account.hook_url).path)
            pushed.disturbed = pushed.disturbed or fault is not None
            if isinstance(fault, Drop):
                pushed.dropped = True
                return False
            twice = twice or isinstance(fault, Twice)
            query = self._query(account, openid, body)
            response = await self.line.post(account.hook_url, query, body.content, body.mime)
            if response is not None and not isinstance(fault, LoseAnswer):
                pushed.answered = True
                _read_into(pushed, account, openid, response)
        return twice

    def _query(self, account: OfficialAccount, openid: str, body: "_Body") -> dict[str, str]:
        timestamp, nonce = str(int(self.clock.now().timestamp())), str(next(self._nonces))
        query = {
            "signature": signature(account.token, timestamp, nonce),
            "timestamp": timestamp,
            "nonce": nonce,
            "openid": openid,
        }
        if body.encrypted:
            query["encrypt_type"] = "aes"
            query["msg_signature"] = signature(account.token, timestamp, nonce, body.encrypted)
        return query


def _read_into(pushed: Pushed, account: OfficialAccount, openid: str, response: httpx.Response) -> None:
    try:
        pushed.reply = read_answer(account, openid, response)
    except NonsenseError as error:
        pushed.nonsense = str(error)


@dataclass(frozen=True, kw_only=True)
class _Body:
    content: bytes
    mime: str
    encrypted: str = ""


def _body(account: OfficialAccount, fields: Mapping[str, Any]) -> _Body:
    """The body of a push: the same for all its tries."""
    mime = "application/json" if account.format is Format.JSON else "text/xml"
    if account.mode is Mode.PLAIN:
        return _Body(content=_written(account, fields), mime=mime)
    encrypted = account.cipher.encrypt(_written(account, fields).decode())
    outside = dict(fields) if account.mode is Mode.COMPATIBLE else {"ToUserName": account.gh_id}
    content = _written(account, {**outside, "Encrypt": encrypted})
    return _Body(content=content, mime=mime, encrypted=encrypted)


def _written(account: OfficialAccount, fields: Mapping[str, Any]) -> bytes:
    if account.format is Format.JSON:
        return json.dumps(fields, ensure_ascii=False).encode()
    return write_xml(fields).encode()
