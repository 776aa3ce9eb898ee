"""A talk drawn, read, scored and put right, by keyboard and at the width of a phone."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from kit.access.identity import Role
from kit.db import AsyncSession
from kit.i18n import Locale
from knowledge.answers import log_answer
from tests.browser.axe import prepare, severe_violations
from tests.browser.channel_story import ChannelStory
from tests.browser.conftest import Window
from tests.browser.desk import Console
from tests.browser.live import Account, LiveProduct
from tests.browser.pictures import DESKTOP, PHONE, Album

pytestmark = pytest.mark.browser


def _fits(page: Page) -> bool:
    page.set_viewport_size(PHONE)
    width: int = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size(DESKTOP)
    return width <= PHONE["width"]


def test_from_the_draw_to_the_score(window: Window, live: LiveProduct, locale: Locale, album: Album) -> None:
    story = ChannelStory(live)
    page = window(locale, DESKTOP, dark=locale == "zh")
    page.emulate_media(reduced_motion="reduce")
    prepare(page.context)
    console = Console(page, locale, live.url)
    console.sign_in(story.hired(Account(f"judge{locale}", "Judge", Role.SUPERVISOR), locale))
    text, found = console.text, []
    day = story.ground.clock.now() - timedelta(days=200 if locale == "zh" else 300)

    async def ask(session: AsyncSession) -> None:
        await log_answer(
            session,
            day,
            reference=f"webchat:site:judged-{locale}",
            locale=locale,
            question="上传不了 cannot upload",
            outcome="clarify",
            slug="fix-offline-not-uploaded",
            confidence=0.5,
            candidates=[{"slug": "fix-offline-not-uploaded", "score": 1.0}],
        )

    story._write(ask)

    def looked_at(name: str) -> None:
        album.take(page, name, whole=True)
        found.extend(severe_violations(page, name))
        assert _fits(page), name

    page.goto(f"{live.url}/console/knowledge/quality")
    page.get_by_label(text("quality.first")).fill(str(day.date() - timedelta(days=1)))
    page.get_by_label(text("quality.last")).fill(str(day.date() + timedelta(days=1)))
    page.get_by_role("button", name=text("quality.draw")).press("Enter")
    expect(page).to_have_url(re.compile(r"/samples/\d+$"))
    looked_at("sample")
    page.get_by_role("link", name="上传不了 cannot upload").press("Enter")
    expect(page).to_have_url(re.compile(r"/talks/\d+$"))
    looked_at("talk")
    right = page.get_by_role("group", name=text("quality.which")).get_by_label(text("quality.no_article"))
    right.press("Space")
    page.get_by_role("button", name=text("quality.label")).press("Enter")
    expect(page.get_by_text(text("quality.labelled_by", name="Judge"))).to_be_visible()
    for group in page.locator(".yq-marks").all():
        group.get_by_label(text("quality.mark.yes"), exact=True).press("Space")
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("s")
    expect(page).to_have_url(re.compile(r"/samples/\d+$"))
    expect(page.get_by_text("Judge 100")).to_be_visible()
    for name in ("quality", "quality/sheet", "labels", "words", "fits"):
        page.goto(f"{live.url}/console/knowledge/{name}")
        looked_at(name)
    page.goto(f"{live.url}/console/knowledge/words")
    page.get_by_label(text("words.question")).fill("上传不了")
    page.get_by_label(text("words.question")).press("Enter")
    expect(page.locator("#tried ol li").first).to_be_visible()
    looked_at("tried")
    assert found == []
