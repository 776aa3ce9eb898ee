"""One request to the platform: what was sent, what was not, and what nobody knows.

Answers are JSON with ``errcode``; a gateway's page with status 200 is no answer.
"""

import json
from collections.abc import Mapping
from typing import Any

import httpx

from channels.context import ChannelContext
from channels.errors import AccountClosedError, DeliveryDelayedError, DeliveryError, OutcomeUnknownError
from channels.wecom.errors import KfError

#: Seconds until a request is given up; the platform itself gives a callback five.
TIMEOUT_S = 10.0
#: Files take their time.
FILE_TIMEOUT_S = 60.0
_PREFIX = "/cgi-bin/"
#: Nothing has left when one of these is raised.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
_FLOODED, _SERVER_FAULTS = 429, 500
_FLOODED_S = 60.0


class Wire:
    """Keeps one client, and with it the connections, as long as the process lives."""

    def __init__(self, context: ChannelContext) -> None:
        self._context = context
        self._client: httpx.AsyncClient | None = None

    @property
    def client(self) -> httpx.AsyncClient:
        if self._client is None:
            self._client = self._context.http(timeout_s=TIMEOUT_S)
        return self._client

    async def ask(
        self,
        base: str,
        method: str,
        path: str,
        *,
        params: Mapping[str, str],
        body: Mapping[str, Any] | None = None,
        files: Mapping[str, Any] | None = None,
        sending: bool = False,
    ) -> dict[str, Any]:
        """The platform's answer; raises KfError when it says no.

        Where it is not known what the platform did, a ``sending`` call raises OutcomeUnknownError, any other
        DeliveryDelayedError, as it can be repeated.
        """
        # The platform wants characters, not escapes.
        content = json.dumps(body, ensure_ascii=False).encode(errors="replace") if body is not None else None
        try:
            response = await self.client.request(
                method,
                base.rstrip("/") + _PREFIX + path,
                params=params,
                content=content,
                files=files,
                headers={"Content-Type": "application/json"} if content is not None else None,
                timeout=FILE_TIMEOUT_S if files else TIMEOUT_S,
            )
        except _NOT_SENT as error:
            raise DeliveryDelayedError("unreachable", repr(error)) from error
        except httpx.HTTPError as error:
            raise _unsure("no_answer", repr(error), sending=sending) from error
        return read_answer(response, sending=sending)


def read_answer(response: httpx.Response, *, sending: bool = False) -> dict[str, Any]:
    """As :meth:`Wire.ask`, of an answer that is there."""
    if response.status_code == _FLOODED:
        raise AccountClosedError("http_429", response.reason_phrase, retry_after_s=_retry_after(response))
    try:
        answer = json.loads(response.content)
    except (ValueError, RecursionError) as error:
        raise _unsure(f"http_{response.status_code}", "no JSON in the answer", sending=sending) from error
    if not isinstance(answer, dict):
        raise _unsure(f"http_{response.status_code}", "no object in the answer", sending=sending)
    code = answer.get("errcode", 0)
    if not isinstance(code, int):
        raise _unsure("errcode", f"no number: {code!r}"[:200], sending=sending)
    if code:
        raise KfError(code, str(answer.get("errmsg", "")))
    if response.status_code >= _SERVER_FAULTS:
        raise _unsure(f"http_{response.status_code}", response.reason_phrase, sending=sending)
    return answer


def _unsure(code: str, text: str, *, sending: bool) -> DeliveryError:
    return OutcomeUnknownError(code, text) if sending else DeliveryDelayedError(code, text)


def _retry_after(response: httpx.Response) -> float:
    given = response.headers.get("retry-after", "")
    return float(given) if given.isascii() and given.isdecimal() else _FLOODED_S
