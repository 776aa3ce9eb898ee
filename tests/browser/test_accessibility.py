"""No page has a serious or critical fault by the rules of axe-core, in either language, light or dark.

Each language is looked at in one of the two: colours are the same in both languages, and words in both colours.
"""

import pytest
from playwright.sync_api import Page, expect

from kit.i18n import Locale
from tests.browser.axe import prepare, severe_violations
from tests.browser.conftest import Window
from tests.browser.customer import Customer
from tests.browser.desk import Console
from tests.browser.live import ACCOUNTS, LiveProduct
from tests.browser.pictures import DESKTOP, PHONE, Album

pytestmark = pytest.mark.browser

PUBLIC = {
    "home": "/",
    "help": "/help",
    "search": "/help?q=%E4%B8%8A%E4%BC%A0%E4%B8%8D%E4%BA%86",
    "article": "/help/fix-offline-not-uploaded",
    "process": "/process",
    "track": "/track",
    "contact": "/contact",
    "missing": "/nothing-here",
    "login": "/console/login",
}


DARK: dict[Locale, bool] = {"zh": False, "en": True}


def checked(window: Window, locale: Locale) -> Page:
    page = window(locale, DESKTOP, dark=DARK[locale])
    # What is still fading in has too little contrast for a moment.
    page.emulate_media(reduced_motion="reduce")
    prepare(page.context)
    return page


def test_public_pages(window: Window, live: LiveProduct, locale: Locale, album: Album) -> None:
    page = checked(window, locale)
    found: list[str] = []
    for name, path in PUBLIC.items():
        page.goto(f"{live.url}{path}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        album.take(page, name, whole=True)
        found += severe_violations(page, name)
    assert not found, "\n".join(found)


def test_chat_and_tracking_page(window: Window, live: LiveProduct, locale: Locale, album: Album) -> None:
    customer = Customer(checked(window, locale), locale)
    customer.open(live.url)
    found = severe_violations(customer.page, "empty chat")
    album.take(customer.page, "empty-chat")
    opened = customer.tap(customer.text("webchat.starter.4"))
    link = opened.get_by_role("link")
    expect(link).to_be_visible()
    found += severe_violations(customer.page, "chat")
    album.take(customer.page, "chat")
    address = link.get_attribute("href")
    assert address
    customer.page.goto(address)
    expect(customer.page.get_by_role("heading", level=1)).to_be_visible()
    album.take(customer.page, "tracking", whole=True)
    found += severe_violations(customer.page, "tracking page")
    customer.open_widget(live.url)
    expect(customer.heard.last).to_be_visible()
    album.take(customer.page, "widget")
    found += severe_violations(customer.page, "widget")
    assert not found, "\n".join(found)


def test_console(window: Window, live: LiveProduct, locale: Locale, album: Album) -> None:
    _agent, supervisor = ACCOUNTS[locale]
    console = Console(checked(window, locale), locale, live.url)
    console.sign_in(supervisor)
    page = console.page
    found = severe_violations(page, "queue")
    console.rows.first.get_by_role("link").click()
    expect(console.thread).to_be_visible()
    album.take(page, "ticket")
    found += severe_violations(page, "ticket")
    for action, key in (("assign", "A"), ("stage", "S"), ("priority", "U"), ("promise", "P"), ("resolve", "E")):
        console.ask(action, key)
        album.take(page, action)
        found += severe_violations(page, action)
        console.cancel()
    page.keyboard.press("?")
    expect(console.dialog).to_be_visible()
    album.take(page, "keys")
    found += severe_violations(page, "keys")
    page.goto(f"{live.url}/console/figures")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    found += severe_violations(page, "figures")
    assert not found, "\n".join(found)


def test_nothing_scrolls_sideways_on_a_phone(window: Window, live: LiveProduct, locale: Locale) -> None:
    page = window(locale, PHONE, phone=True)
    widths = {}
    for name, path in PUBLIC.items():
        page.goto(f"{live.url}{path}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        widths[name] = page.evaluate("document.documentElement.scrollWidth")
    assert set(widths.values()) == {PHONE["width"]}, widths
