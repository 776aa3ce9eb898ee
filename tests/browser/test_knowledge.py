"""An article written, read over and published, by keyboard and at the width of a phone."""

import re

import pytest
from playwright.sync_api import Page, expect

from kit.access.identity import Role
from kit.i18n import Locale
from tests.browser.axe import prepare, severe_violations
from tests.browser.channel_story import ChannelStory
from tests.browser.conftest import Window
from tests.browser.desk import Console
from tests.browser.live import Account, LiveProduct
from tests.browser.pictures import DESKTOP, PHONE, Album

pytestmark = pytest.mark.browser

#: Each language is looked at in one of the two grounds: colours are the same in both languages.
DARK: dict[Locale, bool] = {"zh": True, "en": False}
#: One address per language, for both are made in the same product.
SLUG: dict[Locale, str] = {"zh": "fix-scanner", "en": "fix-reader"}


def _at_desk(window: Window, live: LiveProduct, locale: Locale, login: str, role: Role) -> Console:
    page = window(locale, DESKTOP, dark=DARK[locale])
    page.emulate_media(reduced_motion="reduce")
    prepare(page.context)
    console = Console(page, locale, live.url)
    console.sign_in(ChannelStory(live).hired(Account(f"{login}{locale}", login.title(), role), locale))
    return console


def _fits(page: Page) -> bool:
    page.set_viewport_size(PHONE)
    width: int = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size(DESKTOP)
    return width <= PHONE["width"]


def test_from_the_first_line_to_the_readers(window: Window, live: LiveProduct, locale: Locale, album: Album) -> None:
    author = _at_desk(window, live, locale, "writer", Role.EDITOR)
    page, text = author.page, author.text
    found: list[str] = []

    def looked_at(where: Page, name: str) -> None:
        album.take(where, name, whole=True)
        found.extend(severe_violations(where, name))
        assert _fits(where), name

    page.goto(f"{author.url}/console/knowledge")
    looked_at(page, "list")
    page.keyboard.press("n")
    expect(page.get_by_role("heading", level=1, name=text("knowledge.new"))).to_be_visible()
    page.locator("#slug").fill(SLUG[locale])
    mine = page.get_by_role("group", name=text(f"language.{locale}"))
    mine.get_by_label(text("knowledge.field.title"), exact=True).fill("扫码枪没反应 scanner")
    mine.get_by_label(text("knowledge.field.summary"), exact=True).fill("先看线。")
    body = mine.get_by_label(text("knowledge.field.body"), exact=True)
    body.fill("## 看线\n\n**重启**一次")
    expect(mine.locator(".yk-preview strong")).to_have_text("重启")
    page.keyboard.press("ControlOrMeta+s")
    expect(page).to_have_url(re.compile(r"/console/knowledge/articles/\d+$"))
    expect(page.get_by_text(text("knowledge.problem.questions")).first).to_be_visible()
    looked_at(page, "editor")
    address = page.url

    mine = page.get_by_role("group", name=text(f"language.{locale}"))
    mine.get_by_label(text("knowledge.field.questions"), exact=True).fill("扫码枪没反应\n扫不出来")
    page.get_by_role("button", name=text("knowledge.hand_in")).click()
    expect(page.get_by_text(text("knowledge.state.new_review")).first).to_be_visible()

    reader = _at_desk(window, live, locale, "reader", Role.SUPERVISOR)
    other = reader.page
    other.goto(f"{reader.url}/console/knowledge/reviews")
    looked_at(other, "reviews")
    other.goto(address)
    looked_at(other, "review")
    other.keyboard.press("d")
    expect(other.get_by_role("heading", level=1)).to_contain_text("scanner")
    looked_at(other, "version")
    other.keyboard.press("q")
    expect(other).to_have_url(address)
    other.keyboard.press("a")
    expect(other.get_by_text(text("knowledge.state.published")).first).to_be_visible()
    looked_at(other, "published")
    for name in ("import", "new"):
        other.goto(f"{reader.url}/console/knowledge/{name}")
        looked_at(other, name)
    assert found == []


def test_what_is_typed_is_kept_when_somebody_was_faster(window: Window, live: LiveProduct, locale: Locale) -> None:
    author = _at_desk(window, live, locale, "writer", Role.EDITOR)
    page, text = author.page, author.text
    page.goto(f"{author.url}/console/knowledge/new")
    page.locator("#slug").fill(f"{SLUG[locale]}-late")
    page.locator("#zh_title").fill("第一个")
    page.get_by_role("button", name=text("knowledge.save")).click()
    expect(page).to_have_url(re.compile(r"/articles/\d+$"))

    second = page.context.new_page()
    second.goto(page.url)
    second.locator("#zh_title").fill("先来的")
    second.get_by_role("button", name=text("knowledge.save"), exact=True).click()
    expect(second.get_by_role("heading", level=1)).to_contain_text("先来的")

    page.locator("#zh_title").fill("后到的")
    page.get_by_role("button", name=text("knowledge.save"), exact=True).click()
    expect(page.locator("#flash")).to_contain_text("Writer")
    expect(page.locator("#zh_title")).to_have_value("后到的")
