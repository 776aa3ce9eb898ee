"""The help centre: browse, search, read, and say whether it helped."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from bot.dialogue.language import detect
from bot.site.shelves import Choice, by_component, by_kind, choose, chosen, feed_address, popular, related
from bot.site.state import Site, SiteDep
from kit.ground import Ground
from kit.i18n import Locale
from kit.text import clean_text
from kit.web.deps import GroundDep, WriteSession
from kit.web.locale import LocaleDep
from kit.web.pages import PagesDep
from knowledge.answers import log_answer
from knowledge.articles import ArticleView
from knowledge.errors import ArticleNotFoundError
from knowledge.feedback import give_feedback
from knowledge.publishing.addresses import moved_to
from knowledge.search.calibration import Outcome

MAX_QUESTION = 200
#: Beyond these a result is hardly ever what was meant.
MOST_RESULTS = 3
#: Under which name searches of this page stand in the answer log.
REFERENCE = "help"
JUDGED = "yp_helped"
_JUDGED_FOR_S = 180 * 24 * 3600

router = APIRouter(prefix="/help", include_in_schema=False)

Term = Annotated[str, Query(max_length=1000)]


@dataclass(frozen=True, slots=True)
class Found:
    """What a search gave; ``sure`` when the first is most likely the answer."""

    articles: list[ArticleView]
    sure: bool


@router.get("")
async def browse(
    request: Request,
    pages: PagesDep,
    *,
    ground: GroundDep,
    site: SiteDep,
    locale: LocaleDep,
    q: Term = "",
    kind: Term = "",
    component: Term = "",
) -> Response:
    question = clean_text(q)[:MAX_QUESTION]
    articles = list(site.library.articles(locale)) if site.library.ready else []
    choice = choose(kind, component)
    found = await _search(ground, site, question, locale) if question and articles else None
    return pages.render(
        request,
        "site/help.html",
        question=question,
        found=found,
        choice=choice,
        feed=feed_address(locale, choice),
        ready=bool(articles),
        articles=chosen(articles, choice) if choice.kind or choice.component else [],
        kinds=by_kind(articles),
        components=by_component(articles),
        popular=popular(site.library, locale, most=8),
    )


async def _search(ground: Ground, site: Site, question: str, locale: Locale) -> Found:
    """Search in the language of the question, show in the language of the page, and keep what was asked."""
    await site.library.prepare(question)
    result = site.library.search(question, detect(question, locale))
    good = () if result.outcome is Outcome.ABSTAIN else result.hits[:MOST_RESULTS]
    async with ground.db.transaction() as session:
        await log_answer(
            session,
            ground.clock.now(),
            reference=REFERENCE,
            locale=locale,
            question=question,
            outcome=result.outcome,
            slug=good[0].article if good else None,
            confidence=result.confidence,
            candidates=[{"slug": hit.article, "score": round(hit.score, 3)} for hit in result.hits],
        )
    articles = [site.library.article(hit.article, locale) for hit in good]
    return Found(articles, sure=result.outcome is Outcome.ANSWER)


@router.get("/{slug}")
async def read(
    request: Request,
    pages: PagesDep,
    *,
    ground: GroundDep,
    site: SiteDep,
    locale: LocaleDep,
    slug: str,
    thanks: bool = False,
) -> Response:
    try:
        article = site.library.article(slug, locale)
    except ArticleNotFoundError:
        async with ground.db.reading() as session:
            now = await moved_to(session, slug)
        if now is None:
            raise
        return RedirectResponse(f"/help/{now}", status_code=308)
    judged = thanks or JUDGED in request.cookies
    others = related(site.library, article)
    feed = feed_address(locale, Choice(component=article.component))
    return pages.render(request, "site/article.html", article=article, judged=judged, related=others, feed=feed)


@router.post("/{slug}/feedback")
async def judge(
    request: Request,
    *,
    ground: GroundDep,
    site: SiteDep,
    session: WriteSession,
    locale: LocaleDep,
    slug: str,
    helped: Annotated[bool, Form()],
    comment: Annotated[str, Form()] = "",
) -> Response:
    """One word per visitor and article; a second one is thanked for and not counted."""
    article = site.library.article(slug, locale)
    site.feedback.take(request.client.host if request.client else "")
    path = f"/help/{article.slug}"
    response = RedirectResponse(f"{path}?thanks=1#feedback", status_code=303)
    if JUDGED in request.cookies:
        return response
    await give_feedback(
        session, ground.clock.now(), slug=article.slug, locale=article.locale, helped=helped, comment=comment
    )
    response.set_cookie(
        JUDGED,
        "1",
        max_age=_JUDGED_FOR_S,
        path=path,
        secure=ground.settings.secure_cookies,
        httponly=True,
        samesite="lax",
    )
    return response
