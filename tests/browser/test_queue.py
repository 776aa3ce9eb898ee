"""The queue in real browsers: many tickets changed by keyboard alone, in both languages, light and dark."""

import re

import pytest
from playwright.sync_api import Page, expect

from kit.i18n import Locale
from tests.browser.axe import prepare, severe_violations
from tests.browser.conftest import Window
from tests.browser.desk import Console
from tests.browser.live import ACCOUNTS, LiveProduct
from tests.browser.pictures import DESKTOP, Album

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def look(page: Page, album: Album, name: str) -> None:
    album.take(page, name)
    assert severe_violations(page, name) == []


def test_many_tickets_change_and_come_back_by_keyboard(
    window: Window, live: LiveProduct, locale: Locale, album: Album
) -> None:
    page = window(locale, DESKTOP, dark=locale == "en")
    prepare(page.context)
    desk = Console(page, locale, live.url)
    desk.sign_in(ACCOUNTS[locale][0])
    page.wait_for_load_state()
    bar, keys = page.locator("#bulk-bar"), page.keyboard
    expect(bar).to_be_hidden()
    for key in ("j", "x", "j", "x"):
        keys.press(key)
    expect(page.locator("#bulk-count")).to_have_text(desk.text("console.bulk.chosen").replace("#", "2"))
    # A look at what is new leaves the choice and the focus where they are.
    focused = page.evaluate("document.activeElement.id")
    with page.expect_response(re.compile(r"/console/tickets\?")):
        page.evaluate("document.body.dispatchEvent(new CustomEvent('yp:changed'))")
    expect(page.locator("[data-pick]:checked")).to_have_count(2)
    assert page.evaluate("document.activeElement.id") == focused
    look(page, album, "chosen")
    keys.press("l")
    expect(desk.dialog).to_contain_text(desk.text("console.bulk.submit", count=2))
    look(page, album, "dialog")
    keys.type("月末")
    keys.press("Enter")
    expect(page.locator("#order-undo")).to_be_visible()
    expect(page.locator("#order-done")).to_have_text(desk.text("console.bulk.done", done=2, total=2))
    look(page, album, "order")
    keys.press("z")
    expect(page.locator("#outcome-undone")).to_contain_text("2")
    expect(page.locator("#order-undo")).to_have_count(0)


def test_a_range_by_mouse_and_the_filters(window: Window, live: LiveProduct, locale: Locale, album: Album) -> None:
    page = window(locale, DESKTOP, dark=locale == "zh")
    prepare(page.context)
    desk = Console(page, locale, live.url)
    desk.sign_in(ACCOUNTS[locale][1])
    page.wait_for_load_state()
    boxes = page.locator("[data-pick]")
    boxes.nth(0).click()
    boxes.nth(2).click(modifiers=["Shift"])
    expect(page.locator("[data-pick]:checked")).to_have_count(3)
    page.keyboard.press("Escape")
    expect(page.locator("[data-pick]:checked")).to_have_count(0)
    page.keyboard.press("f")
    look(page, album, "more")
    page.get_by_label(desk.text("console.filter.language_name"), exact=True).select_option("zh")
    expect(page.locator(".yc-chip")).to_have_text(desk.text("language.zh"))
    expect(page).to_have_url(re.compile("language=zh"))
