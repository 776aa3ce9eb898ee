"""What people ask and do not get answered."""

from typing import Annotated

from fastapi import Form
from starlette.responses import Response

from kit.text import clean_text
from kit.web.deps import ReadSession, WriteSession
from knowledge.console import HOME
from knowledge.console.counter import REVIEWER, CounterDep, LibraryDep, RowId, article_address, knowledge_router
from knowledge.console.quality import title_of
from knowledge.console.queries import count_waiting
from knowledge.gaps.deciding import begin_draft, ranked, set_aside, take_back
from knowledge.gaps.models import GapState
from knowledge.improving.service import opened_for

_GAPS = f"{HOME}/gaps"
_REASON_MAX = 300

router = knowledge_router()
deciders = knowledge_router(REVIEWER)


@router.get("/gaps")
async def show_gaps(
    desk: CounterDep, session: ReadSession, library: LibraryDep, *, show: GapState = GapState.OPEN
) -> Response:
    gaps = await ranked(session, show)
    slugs = {str(slug) for gap in gaps for slug in (gap.reason.get("near"), gap.reason.get("second")) if slug}
    return desk.page(
        "gaps.html",
        gaps=gaps,
        titles={slug: title_of(library, slug, desk.locale) for slug in slugs},
        items=await opened_for(session, [gap.id for gap in gaps]),
        show=show,
        states=list(GapState),
        waiting=await count_waiting(session),
    )


@router.post("/gaps/{gap_id}/draft")
async def draft(desk: CounterDep, session: WriteSession, gap_id: RowId) -> Response:
    return desk.go(article_address(await begin_draft(session, desk.now, desk.author, gap_id)))


@deciders.post("/gaps/{gap_id}/aside")
async def put_aside(
    desk: CounterDep, session: WriteSession, gap_id: RowId, reason: Annotated[str, Form(max_length=2000)] = ""
) -> Response:
    await set_aside(session, desk.now, desk.author, gap_id, clean_text(reason)[:_REASON_MAX])
    return desk.go(_GAPS)


@deciders.post("/gaps/{gap_id}/back")
async def put_back(desk: CounterDep, session: WriteSession, gap_id: RowId) -> Response:
    await take_back(session, desk.now, desk.author, gap_id)
    return desk.go(_GAPS)
