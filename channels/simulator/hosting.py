"""A host of Tencent's: how its calls are answered, and what goes wrong on the way."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from channels.simulator.errors import RefusedError
from channels.simulator.exchange import Answer, Asked
from channels.simulator.faults import Faults, Garbage, Refuse, Stall, Unreachable, refuse_connection
from channels.simulator.reception import answered, received


class Hosted(Protocol):
    """What a platform shows its host."""

    faults: Faults
    latency_s: float

    def note(self, asked: Asked) -> None:
        """Remember a call that is not carried out."""
        ...


@dataclass(frozen=True)
class Host:
    """``carry_out`` raises RefusedError; ``hint`` ends the words of every refusal."""

    platform: Hosted
    carry_out: Callable[[Asked], Answer]
    hint: Callable[[], str]

    async def call(self, request: Request) -> Response:
        """One call, from the request to the answer."""
        if self.platform.latency_s:
            await asyncio.sleep(self.platform.latency_s)
        asked = await received(request, _path(request))
        fault = self.platform.faults.of_call(request.url.path)
        if fault is not None:
            return await self._disturbed(request, asked, fault)
        return self.answer(lambda: self.carry_out(asked))

    def answer(self, carry_out: Callable[[], Answer], *, lost: bool = False) -> Response:
        """The answer, or the refusal as both hosts write it; a ``lost`` one tells the product nothing."""
        try:
            return answered(carry_out())
        except RefusedError as refused:
            if refused.told is not None and not lost:
                refused.told()
            return self._refusal(refused.code, refused.text, status=refused.status)

    async def _disturbed(self, request: Request, asked: Asked, fault: Any) -> Response:
        match fault:
            case Refuse():
                self.platform.note(asked)
                headers = {"retry-after": str(fault.retry_after)} if fault.retry_after else None
                return self._refusal(fault.code, fault.text, status=fault.status, headers=headers)
            case Stall():
                late = self.answer(lambda: self.carry_out(asked), lost=True) if fault.carried_out else None
                if late is None:
                    self.platform.note(asked)
                await self.platform.faults.stall(fault, request.scope)
                return late or self._refusal(-1, "system error")
            case Garbage():
                self.platform.note(asked)
                return HTMLResponse(fault.body, fault.status)
            case Unreachable():
                refuse_connection(request.scope)
                return Response(status_code=503)
            case _:
                raise TypeError(fault)

    def _refusal(self, code: int, text: str, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
        return JSONResponse({"errcode": code, "errmsg": f"{text} {self.hint()}"}, status, headers)


def _path(request: Request) -> str:
    return request.url.path.removeprefix("/").removeprefix("cgi-bin/")
