from collections.abc import AsyncIterator
from typing import Annotated

import pytest
import structlog
from fastapi import APIRouter, Form
from starlette.responses import Response, StreamingResponse

from kit.errors import ConflictError, TooManyError
from kit.ground import Ground
from tests.support.web import make_app, open_client


def _trial_router() -> APIRouter:
    router = APIRouter()

    @router.get("/conflict")
    @router.get("/api/conflict")
    @router.get("/chat/api/conflict")
    async def conflict() -> None:
        raise ConflictError

    @router.get("/api/too-many")
    async def too_many() -> None:
        raise TooManyError(retry_after=7)

    @router.get("/fault")
    @router.get("/api/fault")
    async def fault() -> None:
        raise RuntimeError("password=hunter2")

    @router.post("/api/numbers")
    async def numbers(number: Annotated[int, Form()]) -> Response:
        return Response(str(number))

    @router.get("/half")
    async def half() -> Response:
        async def body() -> AsyncIterator[bytes]:
            yield b"half"
            raise RuntimeError("cut")

        return StreamingResponse(body())

    return router


@pytest.fixture
def router() -> APIRouter:
    return _trial_router()


class TestARefusal:
    @pytest.mark.parametrize(
        ("path", "headers"),
        [("/api/conflict", {}), ("/chat/api/conflict", {}), ("/conflict", {"accept": "application/json"})],
    )
    async def test_is_json_for_programs(
        self, ground: Ground, router: APIRouter, path: str, headers: dict[str, str]
    ) -> None:
        async with open_client(make_app(ground, router)) as client:
            got = await client.get(path, headers=headers)
        assert got.status_code == 409
        assert got.json() == {"error": {"code": "conflict", "message": "刚刚有人改过，请刷新后再看一下。"}}

    async def test_is_a_page_for_people(self, ground: Ground, router: APIRouter) -> None:
        async with open_client(make_app(ground, router)) as client:
            got = await client.get("/conflict", headers={"accept": "text/html", "accept-language": "en"})
        assert got.status_code == 409
        assert '<html lang="en"' in got.text
        assert "Somebody changed this just now." in got.text

    async def test_goes_to_the_flash_region_for_htmx(self, ground: Ground, router: APIRouter) -> None:
        async with open_client(make_app(ground, router)) as client:
            got = await client.get("/conflict", headers={"hx-request": "true"})
        assert got.status_code == 409
        assert got.headers["hx-retarget"] == "#flash"
        assert got.headers["hx-reswap"] == "innerHTML"
        assert "<html" not in got.text
        assert "刚刚有人改过" in got.text

    async def test_tells_when_to_come_back(self, ground: Ground, router: APIRouter) -> None:
        async with open_client(make_app(ground, router)) as client:
            got = await client.get("/api/too-many")
        assert (got.status_code, got.headers["retry-after"]) == (429, "7")

    async def test_of_input_names_the_field_and_not_the_value(self, ground: Ground, router: APIRouter) -> None:
        async with open_client(make_app(ground, router)) as client:
            got = await client.post("/api/numbers", data={"number": "secret"})
        assert got.status_code == 422
        assert got.json()["error"]["code"] == "invalid"
        assert got.json()["error"]["fields"] == [{"field": "body.number", "problem": "int_parsing"}]
        assert "secret" not in got.text


class TestAnAddress:
    async def test_that_leads_nowhere(self, ground: Ground) -> None:
        async with open_client(make_app(ground)) as client:
            page = await client.get("/nowhere")
            program = await client.get("/api/nowhere")
        assert (page.status_code, "没有找到" in page.text) == (404, True)
        assert (program.status_code, program.json()["error"]["code"]) == (404, "not_found")

    async def test_with_another_method(self, ground: Ground, router: APIRouter) -> None:
        async with open_client(make_app(ground, router)) as client:
            got = await client.post("/api/conflict")
        assert (got.status_code, got.json()["error"]["code"]) == (405, "method_not_allowed")
        assert got.headers["allow"] == "GET"


class TestAFault:
    async def test_is_logged_under_the_reference_that_is_shown_and_tells_nothing(
        self, ground: Ground, router: APIRouter
    ) -> None:
        with structlog.testing.capture_logs([structlog.contextvars.merge_contextvars]) as lines:
            async with open_client(make_app(ground, router)) as client:
                got = await client.get("/fault")
        assert got.status_code == 500
        assert "hunter2" not in got.text
        assert [line["event"] for line in lines] == ["request.failed"]
        assert lines[0]["path"] == "/fault"
        assert lines[0]["correlation"] in got.text

    async def test_carries_the_security_headers_too(self, ground: Ground, router: APIRouter) -> None:
        with structlog.testing.capture_logs():
            async with open_client(make_app(ground, router)) as client:
                got = await client.get("/api/fault")
        assert got.json()["error"]["code"] == "unexpected"
        assert "content-security-policy" in got.headers

    async def test_in_the_middle_of_an_answer_stays_loud(self, ground: Ground, router: APIRouter) -> None:
        async with open_client(make_app(ground, router)) as client:
            with pytest.raises(RuntimeError, match="cut"):
                await client.get("/half")
