"""Callbacks to the product: encrypted always, without content, tried three times."""

import itertools
import secrets
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from channels.simulator.crypto import signature
from channels.simulator.faults import Drop, Faults, LoseAnswer, Twice
from channels.simulator.line import Line
from channels.simulator.wecom.corp import Corp
from channels.simulator.wecom.rules import PUSH_TRIES
from channels.simulator.xml import write_xml
from kit.clock import Clock

_MIME = "text/xml"


@dataclass
class Callbacks:
    """Tells the product that there is something to pull."""

    clock: Clock
    line: Line
    faults: Faults
    _nonces: "itertools.count[int]" = field(default_factory=lambda: itertools.count(secrets.randbelow(10**9) + 10**9))

    async def call(self, corp: Corp, open_kfid: str, token: str) -> bool:
        """Deliver one callback; False when it was not answered and no fault had a hand in it."""
        inner = {
            "ToUserName": corp.corp_id,
            "CreateTime": int(self.clock.now().timestamp()),
            "MsgType": "event",
            "Event": "kf_msg_or_event",
            "Token": token,
            "OpenKfId": open_kfid,
        }
        encrypted = corp.cipher.encrypt(write_xml(inner))
        tries, again, disturbed = 0, 0, False
        while tries < PUSH_TRIES:
            tries += 1
            fault = self.faults.of_push(urlsplit(corp.hook_url).path)
            disturbed = disturbed or fault is not None
            if isinstance(fault, Drop):
                return True
            again += isinstance(fault, Twice)
            answer = await self._post(corp, encrypted)
            if answer and not isinstance(fault, LoseAnswer):
                for _ in range(again):
                    await self._post(corp, encrypted)
                return True
        return disturbed

    async def verify(self, corp: Corp) -> bool:
        """Ask the address to decrypt an echo, as the console does when it is entered."""
        echo = str(next(self._nonces))
        encrypted = corp.cipher.encrypt(echo)
        query = {**self._query(corp, encrypted), "echostr": encrypted}
        response = await self.line.get(corp.hook_url, query)
        return response is not None and response.content == echo.encode()

    async def _post(self, corp: Corp, encrypted: str) -> bool:
        outer = {"ToUserName": corp.corp_id, "AgentID": "", "Encrypt": encrypted}
        response = await self.line.post(corp.hook_url, self._query(corp, encrypted), write_xml(outer).encode(), _MIME)
        return response is not None

    def _query(self, corp: Corp, encrypted: str) -> dict[str, str]:
        timestamp, nonce = str(int(self.clock.now().timestamp())), str(next(self._nonces))
        signed = signature(corp.token, timestamp, nonce, encrypted)
        return {"msg_signature": signed, "timestamp": timestamp, "nonce": nonce}
