"""The start page, how we work, and what is said when there is nothing at an address."""

from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import Response

from bot.site.process import first_reply_hours, read_process, read_targets
from bot.site.shelves import popular
from bot.site.state import SiteDep
from kit.web.deps import ReadSession
from kit.web.locale import LocaleDep
from kit.web.pages import PagesDep
from tickets.sla.hours import general_hours
from tickets.stages import Stage

TEMPLATES = Path(__file__).parent / "templates"
STATIC = Path(__file__).parent / "static"

router = APIRouter(include_in_schema=False)


@router.get("/")
async def home(request: Request, pages: PagesDep, site: SiteDep, session: ReadSession, locale: LocaleDep) -> Response:
    hours = first_reply_hours(await read_targets(session))
    articles = popular(site.library, locale, most=6)
    counted = await general_hours(session, locale)
    return pages.render(request, "site/home.html", popular=articles, first_reply_h=hours, counted=counted)


@router.get("/process")
async def process(request: Request, pages: PagesDep, session: ReadSession, locale: LocaleDep) -> Response:
    rules = await read_process(session, locale)
    return pages.render(request, "site/process.html", process=rules, stages=list(Stage))
