"""The page, what it asks for, and the simulated host, all at one address of this machine."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from channels.simulator.phone.desk import Phones
from channels.simulator.phone.handset import Handset
from channels.simulator.phone.telegram import TelegramHandset
from channels.simulator.phone.timeline import Timeline, media_type
from channels.simulator.phone.wechat import WeChatHandset
from channels.simulator.phone.wecom import WeComHandset
from kit.i18n import LOCALES, Locale, catalogue, html_lang, translate

HANDSETS: Mapping[str, Any] = {"telegram": TelegramHandset, "wechat": WeChatHandset, "wecom": WeComHandset}

_FOLDER = Path(__file__).resolve().parent
#: The largest file any of the platforms takes.
_FILE_MAX = 50 * 1024 * 1024
_NAME_MAX = 20
_TEXT_MAX = 5000
#: A form of another page cannot send this header.
_OURS = "x-phone"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "media-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_SAFE = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
#: Only ever opened on this machine.
_HOSTS = ["127.0.0.1", "localhost", "[::1]"]


def make_phone_app(
    channel: str, platform: Any, host: Starlette, *, product_url: str, at_end: Callable[[], Awaitable[None]]
) -> Starlette:
    """The page for people, and everything else to the simulated host; ``at_end`` runs when it stops."""
    handset: Handset = HANDSETS[channel](platform)
    page = _Page(Phones(channel, handset, product_url))

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        await page.phones.begin()
        stopping = asyncio.Event()
        running = asyncio.create_task(platform.run(stopping)) if hasattr(platform, "run") else None
        yield
        stopping.set()
        platform.release()
        if running is not None:
            await running
        await at_end()

    return Starlette(
        routes=[
            Route("/", page.page, methods=["GET"]),
            Route("/phone/state", page.state, methods=["GET"]),
            Route("/phone/do", page.do, methods=["POST"]),
            Route("/phone/send", page.send, methods=["POST"]),
            Route("/phone/media/{entry}", page.media, methods=["GET"]),
            Mount("/phone/static", StaticFiles(directory=_FOLDER / "static")),
            Mount("/", host),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=_HOSTS)],
        lifespan=lifespan,
    )


class _Page:
    def __init__(self, phones: Phones) -> None:
        self.phones = phones
        self._templates = Environment(
            loader=FileSystemLoader(_FOLDER / "templates"), autoescape=select_autoescape(["html"])
        )

    async def page(self, request: Request) -> Response:
        """The page itself; its texts are in it."""
        locale = _locale(request)
        prefix = "phone."
        texts = {key.removeprefix(prefix): text for key, text in catalogue().prefixed(prefix, locale).items()}
        html = self._templates.get_template("phone.html").render(
            t=lambda key, **values: translate(key, locale, **values),
            html_lang=html_lang(locale),
            other=next(one for one in LOCALES if one != locale),
            channel=self.phones.channel,
            product_url=self.phones.product_url,
            begin={
                "texts": texts,
                "lang": locale,
                "kinds": self.phones.handset.kinds,
            },
        )
        return HTMLResponse(html, headers={**_SAFE, "Content-Security-Policy": _POLICY})

    async def state(self, request: Request) -> Response:
        """What is to be seen now; nothing when it is what the page has."""
        state = self.phones.state(self._timeline(request.query_params.get("person")), _locale(request))
        if request.query_params.get("version") == state["version"]:
            return Response(status_code=204, headers=_SAFE)
        return JSONResponse(state, headers=_SAFE)

    async def do(self, request: Request) -> Response:
        """Say, press, click, follow and the like."""
        _check_ours(request)
        asked = await request.json()
        what, text = str(asked.get("do", "")), str(asked.get("text", "")).strip()
        if what == "meet":
            if not 0 < len(text) <= _NAME_MAX:
                raise HTTPException(422)
            return JSONResponse({"person": (await self.phones.add(text)).key})
        timeline = self._timeline(asked.get("person"))
        try:
            self._do(timeline, what, text, str(asked.get("entry", "")))
        except LookupError as error:
            raise HTTPException(409) from error
        return Response(status_code=204)

    def _do(self, timeline: Timeline, what: str, text: str, entry: str) -> None:
        if what == "say":
            if not 0 < len(text) <= _TEXT_MAX:
                raise HTTPException(422)
            self.phones.say(timeline, text)
        elif what == "press":
            self.phones.press(timeline, entry, text)
        elif what == "click":
            self.phones.click(timeline, text)
        else:
            self.phones.act(timeline, what)

    async def send(self, request: Request) -> Response:
        """Send a file; the body is the file."""
        _check_ours(request)
        asked = request.query_params
        timeline, kind = self._timeline(asked.get("person")), asked.get("kind", "")
        if kind not in self.phones.handset.kinds:
            raise HTTPException(422)
        content = bytearray()
        async for piece in request.stream():
            content += piece
            if len(content) > _FILE_MAX:
                raise HTTPException(413)
        self.phones.send(timeline, kind, bytes(content), asked.get("name", "")[-120:])
        return Response(status_code=204)

    async def media(self, request: Request) -> Response:
        """A file of the chat; nothing in it may run."""
        timeline = self._timeline(request.query_params.get("person"))
        try:
            entry = timeline.entry(request.path_params["entry"])
        except LookupError as error:
            raise HTTPException(404) from error
        if entry.media is None:
            raise HTTPException(404)
        headers = {**_SAFE, "Content-Security-Policy": "default-src 'none'; sandbox"}
        return Response(entry.media, media_type=media_type(entry.media), headers=headers)

    def _timeline(self, key: str | None) -> Timeline:
        people = self.phones.people
        return people[key] if key in people else next(iter(people.values()))


def _check_ours(request: Request) -> None:
    if request.headers.get(_OURS) != "1":
        raise HTTPException(403)


def _locale(request: Request) -> Locale:
    asked = request.query_params.get("lang") or request.headers.get("accept-language", "zh")
    return "zh" if asked.lower().startswith("zh") else "en"
