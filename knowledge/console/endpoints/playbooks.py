"""Playbooks at the desk: the list, one with its graph, writing it, and the word of a second person."""

from datetime import timedelta
from typing import Annotated

from fastapi import Form
from sqlmodel import col, select
from starlette.responses import Response

from kit.text import clean_text
from kit.web.deps import ReadSession, WriteSession
from knowledge.console.counter import REVIEWER, CounterDep, RowId, Seen, knowledge_router
from knowledge.console.playbooks import (
    PLAYBOOKS,
    Key,
    Source,
    count_faults,
    drawn,
    edit_of,
    faults_in,
    one_playbook,
    playbook_versions,
    typed,
)
from knowledge.playbooks.counting import courses
from knowledge.playbooks.models import Playbook, PlaybookPart, PlaybookVersion
from knowledge.playbooks.releasing import approve, give_back, submit
from knowledge.playbooks.writing import reopen, save, version_of
from knowledge.versions.models import Part

_FIGURES_OVER = timedelta(days=30)

router = knowledge_router()
reviewers = knowledge_router(REVIEWER)


@router.get("/playbooks")
async def show_playbooks(desk: CounterDep, session: ReadSession) -> Response:
    rows = select(Playbook, PlaybookVersion).join(PlaybookVersion, col(PlaybookVersion.id) == col(Playbook.current_id))
    found = (await session.exec(rows.order_by(col(Playbook.key)))).all()
    figures = await courses(session, desk.now, desk.now - _FIGURES_OVER)
    return desk.page("playbooks.html", rows=found, figures=figures)


@router.get("/playbooks/{playbook_id}")
async def show_playbook(desk: CounterDep, session: ReadSession, playbook_id: RowId) -> Response:
    playbook = await one_playbook(session, playbook_id)
    version = await version_of(session, playbook.current_id or 0)
    hands = select(PlaybookPart.staff_id).where(PlaybookPart.version_id == version.id, PlaybookPart.part == Part.AUTHOR)
    return desk.page(
        "playbook.html",
        playbook=playbook,
        version=version,
        own=desk.staff.id in (await session.exec(hands)).all(),
        faults=await faults_in(desk.request, session, playbook.key, version.source),
        versions=await playbook_versions(session, playbook_id),
        **drawn(version.source),
    )


@router.get("/playbooks/{playbook_id}/export.yaml")
async def export(session: ReadSession, playbook_id: RowId) -> Response:
    playbook = await one_playbook(session, playbook_id)
    version = await version_of(session, playbook.current_id or 0)
    headers = {"content-disposition": f'attachment; filename="{playbook.key}.yaml"', "cache-control": "no-store"}
    return Response(version.source, media_type="application/yaml", headers=headers)


@router.post("/playbooks/check")
async def check_text(desk: CounterDep, session: ReadSession, source: Source = "", key: Key = "") -> Response:
    """What is wrong with what was typed so far, and how it looks."""
    text = typed(source)
    faults = await faults_in(desk.request, session, key, text)
    return desk.page("playbook_checked.html", faults=faults, editable=True, **drawn(text))


@router.post("/playbooks/{playbook_id}/edit")
async def open_again(desk: CounterDep, session: WriteSession, playbook_id: RowId) -> Response:
    await reopen(session, desk.now, desk.author, playbook_id)
    return desk.go(f"{PLAYBOOKS}/{playbook_id}")


@router.post("/playbooks/versions/{version_id}/save")
async def keep_text(
    desk: CounterDep,
    session: WriteSession,
    version_id: RowId,
    seen: Seen,
    source: Source,
    *,
    hand_in: Annotated[bool, Form()] = False,
) -> Response:
    version = await save(session, desk.now, desk.author, version_id, edit_of(source), seen=seen)
    if hand_in:
        faults = count_faults(desk.request)
        await submit(session, desk.now, desk.author, version_id, seen=version.revision, faults=faults)
    return desk.go(f"{PLAYBOOKS}/{version.playbook_id}")


@reviewers.post("/playbooks/versions/{version_id}/approve")
async def put_in_force(
    desk: CounterDep, session: WriteSession, version_id: RowId, seen: Seen, digest: Annotated[str, Form(max_length=64)]
) -> Response:
    faults = count_faults(desk.request)
    await approve(session, desk.now, desk.author, version_id, seen=seen, digest=digest, faults=faults)
    return desk.go(f"{PLAYBOOKS}/{(await version_of(session, version_id)).playbook_id}")


@reviewers.post("/playbooks/versions/{version_id}/give-back")
async def hand_back(
    desk: CounterDep, session: WriteSession, version_id: RowId, seen: Seen, remark: Annotated[str, Form()] = ""
) -> Response:
    await give_back(session, desk.now, desk.author, version_id, seen=seen, remark=clean_text(remark)[:1000])
    return desk.go(f"{PLAYBOOKS}/{(await version_of(session, version_id)).playbook_id}")
