"""A dry run: a made-up ticket, and what the rules and policies would make of it."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from kit.text import clean_text
from kit.web.deps import ReadSession
from tickets.admin.endpoints.office import READERS
from tickets.admin.forms import Input, Kind, split_words
from tickets.admin.options import options_for
from tickets.admin.trying import try_out
from tickets.config.sections import load_all
from tickets.console.endpoints.counter import CounterDep, console_router
from tickets.routing.explaining import Sample

router = console_router(READERS)
_TEXT_MAX = 4000
_CHOICES = (Input("category", Kind.CHOICE, options="categories"), Input("channel", Kind.CHOICE, options="channels"))
Word = Annotated[str, Query(max_length=200)]


@router.get("/admin/rules/try")
async def show_trial(
    *,
    desk: CounterDep,
    session: ReadSession,
    text: Annotated[str, Query(max_length=_TEXT_MAX)] = "",
    category: Word = "",
    channel: Word = "",
    region: Word = "",
    language: Word = "zh",
    customer_tag: Word = "",
) -> Response:
    """By its address: a colleague who is sent it sees the same."""
    text = clean_text(text)
    sample = Sample(
        text=text,
        category=category or None,
        channel=channel or None,
        region=clean_text(region) or None,
        language=language,
        customer_tags=frozenset(split_words(customer_tag)),
    )
    trial = await try_out(session, desk.now, sample, desk.locale) if desk.request.query_params else None
    options = options_for(_CHOICES, await load_all(session), desk.locale)
    return desk.page("admin/try.html", sample=sample, trial=trial, options=options, customer_tag=customer_tag)
