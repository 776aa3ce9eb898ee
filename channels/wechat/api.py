"""The few interfaces of the platform we use, each with the shared token and one second chance for it."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import httpx

from channels.context import ChannelContext
from channels.wechat.credentials import API_URL, Credentials
from channels.wechat.error_codes import PlatformRefusedError, Verdict, delivery_error
from channels.wechat.quota import note_call
from channels.wechat.tokens import TokenProvider
from channels.wechat.wire import TIMEOUT_S, UPLOAD_TIMEOUT_S, Request, answer_of, exchange, field_of, refusal_in
from kit.log import log

#: What the platform says a token lives; its answer says it again.
_TOKEN_LIFE_S = 7200
#: "menu no exist"
_NO_MENU = 46003
_PICTURES = "https://mp.weixin.qq.com"


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A QR code of ours: the address of its picture, and the address it leads to."""

    picture_url: str
    url: str


class WeChatApi:
    """Every method raises PlatformRefusedError with the platform's words, or one of the delays of ``wire``.

    A token that is not taken is fetched anew and the call made once more, so that a call is two requests and one
    for a token at most. When that did not help, the account is closed until somebody has looked at it.
    """

    def __init__(self, context: ChannelContext) -> None:
        self._context = context
        ground = context.ground
        self.tokens = TokenProvider(ground.db, ground.clock, context.box, self._fetch_token)

    async def send(self, credentials: Credentials, message: dict[str, Any]) -> dict[str, Any]:
        """Give one message to a person; raises OutcomeUnknownError when the answer was lost."""
        return await self._call(
            credentials, Request(path="/cgi-bin/message/custom/send", body=message, repeatable=False)
        )

    async def send_template(self, credentials: Credentials, notice: dict[str, Any]) -> dict[str, Any]:
        """Send a template message (模板消息)."""
        return await self._call(
            credentials, Request(path="/cgi-bin/message/template/send", body=notice, repeatable=False)
        )

    async def send_subscribed(self, credentials: Credentials, notice: dict[str, Any]) -> dict[str, Any]:
        """Send a notice a person has consented to (订阅通知)."""
        return await self._call(
            credentials, Request(path="/cgi-bin/message/subscribe/bizsend", body=notice, repeatable=False)
        )

    async def upload(self, credentials: Credentials, kind: str, name: str, content: bytes, mime: str) -> str:
        """Put a file at the platform for three days; returns its media id."""
        files = {"media": (name, content, mime)}
        request = Request(path="/cgi-bin/media/upload", query={"type": kind}, files=files, timeout_s=UPLOAD_TIMEOUT_S)
        return field_of(await self._call(credentials, request), "media_id")

    async def download(self, credentials: Credentials, media_id: str) -> httpx.Response:
        """The file of a media id, or the JSON object that stands for a video."""
        request = Request(
            path="/cgi-bin/media/get", method="GET", query={"media_id": media_id}, timeout_s=UPLOAD_TIMEOUT_S
        )
        return await self._with_token(credentials, request)

    async def get_public(self, url: str) -> httpx.Response:
        """What lies at an address the platform gave us; no token goes there."""
        request = Request(path="", method="GET", timeout_s=UPLOAD_TIMEOUT_S)
        return await exchange(self._client, url, request)

    async def create_menu(self, credentials: Credentials, menu: dict[str, Any]) -> None:
        """Replace the account's menu; people's phones show it within five minutes."""
        await self._call(credentials, Request(path="/cgi-bin/menu/create", body=menu))

    async def current_menu(self, credentials: Credentials) -> dict[str, Any] | None:
        """The menu the platform has now, as it says it; None where it has none."""
        try:
            answer = await self._call(credentials, Request(path="/cgi-bin/menu/get", method="GET"))
        except PlatformRefusedError as refused:
            if refused.number == _NO_MENU:
                return None
            raise
        menu = answer.get("menu")
        return menu if isinstance(menu, dict) else None

    async def delete_menu(self, credentials: Credentials) -> None:
        """Take the account's menu away."""
        await self._call(credentials, Request(path="/cgi-bin/menu/delete", method="GET"))

    async def create_scene(self, credentials: Credentials, scene: str, *, lasts_s: int) -> Scene:
        """A QR code that tells us ``scene`` when it is scanned."""
        action = {"scene": {"scene_str": scene}}
        body = {"expire_seconds": lasts_s, "action_name": "QR_STR_SCENE", "action_info": action}
        answer = await self._call(credentials, Request(path="/cgi-bin/qrcode/create", body=body))
        # The pictures of the real platform lie on another host than its interfaces.
        host = _PICTURES if credentials.api_url == API_URL else credentials.api_url
        picture = httpx.URL(f"{host}/cgi-bin/showqrcode", params={"ticket": field_of(answer, "ticket")})
        return Scene(picture_url=str(picture), url=str(answer.get("url", "")))

    async def callback_addresses(self, credentials: Credentials) -> list[str]:
        """The addresses the platform calls from; also the cheapest proof that secret and white list are right.

        Asked by whoever has just corrected them, so an earlier failure is no answer.
        """
        await self.tokens.try_again(credentials)
        answer = await self._call(credentials, Request(path="/cgi-bin/getcallbackip", method="GET"))
        return [str(address) for address in answer.get("ip_list", [])]

    async def service_accounts(self, credentials: Credentials) -> list[dict[str, Any]]:
        """The staff the account has at the platform; who may not send customer service messages may not ask either."""
        answer = await self._call(credentials, Request(path="/cgi-bin/customservice/getkflist", method="GET"))
        return list(answer.get("kf_list", []))

    async def close(self) -> None:
        """Let the connections go."""
        await self._client.aclose()

    @cached_property
    def _client(self) -> httpx.AsyncClient:
        # One for all accounts and calls: connections are kept, and certificates are read once.
        return self._context.http(timeout_s=TIMEOUT_S)

    async def _call(self, credentials: Credentials, request: Request) -> dict[str, Any]:
        return answer_of(request, await self._with_token(credentials, request))

    async def _with_token(self, credentials: Credentials, request: Request) -> httpx.Response:
        token = await self.tokens.token(credentials)
        response = await self._ask(credentials, request, token)
        refused = _token_refused(response)
        if refused is None:
            return response
        log.warning("access token refused", account=credentials.account, code=refused.number)
        # Also with the same token once more: not all hosts of the platform know a new one at once.
        again = await self.tokens.token(credentials, refused=token)
        response = await self._ask(credentials, request, again)
        if (still := _token_refused(response)) is not None:
            raise delivery_error(still, self._context.ground.clock.now())
        return response

    async def _ask(self, credentials: Credentials, request: Request, token: str) -> httpx.Response:
        await note_call(self._context.ground, credentials.account, request.path)
        signed = replace(request, query={"access_token": token, **request.query})
        return await exchange(self._client, credentials.api_url, signed)

    async def _fetch_token(self, credentials: Credentials) -> tuple[str, float]:
        body = {"grant_type": "client_credential", "appid": credentials.app_id, "secret": credentials.app_secret}
        request = Request(path="/cgi-bin/stable_token", body=body)
        await note_call(self._context.ground, credentials.account, request.path)
        answer = answer_of(request, await exchange(self._client, credentials.api_url, request))
        life_s = answer.get("expires_in")
        return field_of(answer, "access_token"), life_s if isinstance(life_s, int | float) else _TOKEN_LIFE_S


def _token_refused(response: httpx.Response) -> PlatformRefusedError | None:
    refused = refusal_in(response)
    return refused if refused is not None and refused.verdict is Verdict.TOKEN else None
