"""What a second person decides: approve, give back, retire, look after."""

from typing import Annotated

from fastapi import Form
from starlette.responses import Response

from kit.text import clean_text
from kit.web.deps import WriteSession
from knowledge.console.counter import BIGINT_MAX, REVIEWER, CounterDep, RowId, Seen, article_address, knowledge_router
from knowledge.console.forms import day_of, moment_of
from knowledge.publishing.publishing import approve_and_publish, look_after, publish, retire
from knowledge.review.reviewing import give_back
from knowledge.versions.drafting import version_of

_REMARK_MAX = 1000

router = knowledge_router()
reviewers = knowledge_router(REVIEWER)
Digest = Annotated[str, Form(max_length=64)]
Remark = Annotated[str, Form(max_length=10_000)]


@reviewers.post("/versions/{version_id}/approve")
async def say_yes(
    desk: CounterDep,
    session: WriteSession,
    version_id: RowId,
    seen: Seen,
    digest: Digest,
    *,
    publish_at: Annotated[str, Form(max_length=40)] = "",
    checked: Annotated[bool, Form()] = False,
) -> Response:
    """Approve what was read, for now or for a later moment."""
    await approve_and_publish(
        session,
        desk.now,
        desk.author,
        version_id,
        seen=seen,
        digest=digest,
        publish_at=moment_of(publish_at, desk.zone),
        checked=checked,
    )
    return desk.go(article_address((await version_of(session, version_id)).article_id))


@reviewers.post("/versions/{version_id}/publish")
async def publish_now(desk: CounterDep, session: WriteSession, version_id: RowId, digest: Digest) -> Response:
    """Do not wait for the moment it was approved for."""
    await publish(session, desk.now, desk.author, version_id, digest=digest)
    return desk.go(article_address((await version_of(session, version_id)).article_id))


@reviewers.post("/versions/{version_id}/give-back")
async def say_no(
    desk: CounterDep, session: WriteSession, version_id: RowId, seen: Seen, remark: Remark = ""
) -> Response:
    said = clean_text(remark)[:_REMARK_MAX]
    await give_back(session, desk.now, desk.author, version_id, seen=seen, remark=said)
    return desk.go(article_address((await version_of(session, version_id)).article_id))


@reviewers.post("/articles/{article_id}/retire")
async def take_down(desk: CounterDep, session: WriteSession, article_id: RowId, reason: Remark = "") -> Response:
    await retire(session, desk.now, desk.author, article_id, reason=clean_text(reason)[:_REMARK_MAX])
    return desk.go(article_address(article_id))


@router.post("/articles/{article_id}/care")
async def care_for(
    desk: CounterDep,
    session: WriteSession,
    article_id: RowId,
    owner: Annotated[int, Form(ge=0, le=BIGINT_MAX)] = 0,
    review_on: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Whose it is, and when it is to be looked at again."""
    due = day_of(review_on)
    await look_after(session, desk.now, desk.author, article_id, owner_id=owner or None, review_on=due)
    return desk.go(article_address(article_id))
