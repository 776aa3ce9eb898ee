"""An improvement opened, given a plan and finished, at the width of a phone."""

import re

import pytest
from playwright.sync_api import expect

from kit.access.identity import Role
from kit.i18n import Locale
from tests.browser.channel_story import ChannelStory
from tests.browser.conftest import BOTH, Window
from tests.browser.desk import Console
from tests.browser.live import Account, LiveProduct
from tests.browser.pictures import PHONE, Album

pytestmark = [pytest.mark.browser, BOTH]


def test_from_the_title_to_done(window: Window, live: LiveProduct, locale: Locale, album: Album) -> None:
    page = window(locale, PHONE, dark=locale == "zh")
    console = Console(page, locale, live.url)
    console.sign_in(ChannelStory(live).hired(Account(f"better{locale}", "Better", Role.EDITOR), locale))
    text = console.text
    page.goto(f"{live.url}/console/knowledge/improving")
    title = page.get_by_role("textbox", name=text("improving.new"))
    title.fill("换盘说明 Changing the disk")
    title.press("Enter")
    expect(page).to_have_url(re.compile(r"/improving/\d+$"))
    page.get_by_label(text("improving.plan")).fill("步骤 Steps")
    page.get_by_role("button", name=text("improving.keep")).click()
    # The page comes back with the next revision.
    expect(page.locator("input[name=seen]").first).to_have_value("2")
    page.get_by_role("button", name=text("improving.move.done")).click()
    expect(page.get_by_role("button", name=text("improving.move.open"))).to_be_visible()
    expect(page.get_by_label(text("improving.plan"))).to_have_value("步骤 Steps")
    album.take(page, "done", whole=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
