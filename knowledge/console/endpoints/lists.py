"""All articles, and those that wait for a second person."""

from dataclasses import replace
from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from kit.text import clean_text
from kit.web.deps import ReadSession
from kit.web.errors import wants_swap
from knowledge.console.counter import CounterDep, knowledge_router
from knowledge.console.queries import FILTERS, Wanted, authors_of, count_waiting, listed, waiting
from knowledge.console.views import row_view
from knowledge.figures.figures import figures_of

_TERM_MAX = 100

router = knowledge_router()
Term = Annotated[str, Query(max_length=1000)]


@router.get("")
async def show_list(
    desk: CounterDep, session: ReadSession, *, q: Term = "", show: Term = "all", mine: bool = False, cursor: Term = ""
) -> Response:
    wanted = Wanted(q=clean_text(q)[:_TERM_MAX], show=show if show in FILTERS else "all", mine=mine, cursor=cursor)
    found = await listed(session, wanted, today=desk.today, staff_id=desk.staff.id)
    figures = await figures_of(session, desk.now, [row.article for row in found.rows])
    rows = [row_view(row, figures, desk.locale, desk.today) for row in found.rows]
    more = wants_swap(desk.request) and bool(cursor)
    return desk.page(
        "rows.html" if more else "list.html",
        rows=rows,
        more=found.more,
        wanted=wanted,
        filters=FILTERS,
        waiting=await count_waiting(session),
    )


@router.get("/reviews")
async def show_waiting(desk: CounterDep, session: ReadSession) -> Response:
    """Marked with whether this person may decide: nobody reads over what they wrote."""
    found = await waiting(session)
    authors = await authors_of(session, [row.version.id for row in found])
    rows = [
        replace(
            row_view(row, {}, desk.locale, desk.today),
            authors=list(authors[row.version.id].values()),
            own=desk.staff.id in authors[row.version.id],
        )
        for row in found
    ]
    return desk.page("reviews.html", rows=rows)
