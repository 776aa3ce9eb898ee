"""Several hands on one ticket, in real browsers: by keyboard alone, in both languages."""

import re

import pytest
from playwright.sync_api import Page, expect

from kit.i18n import Locale
from tests.browser.axe import prepare, severe_violations
from tests.browser.conftest import Window
from tests.browser.customer import NUMBER, Customer
from tests.browser.desk import Console
from tests.browser.live import ACCOUNTS, LiveProduct
from tests.browser.pictures import DESKTOP, PHONE, Album

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def hand_over(window: Window, live: LiveProduct, locale: Locale) -> str:
    """A customer wants a person; returns the ticket's number."""
    customer = Customer(window(locale, PHONE, phone=True), locale, touches=True)
    customer.open(live.url)
    customer.say("转人工" if locale == "zh" else "I want to talk to a person")
    expect(customer.heard.filter(has_text=NUMBER).first).to_be_visible()
    found = NUMBER.search(customer.heard.filter(has_text=NUMBER).first.inner_text())
    assert found is not None
    return found[0]


def console(window: Window, live: LiveProduct, locale: Locale, place: int, *, dark: bool = False) -> Console:
    page = window(locale, DESKTOP, dark=dark)
    prepare(page.context)
    staff = Console(page, locale, live.url)
    staff.sign_in(ACCOUNTS[locale][place])
    return staff


def look(page: Page, album: Album, name: str) -> None:
    album.take(page, name)
    assert severe_violations(page, name) == []


def test_two_at_one_ticket_see_each_other_and_nobody_answers_twice(
    window: Window, live: LiveProduct, locale: Locale, album: Album
) -> None:
    number = hand_over(window, live, locale)
    one, other = (console(window, live, locale, place) for place in (0, 1))
    for staff in (one, other):
        staff.open(number)
    names = [account.name for account in ACCOUNTS[locale]]
    box = other.page.get_by_role("textbox", name=other.text("console.compose.title"))
    expect(one.page.locator("#watchers")).to_contain_text(one.text("console.watching.here", name=names[1]))
    one.page.keyboard.press("r")
    one.page.keyboard.type("我来处理" if locale == "zh" else "I will take it")
    expect(other.page.locator("#watchers")).to_contain_text(other.text("console.watching.typing", name=names[0]))
    other.page.keyboard.press("r")
    expect(box).to_be_focused()
    other.page.keyboard.type("我也在写" if locale == "zh" else "I am writing too")
    one.page.keyboard.press("Control+Enter")
    expect(other.thread).to_contain_text("我来处理" if locale == "zh" else "I will take it")
    other.page.keyboard.press("Control+Enter")
    expect(other.dialog).to_contain_text(names[0])
    look(other.page, album, "meanwhile")
    other.page.keyboard.press("Escape")
    expect(other.dialog).to_have_count(0)
    expect(box).to_have_value("我也在写" if locale == "zh" else "I am writing too")


def test_category_tags_note_with_a_name_follow_and_snooze_by_keyboard(
    window: Window, live: LiveProduct, locale: Locale, album: Album
) -> None:
    number = hand_over(window, live, locale)
    desk = console(window, live, locale, 0, dark=True)
    desk.open(number)
    keys = desk.page.keyboard
    keys.press("l")
    expect(desk.dialog.get_by_role("textbox")).to_be_focused()
    keys.type("月末 上传")
    keys.press("Enter")
    expect(desk.side.get_by_text("月末", exact=True)).to_be_visible()
    expect(desk.dialog).to_have_count(0)
    keys.press("f")
    expect(desk.side.get_by_role("button", name=desk.text("console.act.unfollow"))).to_be_visible()
    keys.press("n")
    keys.type("@helin" if locale == "zh" else "@helen")
    expect(desk.page.locator("#mention-list [aria-selected=true]")).to_have_count(1)
    keys.press("Enter")
    keys.press("Control+Enter")
    name = ACCOUNTS[locale][1].name
    expect(desk.thread).to_contain_text(f"@{name}")
    expect(desk.side).to_contain_text(name)
    keys.press("Escape")
    keys.press("h")
    expect(desk.dialog).to_be_visible()
    look(desk.page, album, "snooze")
    keys.press("1")
    expect(desk.page.get_by_role("button", name=re.compile(desk.text("console.act.wake")))).to_be_visible()
    look(desk.page, album, "ticket")


def test_a_merge_by_keyboard(window: Window, live: LiveProduct, locale: Locale, album: Album) -> None:
    customer = Customer(window(locale, PHONE, phone=True), locale, touches=True)
    customer.open(live.url)
    customer.say("转人工" if locale == "zh" else "I want to talk to a person")
    expect(customer.heard.filter(has_text=NUMBER).first).to_be_visible()
    found = NUMBER.search(customer.heard.filter(has_text=NUMBER).first.inner_text())
    assert found is not None
    desk = console(window, live, locale, 1)
    desk.open(found[0])
    # What routing still does to the ticket would make what is chosen here stale.
    expect(desk.thread).to_contain_text(desk.text("timeline.wants_person"))
    keys = desk.page.keyboard
    keys.press("o")
    expect(desk.dialog.get_by_role("checkbox").last).to_be_focused()
    keys.press("Space")
    keys.press("Enter")
    expect(desk.head).not_to_contain_text(found[0])
    desk.page.wait_for_load_state()
    keys.press("m")
    expect(desk.dialog).to_contain_text(found[0])
    keys.press("1")
    expect(desk.dialog).to_contain_text(desk.text("console.merge.preview_title"))
    look(desk.page, album, "merge")
    keys.press("y")
    expect(desk.head).to_contain_text(found[0])
    expect(desk.side).to_contain_text(desk.text("console.merged.here"))
    told = re.compile(re.escape(desk.text("news.merged", number="#", into=found[0])).replace(re.escape("#"), ".+"))
    customer.hears(told)
    desk.page.set_viewport_size(PHONE)
    look(desk.page, album, "phone")


def test_a_key_pressed_the_moment_something_new_arrived_is_heard(
    window: Window, live: LiveProduct, locale: Locale
) -> None:
    number = hand_over(window, live, locale)
    desk = console(window, live, locale, 0)
    desk.open(number)
    expect(desk.page.locator("#act-snooze")).to_be_visible()
    desk.page.evaluate("""() => {
      let pressed = false;
      document.addEventListener("htmx:oobAfterSwap", (event) => {
        if (pressed || event.detail.target.id !== "ticket-head") return;
        pressed = true;
        setTimeout(() => document.dispatchEvent(new KeyboardEvent("keydown", { key: "h", bubbles: true })));
      });
      document.body.dispatchEvent(new CustomEvent("yp:changed"));
    }""")
    expect(desk.dialog).to_be_visible()
