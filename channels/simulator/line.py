"""The line from a platform to the product: a request is given up when no answer comes in time."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx

_HTTP_OK = 200


@dataclass
class Line:
    """``patience_s`` is how long an answer may take; tests make it short."""

    http: httpx.AsyncClient
    patience_s: float
    #: Requests that were given up: the product may still be at work on them.
    _late: set[asyncio.Task[httpx.Response]] = field(default_factory=set)

    async def post(self, url: str, query: Mapping[str, str], content: bytes, mime: str) -> httpx.Response | None:
        """The answer; None when none came in time, or not with status 200."""
        headers = {"content-type": mime, "user-agent": "Mozilla/4.0"}
        # The network closes a little later what we have given up already.
        timeout = self.patience_s + 1
        request = self.http.post(url, params=dict(query), content=content, headers=headers, timeout=timeout)
        asking = asyncio.ensure_future(request)
        done, _ = await asyncio.wait({asking}, timeout=self.patience_s)
        if not done:
            self._late.add(asking)
            asking.add_done_callback(self._forget)
            return None
        try:
            response = asking.result()
        except httpx.HTTPError:
            return None
        return response if response.status_code == _HTTP_OK else None

    async def get(self, url: str, query: Mapping[str, str]) -> httpx.Response | None:
        """As :meth:`post`, for the check of an address."""
        try:
            response = await self.http.get(url, params=dict(query), timeout=self.patience_s)
        except httpx.HTTPError:
            return None
        return response if response.status_code == _HTTP_OK else None

    async def settle(self) -> None:
        """Wait for what the product still does about requests that were given up."""
        if self._late:
            await asyncio.wait(set(self._late))

    def _forget(self, task: asyncio.Task[httpx.Response]) -> None:
        self._late.discard(task)
        # Whether it failed in the end is of no interest, but has to be looked at.
        if not task.cancelled():
            task.exception()
