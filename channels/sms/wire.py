"""One request to a provider: what was sent, what was not, and what nobody knows."""

import json
from collections.abc import Mapping
from typing import Any

import httpx

from channels.context import ChannelContext
from channels.errors import AccountClosedError, DeliveryDelayedError, DeliveryError, OutcomeUnknownError

TIMEOUT_S = 10.0
#: Nothing has left when one of these is raised.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL)
_FLOODED = 429
_FLOODED_S = 60.0


class Wire:
    """Keeps one client, and with it the connections, as long as the process lives."""

    def __init__(self, context: ChannelContext) -> None:
        self._context = context
        self._client: httpx.AsyncClient | None = None

    async def post(
        self, url: str, *, headers: Mapping[str, str], content: bytes = b"", sending: bool = False
    ) -> dict[str, Any]:
        """The object in the answer, a refusal too.

        Where it is not known what the provider did, a ``sending`` call raises OutcomeUnknownError, any other
        DeliveryDelayedError, as it can be repeated.
        """
        if self._client is None:
            self._client = self._context.http(timeout_s=TIMEOUT_S)
        try:
            response = await self._client.post(url, headers=dict(headers), content=content)
        except _NOT_SENT as error:
            raise DeliveryDelayedError("unreachable", repr(error)) from error
        except httpx.HTTPError as error:
            raise unsure("no_answer", repr(error), sending=sending) from error
        return _read(response, sending=sending)


def _read(response: httpx.Response, *, sending: bool) -> dict[str, Any]:
    if response.status_code == _FLOODED:
        raise AccountClosedError("http_429", response.reason_phrase, retry_after_s=_FLOODED_S)
    try:
        answer = json.loads(response.content)
    except (ValueError, RecursionError) as error:
        raise unsure(f"http_{response.status_code}", "no JSON in the answer", sending=sending) from error
    if not isinstance(answer, dict):
        raise unsure(f"http_{response.status_code}", "no object in the answer", sending=sending)
    return answer


def unsure(code: str, text: str, *, sending: bool) -> DeliveryError:
    """What to raise when nobody knows what the provider did."""
    return OutcomeUnknownError(code, text) if sending else DeliveryDelayedError(code, text)
