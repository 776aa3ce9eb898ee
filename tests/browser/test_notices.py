"""Somebody is given a ticket and hears of it at once: the bell, the panel by keyboard, and the browser itself."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from kit.i18n import Locale
from tests.browser.axe import prepare, severe_violations
from tests.browser.conftest import Window
from tests.browser.desk import Console
from tests.browser.live import ACCOUNTS, LiveProduct
from tests.browser.pictures import DESKTOP, Album
from tests.browser.test_ticket_desk import hand_over

pytestmark = [pytest.mark.browser, pytest.mark.slow]

#: A browser whose person says yes; what pops up is kept.
_POPS = """
  window.Notification = class extends EventTarget {
    static get permission() { return localStorage.getItem("permission") ?? "default"; }
    static async requestPermission() { localStorage.setItem("permission", "granted"); return "granted"; }
    constructor(title, options) { super(); document.body.dataset.popped = `${title} | ${options.body}`; }
    close() {}
  };
"""


class Bell:
    """The bell of one person's page, and the panel behind it."""

    def __init__(self, desk: Console) -> None:
        self.desk, self.page = desk, desk.page
        self.button = self.page.locator("#bell")
        self.panel = self.page.get_by_role("dialog", name=desk.text("console.notices.title"))
        self.lines = self.panel.locator("[data-notice]")

    def rings(self, count: int) -> None:
        expect(self.button).to_have_accessible_name(self.desk.text("console.notices.unread", count=count))

    def rests(self) -> None:
        expect(self.button).to_have_accessible_name(self.desk.text("console.notices.title"))

    def open(self) -> None:
        self.page.keyboard.press("i")
        expect(self.panel).to_be_visible()

    def settings(self) -> Locator:
        self.panel.get_by_text(self.desk.text("console.notices.settings")).click()
        return self.panel.locator("form[data-telling]")


def sign_in(window: Window, live: LiveProduct, locale: Locale, place: int, *, dark: bool = False) -> Console:
    page = window(locale, DESKTOP, dark=dark)
    page.add_init_script(_POPS)
    prepare(page.context)
    desk = Console(page, locale, live.url)
    desk.sign_in(ACCOUNTS[locale][place])
    page.wait_for_load_state()
    return desk


def be_here(page: Page) -> None:
    """Not off, but not on either: whoever is on is given tickets by the desk itself."""
    with page.expect_response("**/console/duty"):
        page.locator("#duty-state").select_option("away")


def look(page: Page, album: Album, name: str) -> None:
    album.take(page, name)
    assert severe_violations(page, name) == []


@pytest.mark.parametrize(("locale", "dark"), [("zh", False), ("en", True)])
def test_who_is_given_a_ticket_hears_of_it_and_opens_it_by_keyboard(
    window: Window, live: LiveProduct, locale: Locale, album: Album, *, dark: bool
) -> None:
    number = hand_over(window, live, locale)
    me, colleague = sign_in(window, live, locale, 0, dark=dark), sign_in(window, live, locale, 1)
    bell, keys = Bell(me), me.page.keyboard
    be_here(me.page)
    bell.rests()
    bell.open()
    look(me.page, album, "nothing")
    bell.settings().get_by_label(me.text("console.notices.desktop")).check()
    expect(me.page.locator("#telling-saved")).to_have_text(me.text("console.notices.saved"))
    look(me.page, album, "settings")
    keys.press("Escape")
    expect(bell.panel).to_have_count(0)
    loads = me.loads
    colleague.open(number)
    give(colleague, ACCOUNTS[locale][0].name)
    bell.rings(1)
    assert me.loads == loads
    told = me.text("notice.assigned", by=ACCOUNTS[locale][1].name)
    expect(me.page.locator("body")).to_have_attribute("data-popped", re.compile(re.escape(f"{told} | {number} ")))
    bell.open()
    expect(bell.lines.first).to_contain_text(number)
    expect(bell.lines.first).to_be_focused()
    look(me.page, album, "panel")
    keys.press("Enter")
    expect(me.head).to_contain_text(number)
    bell.rests()
    quiet_hours_silence_it(me, colleague, bell)


def quiet_hours_silence_it(me: Console, colleague: Console, bell: Bell) -> None:
    me.page.wait_for_load_state()
    me.page.keyboard.press("q")
    expect(me.page.get_by_role("heading", name=me.text("console.queue.title"))).to_be_visible()
    me.page.wait_for_load_state()
    bell.open()
    form = bell.settings()
    for edge, at in (("from", "00:00"), ("until", "23:59")):
        with me.page.expect_response("**/console/notices/telling"):
            form.get_by_label(me.text(f"console.notices.quiet_{edge}"), exact=True).fill(at)
            form.get_by_label(me.text(f"console.notices.quiet_{edge}"), exact=True).blur()
    me.page.keyboard.press("Escape")
    with me.page.expect_response("**/console/notices/news*") as asked:
        colleague.ask("assign", "A")
        colleague.page.keyboard.press("m")
        bell.rings(1)
    assert asked.value.json()["news"] == []
    expect(me.page.locator("body")).not_to_have_attribute("data-popped", re.compile("."))


def give(colleague: Console, name: str) -> None:
    colleague.ask("assign", "A")
    colleague.dialog.get_by_role("combobox").select_option(label=name)
    colleague.dialog.get_by_role("button", name=colleague.text("console.assign.submit")).click()
    expect(colleague.dialog).to_have_count(0)
