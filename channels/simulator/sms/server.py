"""Both hosts as one application: the signature of a call says which of the two it is meant for."""

from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request as WebRequest
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from channels.simulator.calls import Call
from channels.simulator.faults import CallFault, Garbage, Refuse, Stall, Unreachable, refuse_connection
from channels.simulator.sms import aliyun, tencent
from channels.simulator.sms.refusals import RefusedError
from channels.simulator.sms.request import Request
from channels.simulator.sms.state import SmsPlatform

_TENCENT = "TC3-"


def make_app(platform: SmsPlatform) -> Starlette:
    """The hosts' calls."""
    return Starlette(routes=[Route("/", _Host(platform).call, methods=["GET", "POST"])])


class _Host:
    def __init__(self, platform: SmsPlatform) -> None:
        self._platform = platform

    async def call(self, web: WebRequest) -> Response:
        """One call, from the request to the answer. Faults are asked for by the call's name."""
        request = await _read(web)
        by_tencent = request.header("authorization").startswith(_TENCENT)
        action = request.header("x-tc-action" if by_tencent else "x-acs-action")
        call = Call(path=action, body=_shown(request), at=self._platform.now)
        self._platform.log.note(call)
        fault = self._platform.faults.of_call(action)
        if fault is not None:
            return await self._disturbed(web, request, call, fault, by_tencent=by_tencent)
        return await self._answer(request, call, by_tencent=by_tencent)

    async def _answer(self, request: Request, call: Call, *, by_tencent: bool) -> Response:
        carry_out = tencent.answer if by_tencent else aliyun.answer
        try:
            answer = await carry_out(self._platform, request)
        except RefusedError as refused:
            if refused.foreseen:
                self._platform.log.forbid(call, 0, f"{refused.code}: {refused.text}")
            return _refusal(refused, by_tencent=by_tencent)
        if self._platform.reports_at_once:
            await self._platform.report()
        return JSONResponse(answer)

    async def _disturbed(
        self, web: WebRequest, request: Request, call: Call, fault: CallFault, *, by_tencent: bool
    ) -> Response:
        match fault:
            case Refuse():
                code, _, words = fault.text.partition(" ")
                return _refusal(RefusedError(code, words, status=fault.status), by_tencent=by_tencent)
            case Stall():
                late = await self._answer(request, call, by_tencent=by_tencent) if fault.carried_out else None
                await self._platform.faults.stall(fault, web.scope)
                return late or Response(status_code=504)
            case Garbage():
                return HTMLResponse(fault.body, fault.status)
            case Unreachable():
                refuse_connection(web.scope)
                return Response(status_code=503)


async def _read(web: WebRequest) -> Request:
    headers = {name.lower(): value for name, value in web.headers.items()}
    return Request(path=web.url.path, query=web.url.query, headers=headers, body=await web.body())


def _shown(request: Request) -> Any:
    return request.body.decode(errors="replace") or request.query


def _refusal(refused: RefusedError, *, by_tencent: bool) -> Response:
    if by_tencent:
        error = {"Code": refused.code, "Message": refused.text}
        return JSONResponse({"Response": {"Error": error, "RequestId": "R-refused"}})
    told = {"Code": refused.code, "Message": refused.text, "RequestId": "R-refused"}
    return JSONResponse(told, refused.status)
