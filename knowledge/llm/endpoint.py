"""One question to a service that speaks OpenAI's chat interface; every way it can go wrong is a reason."""

import asyncio
import json
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import httpx

from knowledge.llm.failures import ModelFailedError, Reason

#: An answer of some hundred words is a fraction of it.
MOST_BYTES = 64 * 1024
_TOO_MANY = 429
_LONGEST_REST_S = 3600.0


@dataclass(frozen=True)
class Completion:
    """What came back, and what it cost where the service says so."""

    text: str
    tokens: int | None


@dataclass(frozen=True)
class ChatEndpoint:
    """``key`` is sent and never shown."""

    url: str
    model: str
    key: str = ""

    def __repr__(self) -> str:
        return f"ChatEndpoint({self.url!r}, {self.model!r})"

    async def ask(self, messages: Sequence[Mapping[str, str]], *, within_s: float, max_tokens: int) -> Completion:
        """The completion, in at most ``within_s`` seconds from now whatever the other side does."""
        body = {"model": self.model, "messages": messages, "max_tokens": max_tokens, "temperature": 0}
        try:
            async with asyncio.timeout(within_s):
                raw = await self._post(body, within_s)
        except (TimeoutError, httpx.TimeoutException) as error:
            raise ModelFailedError(Reason.LATE) from error
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            # The name alone: some errors carry the request, and that the person's words.
            raise ModelFailedError(Reason.UNREACHABLE, type(error).__name__) from error
        return _read(raw)

    async def _post(self, body: Mapping[str, object], within_s: float) -> bytes:
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        # This limit begins anew with every byte; the one for the whole stands around it.
        async with (
            httpx.AsyncClient(verify=_tls(), timeout=within_s, trust_env=False) as client,
            client.stream("POST", f"{self.url.rstrip('/')}/chat/completions", json=body, headers=headers) as answer,
        ):
            _refuse(answer)
            raw = bytearray()
            async for part in answer.aiter_bytes():
                raw += part
                if len(raw) > MOST_BYTES:
                    raise ModelFailedError(Reason.TOO_LARGE)
            return bytes(raw)


@cache
def _tls() -> ssl.SSLContext:
    """Read once: the certificates of all authorities take some hundredths of a second."""
    return httpx.create_ssl_context()


def _refuse(answer: httpx.Response) -> None:
    if answer.status_code == _TOO_MANY:
        raise ModelFailedError(Reason.BUSY, retry_after_s=_seconds(answer.headers.get("Retry-After", "")))
    if not answer.is_success:
        raise ModelFailedError(Reason.REFUSED, str(answer.status_code))


def _seconds(told: str) -> float:
    return min(float(told), _LONGEST_REST_S) if told.isdecimal() else 0.0


def _read(raw: bytes) -> Completion:
    try:
        told = json.loads(raw)
        text = told["choices"][0]["message"]["content"]
        tokens = (told.get("usage") or {}).get("total_tokens")
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise ModelFailedError(Reason.MALFORMED, type(error).__name__) from error
    if not isinstance(text, str) or not text.strip():
        raise ModelFailedError(Reason.MALFORMED, "no text")
    return Completion(text.strip(), tokens if isinstance(tokens, int) and tokens >= 0 else None)
