"""A small 微信客服 for these tests: one 客服账号, any customers, the rules of sessions, quota and codes.

What the product asks against the rules is refused as the platform refuses it, and noted in ``violations``.
"""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import httpx

from kit.clock import FrozenClock

CORP, KFID, SECRET = "wx49f0ab532d5d035a", "wkAJ2GCAAAZSfhHCt7IFSvLKtMPxyJTw", "the-secret-of-the-application"
#: The moves of 分配客服会话, as its table has them.
MOVES = {0: {1, 2, 3}, 1: {2, 3}, 2: {3}, 3: {3, 4}, 4: set()}
WINDOW = timedelta(hours=48)


class NoError(Exception):
    """An errcode."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(code, text)
        self.code, self.text = code, text


@dataclass
class Customer:
    """One customer; ``inbox`` is what reached the phone."""

    state: int = 4
    servicer: str = ""
    quota: int = 0
    said_at: datetime | None = None
    inbox: list[dict[str, Any]] = field(default_factory=list)
    refuses: bool = False

    @property
    def texts(self) -> list[str]:
        """The words of what arrived; of a menu its head."""
        return [body["text"]["content"] if "text" in body else body["msgmenu"]["head_content"] for body in self.inbox]


@dataclass
class Kf(httpx.AsyncBaseTransport):
    """The platform's host. ``plan`` answers in its place, once each, by the end of the path."""

    clock: FrozenClock
    customers: dict[str, Customer] = field(default_factory=dict)
    log: list[Any] = field(default_factory=list)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    violations: list[tuple[str, int]] = field(default_factory=list)
    plan: list[tuple[str, Callable[[httpx.Request], httpx.Response | None]]] = field(default_factory=list)
    msgids: set[str] = field(default_factory=set)
    codes: dict[str, tuple[str, int | None, datetime]] = field(default_factory=dict)
    servicers: dict[str, bool] = field(default_factory=lambda: {"zhangsan": True, "lisi": False})
    media: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    tokens: int = 0
    dead_tokens: set[str] = field(default_factory=set)
    callback_token: str = "ENCApHxnGDNAVNY4AaSJKj4Tb5mwsEMzxhFmHVGcra996NR"
    callback_until: datetime | None = None
    managed: bool = True
    #: So many items a page has at most.
    page: int = 1000

    # What happens on the side of people.

    def customer(self, name: str = "wmLi") -> Customer:
        return self.customers.setdefault(name, Customer())

    def add(self, item: Any) -> str:
        """Put an item into the log of messages and events."""
        if isinstance(item, dict):
            item.setdefault("msgid", f"4bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb{len(self.log):04}")
            item.setdefault("send_time", int(self.clock.now().timestamp()))
        self.log.append(item)
        return str(item.get("msgid")) if isinstance(item, dict) else ""

    def says(self, text: str = "开不了票", *, who: str = "wmLi", **part: Any) -> str:
        return self.sends("text", {"content": text, **part}, who=who)

    def sends(self, kind: str, part: dict[str, Any], *, who: str = "wmLi") -> str:
        person = self.customer(who)
        over = person.said_at is not None and person.said_at + WINDOW <= self.clock.now()
        if person.state == 4 or over:
            person.state, person.servicer = 0, ""
        person.said_at, person.quota = self.clock.now(), 5
        return self.add({"open_kfid": KFID, "external_userid": who, "origin": 3, "msgtype": kind, kind: part})

    def event(self, kind: str, **values: Any) -> str:
        body = {"event_type": kind, "open_kfid": KFID, "external_userid": "wmLi", **values}
        return self.add({"origin": 4, "msgtype": "event", "event": body})

    def enters(self, code: str = "welcome-1", **values: Any) -> None:
        self.customer()
        self.codes[code] = ("wmLi", None, self.clock.now() + timedelta(seconds=20))
        self.event("enter_session", welcome_code=code, scene="", **values)

    # What the product asks.

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        path = request.url.path.removeprefix("/cgi-bin/")
        for number, (part, planned) in enumerate(self.plan):
            if path.endswith(part):
                del self.plan[number]
                self.calls.append((path, self._body(request)))
                answer = planned(request)
                if answer is not None:
                    return answer
                break
        else:
            self.calls.append((path, self._body(request)))
        try:
            return self._answer(path, request)
        except NoError as refused:
            return httpx.Response(200, json={"errcode": refused.code, "errmsg": refused.text})

    def called(self, path: str) -> list[dict[str, Any]]:
        return [body for each, body in self.calls if each == path]

    def counts(self) -> Counter[str]:
        return Counter(path for path, _body in self.calls)

    @staticmethod
    def _body(request: httpx.Request) -> dict[str, Any]:
        try:
            body: dict[str, Any] = json.loads(request.content)
        except ValueError:
            return {}
        return body

    def _answer(self, path: str, request: httpx.Request) -> httpx.Response:
        query = {name: values[0] for name, values in parse_qs(request.url.query.decode()).items()}
        if path == "gettoken":
            return self._ok(**self._token(query))
        if query.get("access_token") in self.dead_tokens or query.get("access_token") != f"token-{self.tokens}":
            raise NoError(40014, "invalid access_token")
        if path == "media/get":
            return self._file(query["media_id"])
        if path == "media/upload":
            media_id = f"media-{len(self.media)}"
            self.media[media_id] = (query["type"], request.content)
            return self._ok(type=query["type"], media_id=media_id)
        handler = getattr(self, "_" + path.replace("/", "_"))
        return self._ok(**handler(self._body(request)))

    @staticmethod
    def _ok(**values: Any) -> httpx.Response:
        # Escaped, as only so a lone surrogate can be written.
        return httpx.Response(200, content=json.dumps({"errcode": 0, "errmsg": "ok", **values}))

    def _token(self, query: dict[str, str]) -> dict[str, Any]:
        if query["corpsecret"] != SECRET:
            raise NoError(40001, "invalid credential")
        if not self.tokens or f"token-{self.tokens}" in self.dead_tokens:
            self.tokens += 1
        return {"access_token": f"token-{self.tokens}", "expires_in": 7200}

    def _file(self, media_id: str) -> httpx.Response:
        if media_id not in self.media:
            raise NoError(40007, "invalid media_id")
        name, content = self.media[media_id]
        headers = {"content-type": "application/octet-stream", "content-disposition": f'attachment; filename="{name}"'}
        return httpx.Response(200, content=content, headers=headers)

    def _kf_sync_msg(self, body: dict[str, Any]) -> dict[str, Any]:
        token = body.get("token")
        if token is not None:
            fresh = self.callback_until is not None and self.clock.now() < self.callback_until
            if token != self.callback_token or not fresh:
                raise NoError(95007, "invalid msg token")
        cursor = body.get("cursor") or "at-0"
        if not cursor.startswith("at-"):
            raise NoError(40058, "invalid cursor")
        start = int(cursor.removeprefix("at-"))
        kept = int((self.clock.now() - timedelta(days=3)).timestamp())
        end = min(len(self.log), start + min(body["limit"], self.page))
        items = [item for item in self.log[start:end] if not isinstance(item, dict) or item.get("send_time", 0) >= kept]
        return {"next_cursor": f"at-{end}", "has_more": int(end < len(self.log)), "msg_list": items}

    def _forbid(self, path: str, code: int, text: str) -> NoError:
        self.violations.append((path, code))
        return NoError(code, text)

    def _kf_send_msg(self, body: dict[str, Any]) -> dict[str, Any]:
        person = self.customer(body["touser"])
        assert body["open_kfid"] == KFID
        if not 0 < len(body["msgid"]) <= 32:
            raise self._forbid("kf/send_msg", 40058, "msgid exceed max length")
        if body["msgid"] in self.msgids:
            raise NoError(40063, "some parameters are invalid: duplicated msgid")
        if person.state not in {0, 1}:
            raise self._forbid("kf/send_msg", 95018, "send msg session status invalid")
        if person.said_at is None or person.said_at + WINDOW <= self.clock.now():
            raise self._forbid("kf/send_msg", 95002, "msg send time limit")
        if person.quota < 1:
            raise self._forbid("kf/send_msg", 95001, "msg send count limit")
        person.quota -= 1
        return self._deliver(person, body)

    def _deliver(self, person: Customer, body: dict[str, Any]) -> dict[str, Any]:
        self.msgids.add(body["msgid"])
        kind = body["msgtype"]
        if kind == "text":
            assert len(body["text"]["content"].encode()) <= 2048
        if kind == "msgmenu":
            menu = body["msgmenu"]
            assert len(menu["head_content"].encode()) <= 1024
            assert len(menu.get("tail_content", "").encode()) <= 1024
            assert 1 <= len(menu["list"]) <= 10
        person.inbox.append(body)
        return {"msgid": body["msgid"]}

    def _kf_send_msg_on_event(self, body: dict[str, Any]) -> dict[str, Any]:
        if body["msgid"] in self.msgids:
            raise NoError(40063, "some parameters are invalid: duplicated msgid")
        known = self.codes.pop(body["code"], None)
        if known is None or known[2] <= self.clock.now():
            raise self._forbid("kf/send_msg_on_event", 95020, "invalid code")
        customer, state, _until = known
        person = self.customer(customer)
        if state is not None and person.state != state:
            raise self._forbid("kf/send_msg_on_event", 95018, "send msg session status invalid")
        return self._deliver(person, body)

    def _kf_service_state_get(self, body: dict[str, Any]) -> dict[str, Any]:
        person = self.customer(body["external_userid"])
        if person.said_at is not None and person.said_at + WINDOW <= self.clock.now():
            person.state = 4
        return {"service_state": person.state, "servicer_userid": person.servicer}

    def _kf_service_state_trans(self, body: dict[str, Any]) -> dict[str, Any]:
        person, target = self.customer(body["external_userid"]), body["service_state"]
        if target not in MOVES[person.state]:
            raise self._forbid("kf/service_state/trans", 95016, "state change not allowed")
        servicer = body.get("servicer_userid", "")
        if target == 3 and not self.servicers.get(servicer):
            raise NoError(95014, "user not servicer")
        person.state, person.servicer = target, servicer
        code = f"code-{len(self.calls)}"
        lasts = timedelta(seconds=20) if target == 4 else timedelta(hours=48)
        self.codes[code] = (body["external_userid"], target, self.clock.now() + lasts)
        return {"msg_code": code} if target in {2, 4} else {}

    def _kf_account_list(self, _body: dict[str, Any]) -> dict[str, Any]:
        return {"account_list": [{"open_kfid": KFID, "name": "发票客服", "manage_privilege": self.managed}]}

    def _kf_servicer_list(self, _body: dict[str, Any]) -> dict[str, Any]:
        return {"servicer_list": [{"userid": name, "status": 0 if on else 1} for name, on in self.servicers.items()]}


def refused(code: int, text: str = "no") -> Callable[[httpx.Request], httpx.Response]:
    return lambda _request: httpx.Response(200, json={"errcode": code, "errmsg": text})


def page(_request: httpx.Request) -> httpx.Response:
    """What a gateway says."""
    return httpx.Response(200, text="<html>502 Bad Gateway</html>", headers={"content-type": "text/html"})


def unreachable(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused", request=request)
