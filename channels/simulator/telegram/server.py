"""The host itself: ``/bot<token>/<method>`` and ``/file/bot<token>/<path>``."""

from datetime import timedelta
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from channels.simulator.calls import Call
from channels.simulator.faults import Garbage, Refuse, Stall, Unreachable, refuse_connection
from channels.simulator.telegram.bots import Bot
from channels.simulator.telegram.methods import run_method
from channels.simulator.telegram.refusals import Refusal
from channels.simulator.telegram.requests import Asked, read_parameters
from channels.simulator.telegram.state import TelegramPlatform

_UNAUTHORIZED = Refusal(401, "Unauthorized")
_NOT_FOUND = Refusal(404, "Not Found")


def make_app(platform: TelegramPlatform) -> Starlette:
    """The host as an ASGI application."""
    host = _Host(platform)
    return Starlette(
        routes=[
            Route("/file/bot{token}/{path:path}", host.file, methods=["GET"]),
            Route("/bot{token}/{method}", host.call, methods=["GET", "POST"]),
        ],
        exception_handlers={404: _nothing},
    )


class _Host:
    def __init__(self, platform: TelegramPlatform) -> None:
        self._platform = platform

    async def call(self, request: Request) -> Response:
        """One call of a method."""
        method = request.path_params["method"]
        bot = self._platform.bots.get(request.path_params["token"])
        try:
            parameters, files = await read_parameters(request)
        except Refusal as refusal:
            return self._refused(self._note(bot, method, None), refusal)
        called = self._note(bot, method, {**parameters, **dict.fromkeys(files, "<file>")})
        asked = None
        if bot is not None:
            asked = Asked(method=method.lower(), bot=bot, request=request, parameters=parameters, files=files)
        return await self._with_faults(request, called, asked)

    async def file(self, request: Request) -> Response:
        """The content of a file, through the path that getFile gave."""
        bot = self._platform.bots.get(request.path_params["token"])
        called = self._note(bot, f"file/{request.path_params['path']}", None)
        fault = self._platform.faults.of_call(called.path)
        if fault is not None:
            failed = await self._failed(request, fault)
            if failed is not None:
                return failed
        if bot is None:
            return _json(_UNAUTHORIZED)
        stored = self._platform.files.at_path(request.path_params["path"], self._platform.clock.now())
        if stored is None:
            return _json(_NOT_FOUND)
        return Response(stored.content, media_type="application/octet-stream")

    async def _with_faults(self, request: Request, called: Call, asked: Asked | None) -> Response:
        fault = self._platform.faults.of_call(called.path)
        if asked is not None and isinstance(fault, Refuse):
            self._keep_quiet(asked, fault)
        if isinstance(fault, Stall) and fault.carried_out:
            answer = await self._run(called, asked)
            await self._platform.faults.stall(fault, request.scope)
            return answer
        failed = await self._failed(request, fault) if fault is not None else None
        return failed or await self._run(called, asked)

    async def _run(self, called: Call, asked: Asked | None) -> Response:
        try:
            if asked is None:
                raise _UNAUTHORIZED
            result = await run_method(self._platform, asked)
        except Refusal as refusal:
            return self._refused(called, refusal)
        return JSONResponse({"ok": True, "result": result})

    async def _failed(self, request: Request, fault: Refuse | Stall | Garbage | Unreachable) -> Response | None:
        """The answer of a call that is not carried out; None when it was only late."""
        match fault:
            case Refuse():
                parameters = {} if fault.retry_after is None else {"retry_after": fault.retry_after}
                return _json(Refusal(fault.code, fault.text, parameters=parameters))
            case Garbage():
                return Response(fault.body, fault.status, media_type="text/html")
            case Unreachable():
                refuse_connection(request.scope)
                return Response(status_code=503)
            case Stall():
                await self._platform.faults.stall(fault, request.scope)
                return Response(status_code=504)

    def _keep_quiet(self, asked: Asked, fault: Refuse) -> None:
        """Who was told to wait has to wait: calls before that are against the rules."""
        if fault.retry_after is not None and asked.method.startswith("send"):
            asked.bot.quiet_until = self._platform.clock.now() + timedelta(seconds=fault.retry_after)

    def _refused(self, called: Call, refusal: Refusal) -> Response:
        if refusal.forbidden:
            self._platform.forbid(called, refusal)
        return _json(refusal)

    def _note(self, bot: Bot | None, method: str, body: Any) -> Call:
        """The call goes down in the log; the token, which is a secret, does not."""
        call = Call(path=f"/bot{bot.id if bot else '?'}/{method}", body=body, at=self._platform.clock.now())
        self._platform.log.note(call)
        return call


def _json(refusal: Refusal) -> Response:
    return JSONResponse(refusal.body, refusal.code)


async def _nothing(_request: Request, _error: Exception) -> Response:
    return _json(_NOT_FOUND)
