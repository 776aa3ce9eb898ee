"""Ten thousand pushes nobody would send: none ends in an exception or a fault, or in a log line that looks like one."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, TypeAlias
from urllib.parse import urlencode

import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from channels.accounts.book import Account
from channels.simulator.crypto import MessageCipher, signature
from channels.simulator.xml import write_xml
from channels.wechat.endpoints import router
from channels.wechat.waiting import Waiting
from kit.bus import LocalBus
from kit.clock import FrozenClock
from tests.channels.wechat.hook import APP, KEY, LI, NAME, TOKEN
from tests.support.trying import tries

#: Method, path, query and body.
Request: TypeAlias = tuple[str, str, dict[str, str], bytes]

STAMP, NONCE = "1764000000", "1234567890"
SEALING = MessageCipher(KEY, APP)


class Nothing:
    """The result of every statement."""

    def first(self) -> None:
        return None

    def scalar_one_or_none(self) -> None:
        return None


@dataclass
class Shelf:
    """A database that forgets everything, and an intake that takes everything."""

    bus: LocalBus = field(default_factory=LocalBus)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["Shelf"]:
        yield self

    def add(self, row: Any) -> None:
        assert isinstance(row.body, bytes)

    def get_bind(self) -> Any:
        return SimpleNamespace(dialect=SimpleNamespace(name="sqlite"))

    async def execute(self, _statement: Any, values: Any = None) -> Nothing:
        # What PostgreSQL would refuse has to be gone by now.
        json.dumps(values, default=str, ensure_ascii=False).encode()
        assert "\x00" not in str(values)
        return Nothing()

    async def accept(self, inbound: Any, *, settle_s: float, also: Any) -> bool:
        assert len(inbound.platform_id) < 300
        assert len(inbound.thread) < 200
        await self.execute(None, vars(inbound))
        await also(self, True)
        return True


class Accounts:
    """Three accounts: in the clear, encrypted, and one that cannot send by itself."""

    def __init__(self) -> None:
        common: dict[str, Any] = {"channel": "wechat", "name": NAME, "label": "", "paused": False}
        secrets = {"app_secret": "x", "token": TOKEN, "aes_key": KEY}
        kinds: dict[str, dict[str, Any]] = {
            "plain": {"mode": "plain", "passive_wait_s": 0},
            "safe": {"mode": "safe"},
            "bare": {"mode": "compatible", "verified": False},
        }
        self.by_name = {
            hook: Account(id=1, hook=hook, settings={"app_id": APP, **kind}, secrets=secrets, **common)
            for hook, kind in kinds.items()
        }

    async def by_hook(self, _channel: str, hook: str) -> Account | None:
        return self.by_name.get(hook)


class Impatient(Waiting):
    async def hear(self, _listener: Any, _seconds: float) -> bool:
        return False

    async def pause(self, _seconds: float) -> None:
        return


@dataclass
class Door:
    """The application, called without a network."""

    app: FastAPI
    loop: asyncio.AbstractEventLoop

    def call(self, method: str, path: str, query: dict[str, str], body: bytes) -> int:
        return self.loop.run_until_complete(self._call(method, path, query, body))

    async def _call(self, method: str, path: str, query: dict[str, str], body: bytes) -> int:
        statuses: list[int] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])

        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": urlencode(query, errors="surrogatepass").encode(),
            "headers": [],
            "root_path": "",
            "scheme": "http",
            "server": ("desk.test", 80),
        }
        await self.app(scope, receive, send)  # type: ignore[arg-type]  # Starlette's own aliases are wider.
        return statuses[0]


@pytest.fixture(scope="module")
def door() -> Iterator[Door]:
    shelf = Shelf()
    ground = SimpleNamespace(
        db=shelf,
        clock=FrozenClock(datetime(2026, 11, 24, 12, tzinfo=UTC)),
        settings=SimpleNamespace(default_locale="zh"),
    )
    app = FastAPI()
    app.include_router(router)
    app.state.channels = SimpleNamespace(ground=ground, accounts=Accounts(), intake=shelf)
    app.state.wechat_waiting = Impatient()
    with asyncio.Runner() as runner:
        yield Door(app, runner.get_loop())


NAMES = st.sampled_from(
    "ToUserName FromUserName CreateTime MsgType Content MsgId Event EventKey MediaId Recognition Encrypt bizmsgmenuid "
    "ScanCodeInfo Location_X Label Title Url FileTotalLen SubscribeMsgPopupEvent List".split()
)
WORDS = (
    st.sampled_from(
        "text image voice file location event CLICK SCAN subscribe unsubscribe scancode_waitmsg "
        "subscribe_msg_popup_event TEMPLATESENDJOBFINISH VIEW cmd:lang: qrscene_ 0 -1 1 99999999999999999999999".split()
    )
    | st.sampled_from([NAME, LI, "1764000000", "", "]]>", "a:b", "\x00", "\ud800", "k" * 5000])
    | st.text(max_size=20)
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    WORDS | st.integers() | st.floats() | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
GOOD = {
    "ToUserName": NAME,
    "FromUserName": LI,
    "CreateTime": 1764000000,
    "MsgType": "text",
    "MsgId": 7,
    "Content": "在吗",
}
FIELDS = st.dictionaries(NAMES, VALUES, max_size=6).map(lambda changed: {**GOOD, **changed})


def _as_json(fields: dict[str, Any]) -> bytes:
    return json.dumps(fields).encode()


def _as_xml(fields: dict[str, Any]) -> bytes:
    # Names that are none, characters XML has not: as an attacker would write them.
    return write_xml(fields).encode("utf-8", "surrogatepass")


#: Bodies of many kinds to damage: what the platform sends, in both formats, and what it would never send.
SOUND = [
    write(fields)
    for write in (_as_json, _as_xml)
    for fields in (
        GOOD,
        {**GOOD, "MsgType": "voice", "MediaId": "m", "Recognition": "怎么红冲"},
        {**GOOD, "MsgType": "event", "Event": "CLICK", "EventKey": "cmd:lang:en"},
        {
            **GOOD,
            "MsgType": "event",
            "Event": "subscribe_msg_popup_event",
            "SubscribeMsgPopupEvent": {"List": [{}, {}]},
        },
    )
] + [b"<!DOCTYPE xml [<!ENTITY a 'b'>]><xml><A>&a;</A></xml>", b'{"a":' * 3000, b"<a>" * 3000, b"\xff\xfe"]


def signed_request(hook: str, body: bytes, *, sealed: bool, as_json: bool) -> Request:
    query = {"timestamp": STAMP, "nonce": NONCE, "signature": signature(TOKEN, STAMP, NONCE)}
    if sealed:
        encrypted = SEALING.encrypt(body.decode("utf-8", "replace"))
        body = (_as_json if as_json else _as_xml)({**GOOD, "Encrypt": encrypted})
        query["msg_signature"] = signature(TOKEN, STAMP, NONCE, encrypted)
    return "POST", f"/hooks/wechat/{hook}", query, body


HOOKS = st.sampled_from(["plain", "safe", "bare"])


def is_answered(door: Door, request: Request) -> bool:
    with capture_logs() as lines:
        status = door.call(*request)
    assert not [line for line in lines if line["log_level"] in {"error", "critical"} or "exc_info" in line]
    return status in {200, 403, 413}


@settings(max_examples=tries(7_000), deadline=None, suppress_health_check=list(HealthCheck))
@given(
    hook=HOOKS,
    sound=st.sampled_from(SOUND),
    at=st.integers(0, 400),
    gone=st.integers(0, 400),
    put=st.binary(max_size=8),
    sealed=st.booleans(),
)
def test_what_is_damaged_is_answered(
    door: Door, *, hook: str, sound: bytes, at: int, gone: int, put: bytes, sealed: bool
) -> None:
    """With a piece cut out and another put in, and all the same with good signatures."""
    damaged = sound[:at] + put + sound[at + gone :]
    assert is_answered(door, signed_request(hook, damaged, sealed=sealed, as_json=bool(gone % 2)))


@settings(max_examples=tries(2_000), deadline=None, suppress_health_check=list(HealthCheck))
@given(hook=HOOKS, fields=FIELDS, as_json=st.booleans(), sealed=st.booleans())
def test_what_nobody_would_say_is_answered(
    door: Door, *, hook: str, fields: dict[str, Any], as_json: bool, sealed: bool
) -> None:
    """Well written, with good signatures, and nonsense."""
    body = (_as_json if as_json else _as_xml)(fields)
    assert is_answered(door, signed_request(hook, body, sealed=sealed, as_json=as_json))


@settings(max_examples=tries(1_000), deadline=None, suppress_health_check=list(HealthCheck))
@given(
    method=st.sampled_from(["GET", "POST"]),
    hook=HOOKS,
    query=st.dictionaries(st.sampled_from(["signature", "msg_signature", "timestamp", "nonce", "echostr"]), WORDS),
    body=st.binary(max_size=100),
)
def test_what_is_not_signed_is_refused(door: Door, method: str, hook: str, query: dict[str, str], body: bytes) -> None:
    assert is_answered(door, (method, f"/hooks/wechat/{hook}", query, body))
