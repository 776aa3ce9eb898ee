"""The list on two screens: what one does shows on the other, and nothing moves where nothing is new."""

import re

import pytest
from playwright.sync_api import Page, Response, expect

from kit.i18n import Locale
from tests.browser.axe import prepare
from tests.browser.conftest import Window
from tests.browser.desk import Console
from tests.browser.live import ACCOUNTS, LiveProduct
from tests.browser.pictures import DESKTOP

pytestmark = [pytest.mark.browser, pytest.mark.slow]
#: The desk itself does things now and then; one of so many looks in a row finds nothing new.
_TRIES = 10


def sign_in(window: Window, live: LiveProduct, locale: Locale, place: int) -> Console:
    page = window(locale, DESKTOP)
    prepare(page.context)
    desk = Console(page, locale, live.url)
    desk.sign_in(ACCOUNTS[locale][place])
    return desk


def look(page: Page) -> Response:
    with page.expect_response(re.compile(r"/console/tickets\?")) as answer:
        page.evaluate("document.body.dispatchEvent(new CustomEvent('yp:changed'))")
    return answer.value


def test_what_a_colleague_does_shows_without_a_reload(window: Window, live: LiveProduct, locale: Locale) -> None:
    mine, colleague = sign_in(window, live, locale, 0), sign_in(window, live, locale, 1)
    row = mine.rows.first
    number = row.locator(".yc-number").inner_text()
    loads = mine.loads
    colleague.open(number)
    colleague.ask("assign", "A")
    colleague.page.keyboard.press("m")
    expect(colleague.dialog).to_have_count(0)
    expect(mine.row(number).locator(".yc-owner")).to_have_text(ACCOUNTS[locale][1].name)
    assert mine.loads == loads


def test_a_list_that_is_the_same_is_left_as_it_is(window: Window, live: LiveProduct, locale: Locale) -> None:
    page = sign_in(window, live, locale, 0).page
    answer = look(page)
    for _ in range(_TRIES):
        page.evaluate("document.querySelector('#queue').dataset.before = '1'")
        answer = look(page)
        if answer.status == 204:
            break
        expect(page.locator("#queue[data-signature]")).to_have_count(1)
    assert answer.status == 204
    expect(page.locator("#queue[data-before]")).to_have_count(1)
    expect(page.locator("#queue")).to_have_attribute("data-revision", answer.headers["yp-revision"])
