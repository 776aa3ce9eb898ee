"""The chat as visitors meet it, against the whole product: writing, breaks, reloads, tabs, files, unread messages."""

import re
import struct
import zlib

import pytest
from playwright.sync_api import Locator, Page, expect

from kit.i18n import Locale, translate
from tests.browser.conftest import Window
from tests.browser.customer import NUMBER, Customer
from tests.browser.desk import Console
from tests.browser.live import ACCOUNTS, LiveProduct
from tests.browser.pictures import DESKTOP, Album

pytestmark = pytest.mark.browser

#: What browsers report when Enter only picks a word of an input method: the one or the other.
COMPOSING_ENTER = """(area) => {
  for (const extra of [{isComposing: true}, {keyCode: 229}]) {
    area.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", bubbles: true, cancelable: true, ...extra}));
  }
}"""
#: How often the first message that waits was tried.
TRIED = """(times) => {
  const key = Object.keys(localStorage).find((name) => name.endsWith(":queue"));
  return JSON.parse(localStorage[key] || "[]")[0]?.attempts === times;
}"""
#: The sixth failure in a row is shown; none of the pauses before it is longer than this.
TRIES = 6
PAUSE_MS = 15_000

GREETING: dict[Locale, str] = {"zh": "你好", "en": "hello"}


def png(width: int, height: int) -> bytes:
    """A whole picture in one colour that browsers really show."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    rows = (b"\0" + b"\x2f\x6f\xd6" * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@pytest.fixture
def page(window: Window, locale: Locale) -> Page:
    return window(locale, DESKTOP)


@pytest.fixture
def customer(page: Page, live: LiveProduct, locale: Locale) -> Customer:
    """On the start page, with the chat folded out."""
    visitor = Customer(page, locale)
    visitor.open_widget(live.url)
    return visitor


def greet(customer: Customer) -> None:
    expect(customer.say(GREETING[customer.locale])).to_be_visible()


def once(customer: Customer, text: str) -> Locator:
    said = customer.said.filter(has_text=text)
    expect(said).to_have_count(1)
    return said


def test_enter_that_picks_a_word_sends_nothing(customer: Customer) -> None:
    customer.box.fill("kaipiao")
    customer.box.evaluate(COMPOSING_ENTER)
    expect(customer.box).to_have_value("kaipiao")
    customer.say("开票")
    # Had the word been sent, it would stand before the message.
    expect(customer.said.first).to_contain_text("开票")


def test_what_could_not_be_sent_is_sent_once_when_tapped(
    page: Page, live: LiveProduct, locale: Locale, album: Album
) -> None:
    page.clock.install()
    customer = Customer(page, locale)
    customer.open(live.url)
    greet(customer)
    page.context.set_offline(True)
    customer.box.fill("离线发票")
    customer.box.press("Enter")
    for times in range(1, TRIES):
        page.wait_for_function(TRIED, arg=times)
        page.clock.fast_forward(PAUSE_MS)
    again = page.get_by_role("button", name=customer.text("webchat.not_sent"))
    expect(again).to_be_visible()
    album.take(page, "not-sent")
    page.context.set_offline(False)
    again.click()
    expect(again).to_have_count(0)
    once(customer, "离线发票")
    page.reload()
    once(customer, GREETING[locale])
    once(customer, "离线发票")


def test_a_reload_resumes_the_conversation(customer: Customer) -> None:
    greet(customer)
    organisation = {"zh": "应票", "en": "Yingpiao"}[customer.locale]
    greeting = customer.text("say.greet", organisation=organisation)
    customer.hears(greeting)
    customer.page.reload()
    customer.unfold()
    customer.hears(greeting)
    once(customer, GREETING[customer.locale])


def test_two_tabs_show_one_conversation(customer: Customer, live: LiveProduct) -> None:
    greet(customer)
    other = Customer(customer.page.context.new_page(), customer.locale)
    other.open(live.url)
    once(other, GREETING[customer.locale])
    answer = other.tap(other.text("button.person"))
    expect(answer).to_contain_text(NUMBER)
    once(customer, customer.text("button.person"))
    customer.hears(NUMBER)


def test_a_picture_arrives_and_a_program_in_disguise_is_refused(customer: Customer, album: Album) -> None:
    greet(customer)
    picker = customer.page.locator("input[type=file]")
    picker.set_input_files({"name": "截图.png", "mimeType": "image/png", "buffer": b"MZ\x90\x00" + bytes(600)})
    refusal = customer.page.get_by_text(customer.text("error.file_type", name="截图.png"))
    expect(refusal).to_be_visible()
    album.take(customer.page, "refused")
    picker.set_input_files({"name": "报错.png", "mimeType": "image/png", "buffer": png(320, 180)})
    expect(customer.page.locator(".tray .done")).to_have_count(1)
    customer.say("")
    picture = customer.log.get_by_role("img", name=customer.text("webchat.picture", name="报错.png"))
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("naturalWidth", 320)
    customer.hears(customer.text("say.got_file"))
    expect(customer.log.get_by_role("img")).to_have_count(1)
    album.take(customer.page, "picture")


def test_unread_messages_are_counted_while_the_chat_is_closed(
    customer: Customer, window: Window, live: LiveProduct, locale: Locale, album: Album
) -> None:
    opened = customer.tap(customer.text("webchat.starter.4"))
    expect(opened).to_contain_text(NUMBER)
    found = NUMBER.search(opened.inner_text())
    assert found
    customer.fold()
    agent = Console(window(locale, DESKTOP), locale, live.url)
    agent.sign_in(ACCOUNTS[locale][0])
    agent.open(found[0])
    agent.reply(GREETING[locale])
    # The answer, and the news that somebody is on it.
    launcher = customer.page.get_by_role("button", name=translate("webchat.open_unread", locale, count=2))
    expect(launcher).to_be_visible()
    expect(launcher).to_contain_text("2")
    expect(customer.page).to_have_title(re.compile(r"^\(2\) "))
    album.take(customer.page, "unread")
    launcher.click()
    customer.hears(GREETING[locale])
    expect(customer.page).not_to_have_title(re.compile(r"^\("))
