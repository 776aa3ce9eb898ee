"""The quality desk: samples, the sheet, talks that are read and scored, a table for a reviewer outside."""

import secrets
from datetime import timedelta
from typing import Annotated
from urllib.parse import quote

from fastapi import Form, Query
from starlette.responses import Response

from kit.sheets import write_csv, write_xlsx
from kit.text import clean_text
from kit.web.deps import ReadSession, WriteSession
from knowledge.console import HOME
from knowledge.console.counter import BIGINT_MAX, REVIEWER, CounterDep, LibraryDep, RowId, knowledge_router
from knowledge.console.forms import day_of
from knowledge.console.quality import MarksDep, SheetDep, TalksDep, answer_view
from knowledge.console.queries import count_waiting
from knowledge.quality.agreement import agreements
from knowledge.quality.course import courses, weeks_until
from knowledge.quality.errors import PeriodUnfitError
from knowledge.quality.export import table_of
from knowledge.quality.reading import items_of, labels_of, next_unscored, samples
from knowledge.quality.sampling import LARGEST, Wish, take_sample
from knowledge.quality.scoring import answers_of, item_of, sample_of, score, scores_of
from knowledge.quality.sheet import MOST_CRITERIA, Criterion, Mark, change_sheet, criteria_of, current_sheet

_DESK = f"{HOME}/quality"
_USUAL_SIZE = 20
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SEEDS = 10**6

router = knowledge_router(REVIEWER)
Before = Annotated[int | None, Query(ge=1, le=BIGINT_MAX)]
Day = Annotated[str, Form(max_length=20)]


@router.get("/quality")
async def show_desk(desk: CounterDep, session: ReadSession, before: Before = None) -> Response:
    rows, more = await samples(session, before=before)
    return desk.page(
        "quality.html",
        rows=rows,
        more=more,
        courses=await courses(session, desk.now, desk.zone),
        weeks=weeks_until(desk.today),
        first=desk.today - timedelta(days=7),
        last=desk.today - timedelta(days=1),
        size=_USUAL_SIZE,
        largest=LARGEST,
        waiting=await count_waiting(session),
    )


@router.post("/quality")
async def draw_sample(
    desk: CounterDep,
    session: WriteSession,
    talks: TalksDep,
    *,
    first: Day,
    last: Day,
    size: Annotated[int, Form(ge=0, le=10_000)] = _USUAL_SIZE,
    seed: Annotated[int | None, Form(ge=0, le=BIGINT_MAX)] = None,
) -> Response:
    """Without a seed chance picks one; it is kept, so that the draw can be repeated."""
    days = day_of(first), day_of(last)
    if days[0] is None or days[1] is None:
        raise PeriodUnfitError
    wish = Wish(first=days[0], last=days[1], size=size, seed=secrets.randbelow(_SEEDS) if seed is None else seed)
    sample = await take_sample(session, desk.now, desk.author, wish, talks=talks, zone=desk.zone)
    return desk.go(f"{_DESK}/samples/{sample.id}")


@router.get("/quality/sheet")
async def show_sheet(desk: CounterDep, session: ReadSession) -> Response:
    criteria = await current_sheet(session)
    empty = [Criterion("", "", "", 1)] * min(2, MOST_CRITERIA - len(criteria))
    return desk.page("quality_sheet.html", criteria=[*criteria, *empty])


@router.post("/quality/sheet")
async def keep_sheet(desk: CounterDep, session: WriteSession, criteria: SheetDep) -> Response:
    await change_sheet(session, desk.now, desk.author, criteria)
    return desk.go(f"{_DESK}/sheet")


@router.get("/quality/samples/{sample_id}")
async def show_sample(desk: CounterDep, session: ReadSession, sample_id: RowId) -> Response:
    sample = await sample_of(session, sample_id)
    items = await items_of(session, sample_id)
    scores = await scores_of(session, [item.id for item in items])
    mine = {item.id for item in items if any(one.scorer_id == desk.staff.id for one in scores[item.id])}
    return desk.page(
        "quality_sample.html",
        sample=sample,
        items=items,
        scores=scores,
        mine=mine,
        agreements=agreements(criteria_of(sample.criteria), scores.values()),
    )


@router.get("/quality/samples/{sample_id}/file.{kind}")
async def take_sample_away(
    desk: CounterDep, session: ReadSession, talks: TalksDep, sample_id: RowId, kind: str
) -> Response:
    """For a reviewer outside: nothing in it tells of a person."""
    sample = await sample_of(session, sample_id)
    headers, rows = await table_of(session, sample, talks, desk.locale, desk.zone)
    name = f"quality-{sample.id}-{sample.first}-{sample.last}"
    if kind == "xlsx":
        return _file(write_xlsx(headers, rows, name), f"{name}.xlsx", _XLSX)
    return _file(write_csv(headers, rows), f"{name}.csv", "text/csv; charset=utf-8")


def _file(content: bytes, name: str, media_type: str) -> Response:
    disposition = f"attachment; filename*=UTF-8''{quote(name)}"
    return Response(content, media_type=media_type, headers={"content-disposition": disposition})


@router.get("/quality/talks/{item_id}")
async def show_talk(
    desk: CounterDep, session: ReadSession, talks: TalksDep, library: LibraryDep, item_id: RowId
) -> Response:
    """What was said, what was answered, and the sheet. What others scored shows once one has scored oneself."""
    item, sample = await item_of(session, item_id)
    answers = await answers_of(session, item)
    labels = await labels_of(session, [answer.id for answer in answers])
    scores = (await scores_of(session, [item.id]))[item.id]
    own = next((one for one in scores if one.scorer_id == desk.staff.id), None)
    [lines] = await talks.read(session, [(item.reference, item.began_at, item.ended_at)])
    views = [
        answer_view(
            answer,
            labels.get(answer.id),
            library=library,
            locale=desk.locale,
            question=talks.mask(answer.question, "en" if answer.locale == "en" else "zh"),
        )
        for answer in answers
    ]
    return desk.page(
        "quality_talk.html",
        item=item,
        sample=sample,
        lines=lines,
        answers=views,
        criteria=criteria_of(sample.criteria),
        marks=list(Mark),
        own=own,
        others=[one for one in scores if own is not None and one is not own],
        blind=sum(own is None for _ in scores),
        next=await next_unscored(session, item, desk.staff.id),
    )


@router.post("/quality/talks/{item_id}/score")
async def keep_score(
    desk: CounterDep,
    session: WriteSession,
    item_id: RowId,
    marks: MarksDep,
    remark: Annotated[str, Form(max_length=10_000)] = "",
) -> Response:
    """On to the next talk, or back to the sample when all are scored."""
    item, sample = await item_of(session, item_id)
    await score(session, desk.now, desk.author, item_id, marks=marks, remark=clean_text(remark))
    following = await next_unscored(session, item, desk.staff.id)
    return desk.go(f"{_DESK}/talks/{following}" if following else f"{_DESK}/samples/{sample.id}")
