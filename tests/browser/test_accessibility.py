"""No page has a serious or critical fault by the rules of axe-core, in either language, light or dark.

Each language is looked at in one of the two: colours are the same in both languages, and words in both colours.
What there is to look at stands in :mod:`tests.browser.sights`, which a test holds against the routes of the product.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from kit.access.identity import Role
from kit.i18n import Locale
from tests.browser.axe import prepare, severe_violations
from tests.browser.channel_story import ChannelStory
from tests.browser.conftest import BOTH, Window
from tests.browser.customer import Customer
from tests.browser.desk import Console
from tests.browser.live import Account, LiveProduct
from tests.browser.pictures import DESKTOP, PHONE, Album
from tests.browser.scene import set_scene
from tests.browser.sights import CONSOLE, DIALOGS, PUBLIC

pytestmark = [pytest.mark.browser, BOTH]

ADMIN: dict[Locale, Account] = {
    "zh": Account("axezh", "周宁", Role.ADMIN),
    "en": Account("axeen", "Nina Zhou", Role.ADMIN),
}
DARK: dict[Locale, bool] = {"zh": False, "en": True}
_OPEN = "(address) => htmx.ajax('GET', address, {target: '#act-body', swap: 'innerHTML'})"


def checked(window: Window, locale: Locale) -> Page:
    page = window(locale, DESKTOP, dark=DARK[locale])
    # What is still fading in has too little contrast for a moment.
    page.emulate_media(reduced_motion="reduce")
    prepare(page.context)
    return page


@pytest.fixture
def console(window: Window, live: LiveProduct, locale: Locale) -> Console:
    account = ChannelStory(live).hired(ADMIN[locale], locale)
    console = Console(checked(window, locale), locale, live.url)
    console.sign_in(account)
    return console


def addresses(pages: dict[str, tuple[str, ...]]) -> Iterator[str]:
    return (address for shown in pages.values() for address in shown)


def seen(page: Page, address: str, album: Album) -> list[str]:
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    album.take(page, "page", whole=True)
    return severe_violations(page, address)


def asked(console: Console, where: str, address: str, album: Album) -> list[str]:
    """A dialog that is fetched into the page at ``where``."""
    page = console.page
    if page.url != where:
        page.goto(where)
    page.evaluate(_OPEN, address)
    expect(console.dialog).to_be_visible()
    album.take(page, "dialog")
    found = severe_violations(page, address)
    page.keyboard.press("Escape")
    expect(console.dialog).to_have_count(0)
    return found


def test_every_page_and_every_dialog(
    window: Window, live: LiveProduct, locale: Locale, console: Console, album: Album
) -> None:
    scene, stranger, found = set_scene(console, live, ADMIN[locale]), checked(window, locale), list[str]()
    for page, pages in ((stranger, PUBLIC), (console.page, CONSOLE)):
        for address in addresses(pages):
            found += seen(page, live.url + scene.address(address), album)
    for where, address in (one for dialogs in DIALOGS.values() for one in dialogs):
        found += asked(console, live.url + scene.address(where), scene.address(address), album)
    assert not found, "\n".join(found)


def test_what_opens_above_every_page(live: LiveProduct, console: Console, album: Album) -> None:
    page, found = console.page, list[str]()
    for name, key in (("keys", "?"), ("palette", "ControlOrMeta+k"), ("notices", "i")):
        page.goto(f"{live.url}/console/tickets")
        # The last thing of the page that is fetched.
        expect(page.locator("#bell")).to_be_visible()
        page.keyboard.press(key)
        expect(console.dialog, name).to_be_visible()
        album.take(page, name)
        found += severe_violations(page, name)
    assert not found, "\n".join(found)


def test_chat_and_widget(window: Window, live: LiveProduct, locale: Locale, album: Album) -> None:
    customer = Customer(checked(window, locale), locale)
    customer.open(live.url)
    found = severe_violations(customer.page, "empty chat")
    opened = customer.tap(customer.text("webchat.starter.4"))
    link = opened.get_by_role("link")
    expect(link).to_be_visible()
    album.take(customer.page, "chat")
    found += severe_violations(customer.page, "chat")
    customer.open_widget(live.url)
    expect(customer.heard.last).to_be_visible()
    album.take(customer.page, "widget")
    found += severe_violations(customer.page, "widget")
    assert not found, "\n".join(found)


def test_nothing_scrolls_sideways_on_a_phone(window: Window, live: LiveProduct, locale: Locale) -> None:
    page = window(locale, PHONE, phone=True)
    widths = {}
    for address in (address for address in addresses(PUBLIC) if "{" not in address):
        page.goto(f"{live.url}{address}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        widths[address] = page.evaluate("document.documentElement.scrollWidth")
    assert set(widths.values()) == {PHONE["width"]}, widths
