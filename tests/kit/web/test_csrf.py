from typing import Annotated

import pytest
from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from kit.access.deps import is_guarded, staff_router
from kit.ground import Ground
from tests.support.web import add_staff, make_app, open_client, sign_in_client


@pytest.fixture
def router() -> APIRouter:
    router = staff_router(prefix="/console/trial")

    @router.post("/form")
    async def take_form(word: Annotated[str, Form()]) -> Response:
        return Response(word)

    @router.post("/raw")
    async def take_raw(request: Request) -> Response:
        return Response(str((await request.form())["word"]))

    @router.delete("/thing")
    async def delete_thing() -> Response:
        return Response("gone")

    return router


class TestAnUnsafeRequest:
    async def test_passes_with_the_token_of_the_session(self, ground: Ground, router: APIRouter) -> None:
        await add_staff(ground, login="agent")
        async with open_client(make_app(ground, router)) as client:
            token = await sign_in_client(client, ground, login="agent")
            assert (await client.delete("/console/trial/thing")).text == "gone"
            del client.headers["x-csrf-token"]
            for path in ("form", "raw"):
                got = await client.post(f"/console/trial/{path}", data={"word": "中文", "csrf": token})
                assert got.text == "中文"
            files = {"file": ("a.txt", b"a")}
            got = await client.post("/console/trial/form", data={"word": "w", "csrf": token}, files=files)
            assert got.text == "w"

    @pytest.mark.parametrize("sent", [{}, {"csrf": ""}, {"csrf": "wrong"}, {"csrf": "错"}])
    async def test_is_refused_without_it(self, ground: Ground, router: APIRouter, sent: dict[str, str]) -> None:
        await add_staff(ground, login="agent")
        async with open_client(make_app(ground, router)) as client:
            await sign_in_client(client, ground, login="agent")
            del client.headers["x-csrf-token"]
            got = await client.post("/console/trial/form", data={"word": "w", **sent})
            assert got.status_code == 403
            assert "表单已失效" in got.text
            assert (await client.delete("/console/trial/thing")).status_code == 403

    async def test_is_refused_with_the_token_of_another_session(self, ground: Ground, router: APIRouter) -> None:
        await add_staff(ground, login="agent")
        app = make_app(ground, router)
        async with open_client(app) as client, open_client(app) as other:
            await sign_in_client(client, ground, login="agent")
            client.headers["x-csrf-token"] = await sign_in_client(other, ground, login="agent")
            assert (await client.delete("/console/trial/thing")).status_code == 403

    @pytest.mark.parametrize(
        "headers", [{"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}]
    )
    async def test_is_refused_from_another_site(
        self, ground: Ground, router: APIRouter, headers: dict[str, str]
    ) -> None:
        await add_staff(ground, login="agent")
        async with open_client(make_app(ground, router)) as client:
            await sign_in_client(client, ground, login="agent")
            assert (await client.delete("/console/trial/thing", headers=headers)).status_code == 403
            ours = {"origin": "http://desk.test", "sec-fetch-site": "same-origin"}
            assert (await client.delete("/console/trial/thing", headers=ours)).status_code == 200


def test_a_ratchet_can_tell_a_guarded_route_from_an_open_one(router: APIRouter) -> None:
    open_router = APIRouter()

    @open_router.post("/open")
    async def forgot() -> None:
        pass

    assert all(is_guarded(route.dependant) for route in router.routes)  # type: ignore[attr-defined]  # Routes of an APIRouter are APIRoutes.
    assert not is_guarded(open_router.routes[0].dependant)  # type: ignore[attr-defined]  # Routes of an APIRouter are APIRoutes.
