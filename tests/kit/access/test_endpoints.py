from typing import Annotated

import pytest
from fastapi import APIRouter
from starlette.responses import Response

from kit.access.deps import StaffDep, require, staff_router
from kit.access.endpoints import safe_target
from kit.access.identity import Role, SignedIn
from kit.ground import Ground
from tests.support.web import PASSWORD, add_staff, make_app, open_client, sign_in_client

LOGIN = "/console/login"


@pytest.fixture
def router() -> APIRouter:
    router = staff_router(prefix="/console/trial")

    @router.get("")
    async def show(staff: StaffDep) -> Response:
        return Response(staff.name)

    @router.get("/supervisors")
    async def show_supervisors(staff: Annotated[SignedIn, require(Role.SUPERVISOR)]) -> Response:
        return Response(staff.name)

    @router.get("/agents", dependencies=[require(Role.AGENT)])
    async def show_agents() -> Response:
        return Response("agents")

    @router.get("/editors", dependencies=[require(Role.EDITOR)])
    async def show_editors() -> Response:
        return Response("editors")

    return router


class TestAStaffPage:
    async def test_leads_a_browser_to_the_form_and_back(self, ground: Ground, router: APIRouter) -> None:
        await add_staff(ground, login="agent", name="小王")
        async with open_client(make_app(ground, router)) as client:
            got = await client.get("/console/trial?page=2")
            assert got.status_code == 303
            form = await client.get(got.headers["location"])
            assert 'value="/console/trial?page=2"' in form.text
            sent = {"login": "agent", "password": PASSWORD, "next": "/console/trial?page=2"}
            entered = await client.post(LOGIN, data=sent)
            assert (entered.status_code, entered.headers["location"]) == (303, "/console/trial?page=2")
            cookie = entered.headers["set-cookie"].lower()
            assert "httponly" in cookie
            assert "samesite=lax" in cookie
            assert (await client.get("/console/trial")).text == "小王"

    @pytest.mark.parametrize("headers", [{"hx-request": "true"}, {"accept": "application/json"}])
    async def test_answers_a_script_401(self, ground: Ground, router: APIRouter, headers: dict[str, str]) -> None:
        async with open_client(make_app(ground, router)) as client:
            got = await client.get("/console/trial", headers=headers)
        assert got.status_code == 401
        assert "请先登录。" in got.text

    async def test_is_closed_to_a_made_up_cookie(self, ground: Ground, router: APIRouter) -> None:
        async with open_client(make_app(ground, router)) as client:
            client.cookies.set("yp_staff", "made-up")
            assert (await client.get("/console/trial")).status_code == 303

    @pytest.mark.parametrize(
        ("role", "open_pages"),
        [
            (Role.AGENT, {"agents"}),
            (Role.EDITOR, {"editors"}),
            (Role.SUPERVISOR, {"agents", "editors", "supervisors"}),
            (Role.ADMIN, {"agents", "editors", "supervisors"}),
        ],
    )
    async def test_is_open_to_its_role_and_those_above(
        self, ground: Ground, router: APIRouter, role: Role, open_pages: set[str]
    ) -> None:
        await add_staff(ground, role=role, login="someone")
        async with open_client(make_app(ground, router)) as client:
            await sign_in_client(client, ground, login="someone")
            answers = {
                page: (await client.get(f"/console/trial/{page}")).status_code
                for page in ("agents", "editors", "supervisors")
            }
        assert answers == {page: 200 if page in open_pages else 403 for page in answers}


class TestTheForm:
    async def test_says_the_same_for_a_wrong_password_and_an_unknown_login_and_keeps_the_login(
        self, ground: Ground
    ) -> None:
        await add_staff(ground, login="agent")
        async with open_client(make_app(ground)) as client:
            wrong = await client.post(LOGIN, data={"login": "agent", "password": "wrong"})
            unknown = await client.post(LOGIN, data={"login": "nobody", "password": "wrong"})
        assert wrong.status_code == unknown.status_code == 401
        assert "账号或密码不对" in wrong.text
        assert wrong.text.replace("agent", "X") == unknown.text.replace("nobody", "X")
        assert 'value="agent"' in wrong.text
        assert "set-cookie" not in wrong.headers

    async def test_is_not_submitted_by_another_site(self, ground: Ground) -> None:
        await add_staff(ground, login="agent")
        async with open_client(make_app(ground)) as client:
            got = await client.post(
                LOGIN,
                data={"login": "agent", "password": PASSWORD},
                headers={"origin": "https://evil.example"},
            )
        assert got.status_code == 403

    @pytest.mark.parametrize(
        "target",
        [
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "/consoleevil",
            "/console/\\x",
            "/console/login",
            "/console\nx",
            "",
            "javascript:alert(1)",
        ],
    )
    def test_leads_nowhere_else(self, target: str) -> None:
        assert safe_target(target) == "/console"

    async def test_is_skipped_by_who_is_already_signed_in(self, ground: Ground) -> None:
        await add_staff(ground, login="agent")
        async with open_client(make_app(ground)) as client:
            await sign_in_client(client, ground, login="agent")
            assert (await client.get(LOGIN)).status_code == 303


class TestAfterwards:
    async def test_signing_out_closes_the_session(self, ground: Ground, router: APIRouter) -> None:
        await add_staff(ground, login="agent")
        async with open_client(make_app(ground, router)) as client:
            await sign_in_client(client, ground, login="agent")
            token = client.cookies["yp_staff"]
            got = await client.post("/console/logout")
            assert (got.status_code, got.headers["location"]) == (303, LOGIN)
            client.cookies.set("yp_staff", token)
            assert (await client.get("/console/trial")).status_code == 303

    async def test_signing_out_needs_the_token(self, ground: Ground) -> None:
        await add_staff(ground, login="agent")
        async with open_client(make_app(ground)) as client:
            await sign_in_client(client, ground, login="agent")
            del client.headers["x-csrf-token"]
            assert (await client.post("/console/logout")).status_code == 403

    async def test_a_chosen_language_is_met_again_on_another_browser(self, ground: Ground) -> None:
        await add_staff(ground, login="agent")
        app = make_app(ground)
        async with open_client(app) as client:
            await sign_in_client(client, ground, login="agent")
            got = await client.post("/console/language", data={"locale": "en", "next": "/console/x"})
            assert got.headers["location"] == "/console/x"
        async with open_client(app) as other:
            await other.post(LOGIN, data={"login": "agent", "password": PASSWORD})
            assert "That login" in (await other.post(LOGIN, data={"login": "a", "password": "b"})).text
