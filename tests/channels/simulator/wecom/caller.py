"""Calls as a product makes them."""

import itertools
from dataclasses import dataclass, field
from typing import Any

import httpx

from channels.simulator.wecom.corp import Corp

KFID = "wk-desk"


@dataclass
class Caller:
    http: httpx.AsyncClient
    corp: Corp
    token: str = ""
    cursor: str = ""
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    async def authorise(self, **changes: str) -> dict[str, Any]:
        query = {"corpid": self.corp.corp_id, "corpsecret": self.corp.secret, **changes}
        answer: dict[str, Any] = (await self.http.get("/cgi-bin/gettoken", params=query)).json()
        self.token = answer.get("access_token", self.token)
        return answer

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        if not self.token:
            await self.authorise()
        query = {"access_token": self.token}
        answer: dict[str, Any] = (await self.http.post(f"/cgi-bin/{path}", params=query, json=body)).json()
        return answer

    async def get(self, path: str, **query: str) -> httpx.Response:
        if not self.token:
            await self.authorise()
        return await self.http.get(f"/cgi-bin/{path}", params={"access_token": self.token, **query})

    async def upload(self, kind: str, content: bytes, name: str = "file.bin") -> dict[str, Any]:
        if not self.token:
            await self.authorise()
        query, files = {"access_token": self.token, "type": kind}, {"media": (name, content)}
        answer: dict[str, Any] = (await self.http.post("/cgi-bin/media/upload", params=query, files=files)).json()
        return answer

    async def pull(self, **changes: Any) -> dict[str, Any]:
        """One page, and the cursor after it."""
        body = {"open_kfid": KFID, "cursor": self.cursor, "limit": 1000, **changes}
        answer = await self.post("kf/sync_msg", body)
        self.cursor = answer.get("next_cursor", self.cursor)
        return answer

    async def pull_all(self) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = []
        while True:
            page = await self.pull()
            listed += page["msg_list"]
            if not page["has_more"]:
                return listed

    async def send(self, whom: str, kind: str, content: dict[str, Any], msgid: str | None = None) -> int:
        named = f"m{next(self._numbers)}" if msgid is None else msgid
        body = {"touser": whom, "open_kfid": KFID, "msgid": named, "msgtype": kind, kind: content}
        code: int = (await self.post("kf/send_msg", body))["errcode"]
        return code

    async def text(self, whom: str, content: str, msgid: str | None = None) -> int:
        return await self.send(whom, "text", {"content": content}, msgid)

    async def move(self, whom: str, state: int, servicer: str = "") -> dict[str, Any]:
        body = {"open_kfid": KFID, "external_userid": whom, "service_state": state, "servicer_userid": servicer}
        return await self.post("kf/service_state/trans", body)

    async def state(self, whom: str) -> dict[str, Any]:
        return await self.post("kf/service_state/get", {"open_kfid": KFID, "external_userid": whom})
