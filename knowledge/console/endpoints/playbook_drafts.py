"""Playbooks begun, brought in, given up, taken out of use, and what their versions said."""

from typing import Annotated

from fastapi import File, Form, Path, Query, UploadFile
from sqlmodel import select
from starlette.responses import Response

from kit.audit import history
from kit.text import clean_text
from kit.web.deps import ReadSession, WriteSession
from knowledge.console.counter import BIGINT_MAX, REVIEWER, CounterDep, RowId, Seen, knowledge_router
from knowledge.console.playbooks import PLAYBOOKS, Source, edit_of, one_playbook, playbook_versions
from knowledge.playbooks.models import Playbook, PlaybookVersion
from knowledge.playbooks.releasing import retire
from knowledge.playbooks.sketching import sketch
from knowledge.playbooks.telling import AUDIT_KIND
from knowledge.playbooks.writing import OPEN, begin, discard, reopen, roll_back, save, version_of
from knowledge.versions.differences import compared
from knowledge.versions.errors import ArticleOpenError, VersionNotFoundError
from knowledge.versions.models import Origin

_REASON_MAX = 1000
#: What a new one begins as: short, sound, and showing each part once.
_FIRST = """\
key: my-playbook
title: {zh: 流程名称, en: Name of the playbook}
about: {zh: 一句话说明查什么, en: One line on what it finds out}
topic: platform
articles: []
questions: {zh: [], en: []}
facts: {}
start: which
nodes:
  which:
    choice: {zh: 现在是哪种情况？, en: "Which is it?"}
    options:
      - {key: one, label: {zh: 第一种, en: The first}, to: try}
      - {key: other, label: {zh: 都不是, en: Neither}, to: person}
  try:
    say: {zh: 先这样试一下：…, en: "Try this first: …"}
    solved: fixed
    else: person
  person:
    escalate: {zh: 我请同事来看。, en: A colleague will have a look.}
  fixed:
    done: {zh: 好了就行，有事再找我们。, en: Good. We are here if anything else comes up.}
"""

router = knowledge_router()
reviewers = knowledge_router(REVIEWER)
Number = Annotated[int, Path(ge=1, le=BIGINT_MAX)]


@router.get("/playbooks/new")
async def show_new(desk: CounterDep) -> Response:
    return desk.page("playbook_new.html", source=_FIRST)


@router.post("/playbooks/new")
async def begin_playbook(desk: CounterDep, session: WriteSession, source: Source) -> Response:
    edit = edit_of(source)
    version = await begin(session, desk.now, desk.author, sketch(edit.source).key, edit)
    return desk.go(f"{PLAYBOOKS}/{version.playbook_id}")


@router.post("/playbooks/import")
async def bring_in(desk: CounterDep, session: WriteSession, file: Annotated[UploadFile, File()]) -> Response:
    """A draft, whatever is in the file: of a new playbook, or the next version of the one of its key."""
    edit = edit_of((await file.read()).decode("utf-8", "replace").lstrip("\ufeff"), Origin.IMPORTED)
    key = sketch(edit.source).key
    there = (await session.exec(select(Playbook).where(Playbook.key == key))).first()
    if there is None:
        version = await begin(session, desk.now, desk.author, key, edit)
        return desk.go(f"{PLAYBOOKS}/{version.playbook_id}")
    if (await version_of(session, there.current_id or 0)).state in OPEN:
        raise ArticleOpenError
    draft = await reopen(session, desk.now, desk.author, there.id)
    await save(session, desk.now, desk.author, draft.id, edit, seen=draft.revision)
    return desk.go(f"{PLAYBOOKS}/{there.id}")


@router.post("/playbooks/versions/{version_id}/discard")
async def give_up(desk: CounterDep, session: WriteSession, version_id: RowId, seen: Seen) -> Response:
    await discard(session, desk.now, desk.author, version_id, seen=seen)
    return desk.go(f"{PLAYBOOKS}/{(await version_of(session, version_id)).playbook_id}")


@reviewers.post("/playbooks/{playbook_id}/retire")
async def take_down(
    desk: CounterDep, session: WriteSession, playbook_id: RowId, reason: Annotated[str, Form(max_length=10_000)] = ""
) -> Response:
    await retire(session, desk.now, desk.author, playbook_id, reason=clean_text(reason)[:_REASON_MAX])
    return desk.go(f"{PLAYBOOKS}/{playbook_id}")


@router.post("/playbooks/{playbook_id}/back-to")
async def go_back(
    desk: CounterDep, session: WriteSession, playbook_id: RowId, number: Annotated[int, Form(ge=1, le=BIGINT_MAX)]
) -> Response:
    await roll_back(session, desk.now, desk.author, playbook_id, number)
    return desk.go(f"{PLAYBOOKS}/{playbook_id}")


@router.get("/playbooks/{playbook_id}/history")
async def show_history(desk: CounterDep, session: ReadSession, playbook_id: RowId) -> Response:
    """Every step, from the audit."""
    playbook = await one_playbook(session, playbook_id)
    entries = await history(session, AUDIT_KIND, str(playbook_id))
    return desk.page("playbook_history.html", playbook=playbook, entries=entries)


@router.get("/playbooks/{playbook_id}/versions/{number}")
async def show_version(
    desk: CounterDep,
    session: ReadSession,
    playbook_id: RowId,
    number: Number,
    against: Annotated[int | None, Query(ge=1, le=BIGINT_MAX)] = None,
) -> Response:
    """What it said, and what it said otherwise than the one published before it."""
    playbook = await one_playbook(session, playbook_id)
    versions = {version.number: version for version in await playbook_versions(session, playbook_id)}
    version = versions.get(number)
    if version is None:
        raise VersionNotFoundError
    base = versions.get(against) if against else _published_before(list(versions.values()), version)
    return desk.page(
        "playbook_version.html",
        playbook=playbook,
        version=version,
        base=base,
        lines=_changed(base, version) if base else [],
        others=[other for other in versions.values() if other.number != number],
    )


def _changed(base: PlaybookVersion, version: PlaybookVersion) -> list[object]:
    if base.digest == version.digest:
        return []
    return list(compared(base.source.splitlines(), version.source.splitlines()))


def _published_before(versions: list[PlaybookVersion], version: PlaybookVersion) -> PlaybookVersion | None:
    earlier = (one for one in versions if one.published_at is not None and one.number < version.number)
    return max(earlier, key=lambda one: one.number, default=None)
