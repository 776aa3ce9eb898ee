"""A visitor's browser, as far as the protocol goes, and the application it talks to."""

import itertools
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

import kit.web
from channels.webchat import endpoints, pages, uploads
from channels.webchat.site import ChatSite
from kit.ground import Ground
from kit.web.assets import Assets
from kit.web.install import install_web
from kit.web.pages import Pages

KIT = Path(kit.web.__file__).parent
_numbers = itertools.count(1)


def make_app(ground: Ground) -> FastAPI:
    app = FastAPI()
    for router in (endpoints.router, pages.router, pages.strings_router, uploads.router):
        app.include_router(router)
    assets = Assets({"kit": KIT / "static"})
    install_web(
        app,
        ground=ground,
        pages=Pages([pages.TEMPLATES, KIT / "templates"], settings=ground.settings, assets=assets),
        assets=assets,
        uploads={"/chat/api/uploads": 256 * 1024 * 1024},
        framed=("/chat",),
    )
    app.state.webchat = ChatSite(ground)
    return app


@dataclass
class Browser:
    client: httpx.AsyncClient
    language: str = "zh-CN"
    token: str = ""
    visitor: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    async def open(self, *, token: str | None = None, **fields: Any) -> dict[str, Any]:
        response = await self.post("session", {"token": token, **fields})
        assert response.status_code == 200, response.text
        opened: dict[str, Any] = response.json()
        self.token, self.visitor = opened["token"], opened["visitor"]
        return opened

    async def post(self, path: str, body: Any = None, **options: Any) -> httpx.Response:
        if body is not None:
            options["json"] = body
        return await self.client.post(f"/chat/api/{path}", headers=self._headers(), **options)

    async def get(self, path: str, **params: Any) -> httpx.Response:
        return await self.client.get(f"/chat/api/{path}", params=params, headers=self._headers())

    async def say(self, text: str | None = None, *, client_id: str = "", **fields: Any) -> dict[str, Any]:
        body = {"client_id": client_id or f"c{next(_numbers)}", "text": text, **fields}
        response = await self.post("messages", body)
        assert response.status_code == 200, response.text
        said: dict[str, Any] = response.json()
        return said

    async def news(self, since: int = 0, **params: Any) -> list[dict[str, Any]]:
        response = await self.get("messages", since=since, **params)
        assert response.status_code == 200, response.text
        messages: list[dict[str, Any]] = response.json()["messages"]
        return messages

    async def upload(self, name: str, content: bytes, mime: str = "text/plain") -> httpx.Response:
        return await self.post("uploads", files={"file": (name, content, mime)})

    def _headers(self) -> dict[str, str]:
        headers = {"Accept-Language": self.language, **self.headers}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        return headers


def error_of(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]
