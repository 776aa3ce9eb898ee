"""Words of one meaning, and a place to try what the search makes of a question."""

import re
from collections.abc import Sequence
from typing import Annotated

from fastapi import Form, Query
from starlette.responses import Response

from kit.audit import Change, record
from kit.i18n import Locale
from kit.text import clean_text
from kit.web.deps import ReadSession, WriteSession
from knowledge.console import HOME
from knowledge.console.counter import REVIEWER, Counter, CounterDep, LibraryDep, knowledge_router
from knowledge.console.queries import count_waiting
from knowledge.console.words import groups_of, shipped_groups, tried
from knowledge.search.fold import literal
from knowledge.tuning.synonyms import list_synonyms, save_group

_BETWEEN = re.compile(r"[\n,，、;；]+")
_MOST_VARIANTS = 100

router = knowledge_router()
deciders = knowledge_router(REVIEWER)
Typed = Annotated[str, Form(max_length=4000)]
Asked = Annotated[str, Query(max_length=1000)]


@router.get("/words")
async def show_words(desk: CounterDep, session: ReadSession, *, q: Asked = "") -> Response:
    wanted = clean_text(q)[:40]
    own = groups_of(await list_synonyms(session))
    return desk.page(
        "words.html",
        groups=[group for group in own if group.speaks_of(wanted)],
        shipped=[group for group in shipped_groups() if group.speaks_of(wanted)],
        q=wanted,
        waiting=await count_waiting(session),
    )


@router.get("/words/try")
async def try_question(desk: CounterDep, library: LibraryDep, *, question: Asked = "") -> Response:
    """What is found, why, and what would be done."""
    asked = clean_text(question)[:400]
    if asked and library.ready:
        await library.prepare(asked)
    found = tried(library, asked, desk.locale) if asked and library.ready else None
    return desk.page("words_tried.html", question=asked, found=found)


@deciders.post("/words")
async def keep_group(
    desk: CounterDep, session: WriteSession, locale: Annotated[Locale, Form()], word: Typed, variants: Typed = ""
) -> Response:
    """All other ways to say the word; without any the group is gone."""
    named = clean_text(word)[:40]
    ways = [way for raw in _BETWEEN.split(clean_text(variants)) if (way := raw.strip()[:40])][:_MOST_VARIANTS]
    before = await _variants(session, locale, named)
    await save_group(session, desk.now, locale=locale, word=named, variants=ways, author=desk.staff.name)
    after = await _variants(session, locale, named)
    if after != before:
        await _tell(desk, session, f"{locale}:{named}", before, after)
    return desk.go(f"{HOME}/words")


async def _variants(session: WriteSession, locale: Locale, word: str) -> list[str]:
    rows = await list_synonyms(session)
    return [row.variant for row in rows if (row.locale, row.word) == (locale, literal(word))]


async def _tell(desk: Counter, session: WriteSession, key: str, before: Sequence[str], after: Sequence[str]) -> None:
    change = Change(
        action="changed",
        kind="search_synonym",
        key=key,
        before={"variants": list(before)} if before else None,
        after={"variants": list(after)} if after else None,
    )
    await record(session, desk.now, desk.author, change)
