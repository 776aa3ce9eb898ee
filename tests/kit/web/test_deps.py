import asyncio

from fastapi import APIRouter
from sqlmodel import select
from starlette.types import Message

from kit.access.identity import Role
from kit.access.models import Staff
from kit.errors import ConflictError
from kit.ground import Ground
from kit.web.deps import GroundDep, ReadSession, WriteSession
from tests.support.web import make_app, open_client

router = APIRouter()


def _staff(ground: Ground, login: str) -> Staff:
    return Staff(login=login, name=login, role=Role.AGENT, password_hash="", created_at=ground.clock.now())


@router.post("/api/add")
async def add(session: WriteSession, ground: GroundDep) -> str:
    session.add(_staff(ground, "added"))
    return "added"


@router.post("/api/refuse")
async def refuse(session: WriteSession, ground: GroundDep) -> str:
    session.add(_staff(ground, "refused"))
    raise ConflictError


@router.post("/api/read")
async def read(session: ReadSession, ground: GroundDep) -> str:
    session.add(_staff(ground, "read"))
    return "read"


async def _logins(ground: Ground) -> list[str]:
    async with ground.db.reading() as session:
        return list((await session.exec(select(Staff.login))).all())


async def test_what_was_written_is_committed_before_the_answer_leaves(ground: Ground) -> None:
    seen: list[list[str]] = []
    app = make_app(ground, router)

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            seen.append(await _logins(ground))

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/api/add",
        "raw_path": b"/api/add",
        "query_string": b"",
        "headers": [],
        "server": ("desk.test", 80),
        "client": ("127.0.0.1", 1),
    }
    async with asyncio.timeout(5):
        await app(scope, receive, send)
    assert seen == [["added"]]


async def test_a_refusal_rolls_back_and_a_reader_stores_nothing(ground: Ground) -> None:
    async with open_client(make_app(ground, router)) as client:
        assert (await client.post("/api/refuse")).status_code == 409
        assert (await client.post("/api/read")).json() == "read"
    assert await _logins(ground) == []
