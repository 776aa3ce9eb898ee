"""One request to the platform, and what its answer is: never an exception of the HTTP library.

The platform answers 200 with an ``errcode`` in a JSON object. Anything else comes from something in between.
"""

import json
from dataclasses import dataclass, field
from typing import Any

import httpx

from channels.errors import AccountClosedError, DeliveryDelayedError, OutcomeUnknownError
from channels.wechat.error_codes import BROKEN_FOR_S, MINUTE_S, PlatformRefusedError

#: The platform answers within a second; a file of 10 MB takes longer on a thin line.
TIMEOUT_S = 10.0
UPLOAD_TIMEOUT_S = 60.0
#: So much of an answer that is none is kept for staff.
SHOWN_CHARS = 200

_SERVER_ERROR = 500
_SUCCESS = range(200, 300)
#: The only status of a gateway that says that nothing was done.
_UNAVAILABLE = 503
_TOO_MANY = 429


@dataclass(frozen=True, kw_only=True)
class Request:
    """``repeatable``: to do it twice harms nobody, so an unknown outcome is simply tried again."""

    path: str
    method: str = "POST"
    query: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] | None = None
    files: dict[str, tuple[str, bytes, str]] | None = None
    repeatable: bool = True
    timeout_s: float = TIMEOUT_S


def encoded(body: dict[str, Any]) -> bytes:
    r"""JSON in real UTF-8: the platform refuses ``\uXXXX`` (40033)."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


async def exchange(client: httpx.AsyncClient, base_url: str, request: Request) -> httpx.Response:
    """Ask and get a successful answer; raises DeliveryDelayedError, AccountClosedError or OutcomeUnknownError."""
    try:
        response = await client.request(
            request.method,
            base_url + request.path,
            # Not an empty dict: that would take the query of an address away.
            params=request.query or None,
            content=encoded(request.body) if request.body is not None else None,
            files=request.files,
            headers={"Content-Type": "application/json; charset=utf-8"} if request.body is not None else None,
            timeout=request.timeout_s,
        )
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise AccountClosedError("api_url", str(error), retry_after_s=BROKEN_FOR_S, broken=True) from error
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise DeliveryDelayedError("unreachable", _words(error)) from error
    except httpx.RequestError as error:
        raise _lost(request, "no_answer", _words(error)) from error
    if response.status_code not in _SUCCESS:
        raise _from_gateway(request, response)
    return response


def answer_of(request: Request, response: httpx.Response) -> dict[str, Any]:
    """The object the platform answered; raises PlatformRefusedError with its code."""
    answer = object_in(response)
    if answer is None:
        raise _no_answer(request, response)
    if (refused := refusal_in(response)) is not None:
        raise refused
    return answer


def field_of(answer: dict[str, Any], name: str) -> str:
    """What an answer must have; raises DeliveryDelayedError where it has not."""
    value = answer.get(name)
    if not value or not isinstance(value, str):
        raise DeliveryDelayedError("unreadable_answer", f"no {name} in the answer")
    return value


def object_in(response: httpx.Response) -> dict[str, Any] | None:
    """The JSON object of an answer; None for a file, or a page. The content type says nothing reliable."""
    if not response.content.startswith(b"{"):
        return None
    try:
        answer = json.loads(response.content)
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None


def refusal_in(response: httpx.Response) -> PlatformRefusedError | None:
    """The platform's no, where the answer is one."""
    answer = object_in(response)
    number = _number(answer.get("errcode", 0)) if answer is not None else 0
    return PlatformRefusedError(number, str((answer or {}).get("errmsg", ""))) if number else None


def _number(code: object) -> int:
    return int(code) if isinstance(code, int | str) and str(code).lstrip("-").isdecimal() else 0


def _no_answer(request: Request, response: httpx.Response) -> DeliveryDelayedError | OutcomeUnknownError:
    """A page was written by something that stands before the platform and did not ask it; a torn answer was not."""
    shown = response.text[:SHOWN_CHARS]
    if response.content.lstrip().startswith(b"<"):
        return DeliveryDelayedError("not_the_platform", shown)
    return _lost(request, "unreadable_answer", shown)


def _from_gateway(request: Request, response: httpx.Response) -> DeliveryDelayedError | OutcomeUnknownError:
    code, shown = f"http_{response.status_code}", response.text[:SHOWN_CHARS]
    if response.status_code == _TOO_MANY:
        seconds = response.headers.get("Retry-After", "")
        return AccountClosedError(code, shown, retry_after_s=float(seconds) if seconds.isdecimal() else MINUTE_S)
    if response.status_code >= _SERVER_ERROR and response.status_code != _UNAVAILABLE:
        return _lost(request, code, shown)
    return DeliveryDelayedError(code, shown)


def _lost(request: Request, code: str, text: str) -> DeliveryDelayedError | OutcomeUnknownError:
    return DeliveryDelayedError(code, text) if request.repeatable else OutcomeUnknownError(code, text)


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__
