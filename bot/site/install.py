"""The public pages, put into an application."""

from fastapi import FastAPI, Request
from starlette.responses import Response

from bot.site.contact import router as contact_router
from bot.site.endpoints import router
from bot.site.feeds import router as feeds_router
from bot.site.help import router as help_router
from bot.site.state import make_site
from kit.errors import NotFoundError
from kit.ground import Ground
from kit.web.errors import answer_error, wants_json, wants_swap
from kit.web.pages import pages_of
from knowledge.library import Library
from tickets.tracking.endpoints import router as tracking_router

#: Addresses whose readers are no customers; they get the common error page.
_INSIDE = ("/console", "/static", "/chat", "/api")


def install_site(app: FastAPI, ground: Ground, library: Library) -> None:
    """Start, help centre, process and tracking pages, and a page for addresses where there is nothing."""
    app.state.site = make_site(ground, library)
    for part in (router, feeds_router, help_router, contact_router, tracking_router):
        app.include_router(part)
    app.add_exception_handler(NotFoundError, show_the_way)
    app.add_exception_handler(404, show_the_way)


async def show_the_way(request: Request, error: Exception) -> Response:
    """A person gets the ways on from here; a program, a part of a page or the console the plain refusal."""
    refusal = error if isinstance(error, NotFoundError) else NotFoundError()
    inside = request.url.path.startswith(_INSIDE)
    if inside or request.method not in {"GET", "HEAD"} or wants_json(request) or wants_swap(request):
        return answer_error(request, refusal)
    headers = {"X-Robots-Tag": "noindex"}
    return pages_of(request).render(request, "site/not_found.html", status_code=404, headers=headers, code=refusal.code)
