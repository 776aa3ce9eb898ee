"""The public pages and one visitor's browser."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI

from bot.defaults import install_defaults
from bot.site.endpoints import STATIC, TEMPLATES
from bot.site.install import install_site
from channels.context import ChannelContext
from kit.ground import Ground
from knowledge.articles import import_folder
from knowledge.library import Library
from knowledge.loader import ArticleFile
from tests.support.web import make_app, open_client
from tickets.actors import BOT
from tickets.contacts.service import Sender
from tickets.conversations.service import conversation_of
from tickets.models import Ticket
from tickets.opening import Matter, open_ticket
from tickets.rhythm import rhythm_of
from tickets.tracking.endpoints import TEMPLATES as TRACKING


def make_article(slug: str = "fix-login", lang: str = "zh", **fields: object) -> ArticleFile:
    """An article with every field, some of them as asked for."""
    values = {
        "title": "登录不上怎么办",
        "kind": "fix",
        "audience": "user",
        "level": "basic",
        "component": "login",
        "tags": ("登录",),
        "summary": "先看提示语。",
        "steps": ("记下提示原话", "换浏览器", "告诉我们"),
        "questions": ("登录不上", "登不进去", "账号登录失败"),
        "body": "## 怎么做\n\n1. **手工**输入密码\n",
        **fields,
    }
    return ArticleFile(slug=slug, lang=lang, **values)  # type: ignore[arg-type]  # A table of defaults has mixed values.


async def make_public_app(ground: Ground, *articles: ArticleFile, opened: bool = True) -> FastAPI:
    """The default configuration, these articles, and the pages over them; the library open unless told not to."""
    async with ground.db.transaction() as session:
        await install_defaults(session)
        await import_folder(session, ground.clock.now(), articles)
    library = Library(ground.db, ground.clock, None)
    if opened:
        await library.open()
    app = make_app(ground, templates=[TEMPLATES, TRACKING], statics={"site": STATIC})
    install_site(app, ground, library)
    app.state.channels = ChannelContext.of(ground)
    return app


@asynccontextmanager
async def visit(app: FastAPI, language: str = "zh-CN") -> AsyncIterator[httpx.AsyncClient]:
    """A browser that prefers this language."""
    async with open_client(app, **{"accept-language": language}) as client:
        yield client


async def open_example(
    ground: Ground,
    *,
    phone: str | None = "13800001234",
    facts: dict[str, str] | None = None,
    thread: str = "webchat:site:wang",
) -> Ticket:
    """A ticket of a person in the web chat."""
    now = ground.clock.now()
    sender = Sender(channel="webchat", account="site", address=thread, thread=thread, name="王会计")
    async with ground.db.transaction() as session:
        conversation, contact = await conversation_of(session, now, sender)
        contact.phone = phone
        return await open_ticket(
            session,
            now,
            conversation,
            contact,
            Matter(text="开票一直转圈", category="issuing", facts=dict(facts or {})),
            actor=BOT,
            rhythm=rhythm_of(ground.settings),
        )
