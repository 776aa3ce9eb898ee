"""The interface of 微信客服, with the access token on every call."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any

import httpx

from channels.accounts.book import Account
from channels.context import ChannelContext
from channels.errors import DeliveryDelayedError
from channels.wecom.errors import TOKEN_REFUSED, KfError
from channels.wecom.settings import settings_of
from channels.wecom.tokens import Tokens
from channels.wecom.wire import FILE_TIMEOUT_S, Wire, read_answer


class KfApi:
    """Calls for any account; a refused token is replaced once, and never in a circle."""

    def __init__(self, context: ChannelContext) -> None:
        self._wire = Wire(context)
        self.tokens = Tokens(context, self._wire)

    async def post(
        self, account: Account, path: str, body: Mapping[str, Any], *, sending: bool = False
    ) -> dict[str, Any]:
        """Call; raises KfError for the platform's no, and what :meth:`Wire.ask` raises."""
        return await self._call(account, "POST", path, body=body, sending=sending)

    async def get(self, account: Account, path: str, params: Mapping[str, str]) -> dict[str, Any]:
        """As :meth:`post`."""
        return await self._call(account, "GET", path, params=params)

    async def upload(self, account: Account, *, kind: str, name: str, mime: str, content: bytes) -> str:
        """Leave a file at the platform for three days; returns its media_id."""
        files = {"media": (name, content, mime)}
        answer = await self._call(account, "POST", "media/upload", params={"type": kind}, files=files)
        try:
            return str(answer["media_id"])
        except KeyError as odd:
            raise DeliveryDelayedError("upload_unread", "the platform answered without a media_id") from odd

    async def _call(
        self,
        account: Account,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        files: Mapping[str, Any] | None = None,
        sending: bool = False,
    ) -> dict[str, Any]:
        base, token = settings_of(account).api_url, await self.tokens.token(account)
        query = dict(params or {})
        try:
            return await self._wire.ask(
                base, method, path, params={**query, "access_token": token}, body=body, files=files, sending=sending
            )
        except KfError as refused:
            if refused.code not in TOKEN_REFUSED:
                raise
        token = await self.tokens.renewed(account, refused=token)
        return await self._wire.ask(
            base, method, path, params={**query, "access_token": token}, body=body, files=files, sending=sending
        )

    async def download(self, account: Account, media_id: str) -> "Download":
        """Open a customer's file; raises KfError, and DeliveryDelayedError to be asked again."""
        token = await self.tokens.token(account)
        try:
            return await self._open(account, media_id, token)
        except KfError as refused:
            if refused.code not in TOKEN_REFUSED:
                raise
        return await self._open(account, media_id, await self.tokens.renewed(account, refused=token))

    async def _open(self, account: Account, media_id: str, token: str) -> "Download":
        address = f"{settings_of(account).api_url.rstrip('/')}/cgi-bin/media/get"
        params = {"access_token": token, "media_id": media_id}
        async with AsyncExitStack() as stack:
            try:
                response = await stack.enter_async_context(
                    self._wire.client.stream("GET", address, params=params, timeout=FILE_TIMEOUT_S)
                )
                if not _is_file(response):
                    await response.aread()
                    read_answer(response)
                    raise DeliveryDelayedError("media_unread", "the platform answered without a file")
            except httpx.HTTPError as error:
                raise DeliveryDelayedError("no_answer", repr(error)) from error
            return Download(response, stack.pop_all())


def _is_file(response: httpx.Response) -> bool:
    """A refusal comes as JSON, a gateway's page as HTML; a file that is either is named as an attachment."""
    named = "content-disposition" in response.headers
    words = response.headers.get("content-type", "").startswith(("application/json", "text/"))
    return response.is_success and (named or not words)


class Download:
    """An open answer with a file in it; to be read or closed."""

    def __init__(self, response: httpx.Response, stack: AsyncExitStack) -> None:
        self.response = response
        self._stack = stack

    async def aclose(self) -> None:
        await self._stack.aclose()
