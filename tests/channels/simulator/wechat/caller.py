"""Calls as a product makes them."""

import json
from dataclasses import dataclass
from typing import Any

import httpx

from channels.simulator.wechat.account import OfficialAccount


@dataclass
class Caller:
    http: httpx.AsyncClient
    account: OfficialAccount
    token: str = ""

    async def authorise(self, **changes: Any) -> dict[str, Any]:
        body = {
            "grant_type": "client_credential",
            "appid": self.account.app_id,
            "secret": self.account.secret,
            **changes,
        }
        answer: dict[str, Any] = (await self.http.post("/cgi-bin/stable_token", json=body)).json()
        self.token = answer.get("access_token", self.token)
        return answer

    async def post(self, path: str, body: dict[str, Any] | bytes) -> dict[str, Any]:
        if not self.token:
            await self.authorise()
        content = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        url = f"/cgi-bin/{path}"
        answer: dict[str, Any] = (
            await self.http.post(url, params={"access_token": self.token}, content=content)
        ).json()
        return answer

    async def get(self, path: str, **query: str) -> httpx.Response:
        if not self.token:
            await self.authorise()
        return await self.http.get(f"/cgi-bin/{path}", params={"access_token": self.token, **query})

    async def upload(self, kind: str, content: bytes) -> dict[str, Any]:
        if not self.token:
            await self.authorise()
        files = {"media": ("file.bin", content, "application/octet-stream")}
        query = {"access_token": self.token, "type": kind}
        answer: dict[str, Any] = (await self.http.post("/cgi-bin/media/upload", params=query, files=files)).json()
        return answer

    async def text(self, openid: str, content: str) -> int:
        """Send a text as customer service; the code of the answer."""
        body = {"touser": openid, "msgtype": "text", "text": {"content": content}}
        code: int = (await self.post("message/custom/send", body))["errcode"]
        return code
