"""The palette in real browsers: all by keyboard, in both languages, and nothing while an input method composes."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from kit.i18n import LOCALES, Locale
from tests.browser.axe import prepare, severe_violations
from tests.browser.conftest import BOTH, Window
from tests.browser.desk import Console
from tests.browser.live import ACCOUNTS, LiveProduct
from tests.browser.pictures import DESKTOP, PHONE, Album

pytestmark = [pytest.mark.browser, pytest.mark.slow]

#: What somebody types who means "Assign": in Chinese the initials of its pinyin.
INITIALS: dict[Locale, str] = {"zh": "fp", "en": "as"}
UNSENT = "您好，我们正在核对，"


class Palette:
    """The palette of one page."""

    def __init__(self, desk: Console) -> None:
        self.desk = desk
        self.keys = desk.page.keyboard
        self.box = desk.page.get_by_role("dialog", name=desk.text("palette.title"))
        self.line = self.box.get_by_role("combobox")
        self.options = self.box.get_by_role("option")
        self.chosen = self.box.get_by_role("option", selected=True)

    def open(self) -> None:
        with self.desk.page.expect_response(re.compile("/console/palette")):
            self.keys.press("Control+k")
        expect(self.line).to_be_focused()

    def group(self, kind: str) -> Locator:
        return self.box.get_by_role("group", name=self.desk.text(f"palette.kind.{kind}"), exact=True)


def at_the_desk(window: Window, live: LiveProduct, locale: Locale, *, dark: bool = False) -> Console:
    page = window(locale, DESKTOP, dark=dark)
    prepare(page.context)
    desk = Console(page, locale, live.url)
    desk.sign_in(ACCOUNTS[locale][0])
    page.wait_for_load_state()
    return desk


def number_of_first(desk: Console) -> str:
    found = re.search(r"YP-\d{6}-\d{4}", desk.rows.first.inner_text())
    assert found is not None
    return found[0]


def look(page: Page, album: Album, name: str) -> None:
    album.take(page, name)
    assert severe_violations(page, name) == []


@BOTH
def test_a_ticket_by_number_then_an_action_by_initials(
    window: Window, live: LiveProduct, locale: Locale, album: Album
) -> None:
    desk = at_the_desk(window, live, locale, dark=locale == "en")
    palette, page = Palette(desk), desk.page
    number = number_of_first(desk)
    palette.open()
    expect(palette.group("action")).to_contain_text(desk.text("console.take_next"))
    expect(palette.group("view")).to_contain_text(desk.text("console.tab.mine"))
    look(page, album, "opened")
    # Enter right behind the last digit means the ticket, though it is not there yet.
    palette.keys.type(number.removeprefix("YP-"))
    palette.keys.press("Enter")
    expect(desk.head).to_contain_text(number)
    page.wait_for_load_state()
    palette.open()
    palette.keys.type(INITIALS[locale])
    expect(palette.options.first).to_contain_text(desk.text("console.act.assign"))
    look(page, album, "action")
    palette.keys.press("Enter")
    expect(desk.dialog).to_contain_text(desk.text("console.assign.me"))
    palette.keys.press("Escape")
    # What was done and looked at last stands first the next time.
    page.goto(f"{live.url}/console/tickets")
    palette.open()
    expect(palette.group("recent")).to_contain_text(number)
    palette.keys.press("Enter")
    expect(desk.head).to_contain_text(number)


def test_words_find_tickets_and_the_arrows_choose(
    window: Window, live: LiveProduct, locale: Locale, album: Album
) -> None:
    desk = at_the_desk(window, live, locale, dark=locale == "zh")
    palette, page = Palette(desk), desk.page
    palette.open()
    palette.keys.type("发票")
    tickets = palette.group("ticket").get_by_role("option")
    expect(tickets.nth(1)).to_be_visible()
    expect(palette.box.locator("mark").first).to_have_text("发票")
    look(page, album, "tickets")
    expect(palette.line).to_have_attribute("aria-activedescendant", palette.options.first.get_attribute("id") or "")
    palette.keys.press("ArrowUp")
    expect(palette.chosen).to_have_text(desk.text("palette.in_queue", typed="发票"))
    palette.keys.press("Enter")
    expect(page).to_have_url(re.compile(r"/console/tickets\?tab=open&q="))


def test_nothing_runs_while_an_input_method_composes(window: Window, live: LiveProduct) -> None:
    desk = at_the_desk(window, live, "zh")
    palette, page = Palette(desk), desk.page
    desk.open(number_of_first(desk))
    palette.open()
    method = page.context.new_cdp_session(page)
    method.send("Input.imeSetComposition", {"text": "fen'pei", "selectionStart": 7, "selectionEnd": 7})
    expect(palette.line).to_have_value("fen'pei")
    before = palette.chosen.inner_text()
    for key in ("Enter", "ArrowDown", "Control+k"):
        # As a browser tells of keys that an input method eats.
        palette.line.dispatch_event("keydown", {"key": key, "keyCode": 229, "isComposing": True, "bubbles": True})
        palette.keys.press(key)
    expect(palette.box).to_be_visible()
    assert palette.chosen.inner_text() == before
    expect(desk.page.locator("#act")).not_to_be_visible()
    method.send("Input.insertText", {"text": "分配"})
    expect(palette.options.first).to_contain_text(desk.text("console.act.assign"))
    palette.keys.press("Enter")
    expect(desk.dialog).to_contain_text(desk.text("console.assign.me"))


def test_a_reply_half_written_stays_and_has_the_focus_again(window: Window, live: LiveProduct, locale: Locale) -> None:
    desk = at_the_desk(window, live, locale)
    palette, page = Palette(desk), desk.page
    number = number_of_first(desk)
    desk.open(number)
    text = page.get_by_role("textbox", name=desk.text("console.compose.title"))
    text.click()
    page.keyboard.type(UNSENT)
    palette.open()
    palette.keys.press("Escape")
    expect(palette.box).to_have_count(0)
    expect(text).to_be_focused()
    palette.keys.type("马上")
    expect(text).to_have_value(f"{UNSENT}马上")
    # The same keys close it, and what is typed there goes nowhere else.
    palette.keys.press("Control+k")
    palette.keys.type("e")
    palette.keys.press("Control+k")
    expect(text).to_be_focused()
    palette.keys.press("Control+k")
    palette.keys.type(desk.text("console.nav.figures"))
    palette.keys.press("Enter")
    expect(page).to_have_url(re.compile("/console/figures"))
    page.go_back()
    expect(text).to_have_value(f"{UNSENT}马上")
    text.fill("")


def test_a_form_half_filled_keeps_its_page(window: Window, live: LiveProduct) -> None:
    desk = at_the_desk(window, live, "zh")
    palette, page = Palette(desk), desk.page
    page.goto(f"{live.url}/console/calls/new")
    page.locator("main form textarea").first.fill("对方说开不了票")
    palette.open()
    expect(palette.box).to_contain_text(desk.text("palette.apart"))
    palette.keys.type("gongdanduilie"[:6])
    with page.context.expect_page() as other:
        palette.keys.press("Enter")
    expect(other.value).to_have_url(re.compile("/console/tickets"))
    expect(page.locator("main form textarea").first).to_have_value("对方说开不了票")


@BOTH
def test_by_thumb_on_a_phone(window: Window, live: LiveProduct, locale: Locale, album: Album) -> None:
    page = window(locale, PHONE, phone=True, dark=locale == "zh")
    prepare(page.context)
    desk = Console(page, locale, live.url)
    desk.sign_in(ACCOUNTS[locale][0])
    page.wait_for_load_state()
    palette = Palette(desk)
    page.get_by_role("button", name=desk.text("palette.title")).tap()
    expect(palette.group("view")).to_be_visible()
    look(page, album, "palette")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    palette.box.get_by_role("button", name=desk.text("web.close")).tap()
    expect(palette.box).to_have_count(0)
    page.keyboard.press("?")
    look(page, album, "sheet")


@BOTH
def test_the_sheet_tells_every_key_by_where_it_works(
    window: Window, live: LiveProduct, locale: Locale, album: Album
) -> None:
    desk = at_the_desk(window, live, locale)
    desk.open(number_of_first(desk))
    desk.page.keyboard.press("?")
    sheet = desk.page.get_by_role("dialog", name=desk.text("web.shortcuts"))
    for area, label in (
        ("web.keys.page", "console.act.assign"),
        ("web.keys.everywhere", "palette.title"),
        ("web.keys.go", "console.nav.queue"),
        ("console.compose.title", "console.compose.note"),
    ):
        section = sheet.locator("section").filter(
            has=desk.page.get_by_role("heading", name=desk.text(area), exact=True)
        )
        expect(section).to_contain_text(desk.text(label))
    expect(sheet).to_contain_text("Ctrl")
    look(desk.page, album, "sheet")


@pytest.mark.parametrize("locale", LOCALES[:1])
def test_colours_and_state_are_switched_from_it(window: Window, live: LiveProduct, locale: Locale) -> None:
    desk = at_the_desk(window, live, locale)
    palette, page = Palette(desk), desk.page
    for theme in ("dark", "light"):
        palette.keys.press("Control+k")
        palette.keys.type("qhsqs")
        expect(palette.options.first).to_contain_text(desk.text("web.theme"))
        palette.keys.press("Enter")
        expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)
    for state in ("away", "on"):
        palette.keys.press("Control+k")
        palette.keys.type(desk.text("palette.duty", state=desk.text(f"presence.{state}")))
        palette.keys.press("Enter")
        expect(page.locator("#duty-state")).to_have_value(state)
