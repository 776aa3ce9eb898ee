"""Past questions and what answers them: said by who reads a talk, listed, and handed in as ways to ask."""

from typing import Annotated

from fastapi import Form, Query
from starlette.responses import Response

from kit.i18n import Locale, translate
from kit.text import clean_text
from kit.web.deps import ReadSession, WriteSession
from kit.web.errors import wants_swap
from knowledge.console import HOME
from knowledge.console.counter import (
    BIGINT_MAX,
    REVIEWER,
    CounterDep,
    LibraryDep,
    RowId,
    article_address,
    knowledge_router,
)
from knowledge.console.quality import TalksDep, chosen_slug, title_of
from knowledge.console.queries import count_waiting
from knowledge.labelled.judging import Verdict, label
from knowledge.quality.phrasings import hand_in_phrasing
from knowledge.quality.reading import label_of, labels
from knowledge.quality.scoring import answer_of, item_of

_WORDING_MAX = 2000

router = knowledge_router(REVIEWER)
Slug = Annotated[str, Form(max_length=80)]


@router.post("/quality/talks/{item_id}/answers/{answer_id}")
async def put_right(
    desk: CounterDep,
    session: WriteSession,
    talks: TalksDep,
    *,
    item_id: RowId,
    answer_id: RowId,
    choice: Slug,
    other: Slug = "",
    wording: Annotated[str, Form(max_length=10_000)] = "",
) -> Response:
    """Say which article answers the question, or that none does, and how it would better have been put."""
    item, _ = await item_of(session, item_id)
    answer = await answer_of(session, item, answer_id)
    verdict = Verdict(slug=chosen_slug(choice, other), wording=clean_text(wording)[:_WORDING_MAX])
    question = talks.mask(answer.question, _locale(answer.locale))
    await label(session, desk.now, desk.author, answer, verdict, question=question)
    if wants_swap(desk.request):
        # To go to another place of the same page would not load it again.
        return Response(headers={"HX-Refresh": "true"})
    return desk.go(f"{HOME}/quality/talks/{item_id}#answer-{answer_id}")


@router.get("/labels")
async def show_labels(
    desk: CounterDep,
    session: ReadSession,
    library: LibraryDep,
    before: Annotated[int | None, Query(ge=1, le=BIGINT_MAX)] = None,
    article: Annotated[str, Query(max_length=80)] = "",
) -> Response:
    rows, more = await labels(session, before=before, slug=clean_text(article))
    titles = {slug: title_of(library, slug, desk.locale) for row in rows for slug in (row.slug, row.given) if slug}
    waiting = await count_waiting(session)
    return desk.page("labels.html", rows=rows, more=more, titles=titles, article=article, waiting=waiting)


@router.post("/labels/{label_id}/phrasing")
async def hand_in(desk: CounterDep, session: WriteSession, label_id: RowId) -> Response:
    """The question becomes a way to ask for its article once a second person agrees."""
    row = await label_of(session, label_id)
    locale = _locale(row.locale)
    note = translate("quality.phrasing_note", desk.locale)
    version = await hand_in_phrasing(
        session, desk.now, desk.author, slug=row.slug or "", locale=locale, text=row.question, note=note
    )
    return desk.go(article_address(version.article_id))


def _locale(stored: str) -> Locale:
    return "en" if stored == "en" else "zh"
