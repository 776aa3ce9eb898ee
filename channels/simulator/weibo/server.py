"""The platform's host: replies, and the files people have sent."""

import json
from collections.abc import Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from channels.simulator.calls import Call
from channels.simulator.errors import RefusedError
from channels.simulator.faults import CallFault, Garbage, Refuse, Stall, Unreachable, refuse_connection
from channels.simulator.people import Arrived
from channels.simulator.weibo import rules
from channels.simulator.weibo.person import WeiboPerson
from channels.simulator.weibo.state import WeiboPlatform

_BAD_REQUEST = 400


def make_app(platform: WeiboPlatform) -> Starlette:
    """The host's calls."""
    host = _Host(platform)
    return Starlette(
        routes=[
            Route("/2/messages/reply.json", host.call, methods=["POST"]),
            Route("/2/mss/msget", host.file, methods=["GET"]),
        ]
    )


class _Host:
    def __init__(self, platform: WeiboPlatform) -> None:
        self._platform = platform

    async def call(self, request: Request) -> Response:
        """One reply, from the request to the answer."""
        form = {name: str(value) for name, value in (await request.form()).items()}
        call = Call(path=request.url.path, body=form, at=self._platform.now)
        self._platform.log.note(call)
        fault = self._platform.faults.of_call(request.url.path)
        return await self._disturbed(request, call, fault) if fault is not None else self._answer(call)

    async def file(self, request: Request) -> Response:
        content = self._platform.files.get(request.query_params.get("fid", ""))
        known = {account.token for account in self._platform.accounts.values()}
        if content is None or request.query_params.get("access_token") not in known:
            return _refusal(RefusedError(rules.BAD_PARAMETER, "no such file"))
        return Response(content, media_type="application/octet-stream")

    def _answer(self, call: Call) -> Response:
        try:
            return JSONResponse(self._reply(call.body))
        except RefusedError as refused:
            self._platform.log.forbid(call, refused.code, refused.text)
            return _refusal(refused)

    def _reply(self, form: Mapping[str, str]) -> dict[str, Any]:
        if form.get("access_token") not in {one.token for one in self._platform.accounts.values()}:
            raise RefusedError(rules.BAD_TOKEN, "invalid_access_token")
        person = next((one for one in self._platform.people.values() if one.uid == form.get("receiver_id")), None)
        if person is None:
            raise RefusedError(rules.NO_SUCH_USER, "User does not exists!")
        text = _text_in(form)
        self._use_up(person)
        person.inbox.append(Arrived(kind="text", text=text, via="reply", at=self._platform.now, raw=dict(form)))
        return {"result": True, "receiver_id": int(person.uid), "type": "text", "data": form["data"]}

    def _use_up(self, person: WeiboPerson) -> None:
        """One message of what is open, of what holds most; raises RefusedError when nothing is."""
        now = self._platform.now
        still = {by: left for by, (left, until) in person.open.items() if until > now and left != 0}
        if not still or not person.follows_us:
            raise RefusedError(rules.NOT_ALLOWED, "not allowed to send to this user")
        by = next((by for by, left in still.items() if left is None), next(iter(still)))
        left = still[by]
        person.open[by] = (None if left is None else left - 1, person.open[by][1])

    async def _disturbed(self, request: Request, call: Call, fault: CallFault) -> Response:
        match fault:
            case Refuse():
                return _refusal(RefusedError(fault.code, fault.text))
            case Stall():
                late = self._answer(call) if fault.carried_out else None
                await self._platform.faults.stall(fault, request.scope)
                return late or Response(status_code=504)
            case Garbage():
                return HTMLResponse(fault.body, fault.status)
            case Unreachable():
                refuse_connection(request.scope)
                return Response(status_code=503)


def _text_in(form: Mapping[str, str]) -> str:
    try:
        text = json.loads(form.get("data", ""))["text"]
    except (ValueError, KeyError, TypeError) as error:
        raise RefusedError(rules.BAD_PARAMETER, "data is no JSON of this type") from error
    if form.get("type") != "text" or not isinstance(text, str) or not text:
        raise RefusedError(rules.BAD_PARAMETER, "type or text")
    if len(text) >= rules.TEXT_BELOW:
        raise RefusedError(rules.TOO_LONG, "text too long")
    return text


def _refusal(refused: RefusedError) -> Response:
    told = {"error": refused.text, "error_code": refused.code, "request": "/2/messages/reply.json"}
    return JSONResponse(told, _BAD_REQUEST)
