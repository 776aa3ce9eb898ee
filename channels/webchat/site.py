"""What the chat's endpoints share, made by the composition root and kept on ``app.state.webchat``."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from channels.webchat.feed import Feed
from channels.webchat.models import WebchatVisitor
from channels.webchat.service import Limits, identify
from channels.webchat.tokens import FileToken, Tokens
from kit.db import AsyncSession
from kit.ground import Ground
from kit.i18n import Locale
from kit.web.deps import held

#: What every visitor should know at once (a known outage), in the visitor's language; None when all is well.
Banner = Callable[[AsyncSession, Locale], Awaitable[str | None]]


async def no_banner(_session: AsyncSession, _locale: Locale) -> None:
    return None


class ChatSite:
    """The chat of one running product."""

    def __init__(self, ground: Ground, *, banner: Banner = no_banner) -> None:
        settings = ground.settings
        self.ground = ground
        self.banner = banner
        self.tokens = Tokens(settings.secret_key(), ground.clock)
        self.feed = Feed(ground, self.file_address)
        self.limits = Limits(
            text_max=settings.text_max_chars,
            messages_per_minute=settings.chat_messages_per_minute,
            settle_s=settings.burst_window_s,
        )

    def file_address(self, file: FileToken) -> str:
        """Where the browser reads the file, relative to ``/chat/``; the address is the permission."""
        return f"files/{self.tokens.sign_file(file)}"

    async def visitor(self, authorization: str) -> WebchatVisitor:
        """Who carries this ``Authorization`` header; raises VisitorUnknownError."""
        scheme, _, token = authorization.partition(" ")
        async with self.ground.db.reading() as session:
            return await identify(session, self.tokens, token if scheme.lower() == "bearer" else "")


def site_of(connection: HTTPConnection) -> ChatSite:
    return cast("ChatSite", connection.app.state.webchat)


async def visitor_of(connection: HTTPConnection) -> WebchatVisitor:
    return await site_of(connection).visitor(connection.headers.get("authorization", ""))


def stopping_of(connection: HTTPConnection) -> asyncio.Event:
    return cast("asyncio.Event", connection.app.state.stopping)


SiteDep = Annotated[ChatSite, held(site_of)]
VisitorDep = Annotated[WebchatVisitor, Depends(visitor_of)]
#: Set when the server is told to stop; whatever waits ends then.
StoppingDep = Annotated[asyncio.Event, held(stopping_of)]
