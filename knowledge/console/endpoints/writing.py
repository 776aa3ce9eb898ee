"""Begin, change, hand in and give up a version."""

from typing import Annotated

from fastapi import Form
from starlette.responses import Response

from kit.web.deps import WriteSession
from knowledge.console.counter import CounterDep, RowId, Seen, article_address, knowledge_router
from knowledge.console.forms import EditDep
from knowledge.console.views import CHOICES
from knowledge.review.reviewing import submit
from knowledge.versions.content import Content
from knowledge.versions.drafting import begin, discard, reopen, roll_back, save, version_of

router = knowledge_router()
_FIRST = Content(slug="")


@router.get("/new")
async def show_new(desk: CounterDep) -> Response:
    return desk.page("new.html", content=_FIRST, choices=CHOICES)


@router.post("/new")
async def begin_article(desk: CounterDep, session: WriteSession, edit: EditDep) -> Response:
    version = await begin(session, desk.now, desk.author, edit)
    return desk.go(article_address(version.article_id))


@router.post("/articles/{article_id}/edit")
async def edit_again(desk: CounterDep, session: WriteSession, article_id: RowId) -> Response:
    await reopen(session, desk.now, desk.author, article_id)
    return desk.go(article_address(article_id))


@router.post("/articles/{article_id}/back-to")
async def go_back(
    desk: CounterDep, session: WriteSession, article_id: RowId, number: Annotated[int, Form(ge=1)]
) -> Response:
    await roll_back(session, desk.now, desk.author, article_id, number)
    return desk.go(article_address(article_id))


@router.post("/versions/{version_id}/save")
async def keep(
    desk: CounterDep,
    session: WriteSession,
    edit: EditDep,
    version_id: RowId,
    seen: Seen,
    *,
    hand_in: Annotated[bool, Form()] = False,
) -> Response:
    """Keep what was typed; with ``hand_in`` it goes to a second person at once."""
    version = await save(session, desk.now, desk.author, version_id, edit, seen=seen)
    if hand_in:
        await submit(session, desk.now, desk.author, version_id, seen=version.revision)
    return desk.go(article_address(version.article_id))


@router.post("/versions/{version_id}/discard")
async def give_up(desk: CounterDep, session: WriteSession, version_id: RowId, seen: Seen) -> Response:
    await discard(session, desk.now, desk.author, version_id, seen=seen)
    return desk.go(article_address((await version_of(session, version_id)).article_id))
