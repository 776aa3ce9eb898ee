from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi import APIRouter, Request
from starlette.responses import Response

from kit.clock import FrozenClock
from kit.ground import Ground
from tests.support.ground import open_ground
from tests.support.web import make_app, open_client


@pytest.fixture
def router() -> APIRouter:
    router = APIRouter()

    @router.post("/take")
    @router.post("/upload")
    async def take(request: Request) -> Response:
        return Response(str(len(await request.body())))

    @router.get("/chat")
    @router.get("/chatter")
    async def chat() -> Response:
        return Response("chat")

    @router.get("/sandboxed")
    async def sandboxed() -> Response:
        return Response("file", headers={"content-security-policy": "sandbox"})

    return router


async def _stream(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 1000):
        yield b"x" * 1000


class TestHeaders:
    async def test_forbid_everything_inline_and_from_elsewhere(self, ground: Ground) -> None:
        async with open_client(make_app(ground)) as client:
            headers = (await client.get("/console/login")).headers
        policy = headers["content-security-policy"]
        for part in ("default-src 'self'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'self'"):
            assert part in policy.split("; ")
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert "referrer-policy" in headers
        assert "strict-transport-security" not in headers

    @pytest.mark.sqlite
    async def test_promise_https_when_it_is_there(self, tmp_path: Path, clock: FrozenClock) -> None:
        async with (
            open_ground(tmp_path, clock=clock, secure_cookies=True) as ground,
            open_client(make_app(ground)) as client,
        ):
            assert "strict-transport-security" in (await client.get("/console/login")).headers

    @pytest.mark.sqlite
    async def test_let_the_chat_be_framed_by_the_sites_that_may(
        self, tmp_path: Path, clock: FrozenClock, router: APIRouter
    ) -> None:
        async with (
            open_ground(tmp_path, clock=clock, chat_origins=["https://tax.example"]) as ground,
            open_client(make_app(ground, router, framed=["/chat"])) as client,
        ):
            chat = (await client.get("/chat")).headers["content-security-policy"]
            other = (await client.get("/chatter")).headers["content-security-policy"]
        assert "frame-ancestors https://tax.example" in chat
        assert "frame-ancestors 'self'" in other

    async def test_of_the_endpoint_itself_win(self, ground: Ground, router: APIRouter) -> None:
        async with open_client(make_app(ground, router)) as client:
            headers = (await client.get("/sandboxed")).headers
        assert headers.get_list("content-security-policy") == ["sandbox"]


class TestBodyLimit:
    async def test_refuses_what_announces_too_much(self, ground: Ground, router: APIRouter) -> None:
        async with open_client(make_app(ground, router)) as client:
            got = await client.post("/take", content=b"x" * (1024 * 1024 + 1))
        assert got.status_code == 413
        assert "内容太大了" in got.text

    async def test_refuses_what_turns_out_to_be_too_much(self, ground: Ground, router: APIRouter) -> None:
        async with open_client(make_app(ground, router)) as client:
            got = await client.post("/take", content=_stream(1_200_000), headers={"accept": "application/json"})
        assert (got.status_code, got.json()["error"]["code"]) == (413, "too_large")
        assert "content-security-policy" in got.headers

    async def test_takes_what_is_allowed(self, ground: Ground, router: APIRouter) -> None:
        async with open_client(make_app(ground, router, uploads={"/upload": 2_000_000})) as client:
            assert (await client.post("/take", content=b"x" * 1024 * 1024)).text == "1048576"
            assert (await client.post("/upload", content=_stream(1_200_000))).text == "1200000"
            assert (await client.post("/upload", content=b"x" * 2_000_001)).status_code == 413
