"""The protocol of the chat, from the first hello to goodbye."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.exc import IntegrityError
from starlette.responses import JSONResponse, StreamingResponse

from channels.webchat import repository, service
from channels.webchat.edge import ChatRoute, preflight_headers, read_body
from channels.webchat.feed import BATCH, public_news
from channels.webchat.models import WebchatMessage, WebchatVisitor
from channels.webchat.schemas import MAX_SEQ, MessageRequest, ReadRequest, SessionRequest, TypingRequest
from channels.webchat.site import ChatSite, SiteDep, StoppingDep, VisitorDep
from channels.webchat.translate import iso
from channels.webchat.typing import note_visitor_typing
from channels.webchat.uploads import OFFERED_TYPES
from kit.web.deps import GroundDep
from kit.web.locale import LocaleDep

router = APIRouter(prefix="/chat", route_class=ChatRoute, tags=["webchat"])

MAX_WAIT_S = 25
Since = Annotated[int, Query(ge=0, le=MAX_SEQ)]


@router.post("/api/session")
async def open_session(request: Request, site: SiteDep, spoken: LocaleDep) -> JSONResponse:
    """A good token for whoever asks: the one shown, or a new visitor's when that one is no good."""
    asked = await read_body(request, SessionRequest)
    locale = asked.locale or spoken
    async with site.ground.db.transaction() as session:
        opened = await service.open_session(
            session, site.ground.clock.now(), site.tokens, token=asked.token, locale=locale, page=asked.page
        )
        banner = await site.banner(session, locale)
    visitor = opened.visitor
    answer = {
        "token": opened.token,
        "visitor": visitor.id,
        "renewed": opened.renewed,
        "locale": visitor.locale,
        "last_seq": visitor.last_seq,
        "last_read": visitor.last_read_seq,
        "limits": _limits(site),
        "banner": banner,
    }
    return JSONResponse(answer, headers={"Cache-Control": "no-store"})


def _limits(site: ChatSite) -> dict[str, Any]:
    return {
        "text_max": site.limits.text_max,
        "file_max": site.ground.settings.upload_max_bytes,
        "accept": OFFERED_TYPES,
    }


@router.post("/api/messages")
async def post_message(request: Request, site: SiteDep, visitor: VisitorDep) -> JSONResponse:
    said = await read_body(request, MessageRequest)
    try:
        message, duplicate = await _say(site, visitor, said)
    except IntegrityError:
        # The same message arrived twice at once; the other one is stored by now.
        message, duplicate = await _say(site, visitor, said)
    answer = {
        "seq": message.seq,
        "client_id": message.client_id,
        "at": iso(message.at),
        "duplicate": duplicate,
    }
    return JSONResponse(answer)


async def _say(site: ChatSite, visitor: WebchatVisitor, said: MessageRequest) -> tuple[WebchatMessage, bool]:
    now = site.ground.clock.now()
    async with site.ground.db.transaction() as session:
        return await service.say(session, now, visitor, said, limits=site.limits)


@router.get("/api/messages")
async def get_messages(
    site: SiteDep,
    visitor: VisitorDep,
    stopping: StoppingDep,
    since: Since = 0,
    wait: Annotated[float, Query(ge=0, le=MAX_WAIT_S)] = 0,
    limit: Annotated[int, Query(ge=1, le=BATCH)] = BATCH,
) -> JSONResponse:
    """What came after ``since``; with ``wait`` the answer is held until there is something, in seconds."""
    news = await site.feed.wait(visitor.id, since, seconds=wait, limit=limit, stopping=stopping)
    return JSONResponse(public_news(news, site.file_address), headers={"Cache-Control": "no-store"})


@router.get("/api/stream")
async def stream(site: SiteDep, visitor: VisitorDep, stopping: StoppingDep, since: Since = 0) -> StreamingResponse:
    """The same as server-sent events; ``id`` is the number to come back with."""
    # X-Accel-Buffering asks nginx to pass each event on at once.
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    events = site.feed.stream(visitor.id, since, stopping=stopping)
    return StreamingResponse(events, media_type="text/event-stream", headers=headers)


@router.post("/api/typing", status_code=204)
async def post_typing(request: Request, site: SiteDep, visitor: VisitorDep) -> Response:
    body = await read_body(request, TypingRequest)
    async with site.ground.db.transaction() as session:
        await note_visitor_typing(session, site.ground.clock.now(), visitor.id, typing=body.typing)
    return Response(status_code=204)


@router.post("/api/read", status_code=204)
async def post_read(request: Request, site: SiteDep, visitor: VisitorDep) -> Response:
    body = await read_body(request, ReadRequest)
    async with site.ground.db.transaction() as session:
        await repository.mark_read(session, visitor.id, body.seq)
    return Response(status_code=204)


@router.post("/api/forget", status_code=204)
async def post_forget(site: SiteDep, visitor: VisitorDep) -> Response:
    """The token is worthless from now on, in every tab and on every device it was copied to."""
    async with site.ground.db.transaction() as session:
        await repository.revoke(session, visitor.id, site.ground.clock.now())
    return Response(status_code=204)


async def preflight(request: Request, ground: GroundDep) -> Response:
    """What a browser asks before it sends a token to us from another site's page."""
    return Response(status_code=204, headers=preflight_headers(request, ground.settings))


for _name in ("session", "messages", "stream", "typing", "read", "uploads", "forget"):
    router.add_api_route(f"/api/{_name}", preflight, methods=["OPTIONS"], include_in_schema=False)
