"""Bulk entry and canned replies, in real browsers: by keyboard, in both languages."""

import pytest
from playwright.sync_api import FilePayload, Page, expect

from kit.i18n import Locale, translate
from kit.sheets import write_csv
from tests.browser.axe import prepare, severe_violations
from tests.browser.conftest import Window
from tests.browser.customer import NUMBER, Customer
from tests.browser.desk import Console
from tests.browser.live import ACCOUNTS, LiveProduct
from tests.browser.pictures import DESKTOP, PHONE, Album

pytestmark = [pytest.mark.browser, pytest.mark.slow]

#: The last header is nobody's name for the description: a person has to say so.
HEADERS: dict[Locale, tuple[str, ...]] = {
    "zh": ("发生时间", "渠道", "姓名", "标题", "那天的事"),
    "en": ("Occurred at", "Channel", "Name", "Subject", "That day"),
}
ROWS: dict[Locale, tuple[tuple[str, ...], ...]] = {
    "zh": (
        ("2026-11-03 09:30", "电话", "孙丽", "停机补录：登录不了", "开票软件登录不了"),
        ("2026-11-03 10:05", "柜台", "周强", "停机补录：上传失败", "发票上传一直失败"),
        ("大前天", "电话", "吴敏", "停机补录：税控盘", "税控盘读不出来"),
    ),
    "en": (
        ("2026-11-03 11:30", "Phone", "Ann Li", "Outage record: no login", "Could not sign in"),
        ("2026-11-03 12:05", "Counter", "Bob Wu", "Outage record: upload", "Uploading kept failing"),
        ("some day", "Phone", "Cleo Xu", "Outage record: device", "The device was not read"),
    ),
}


def table(locale: Locale) -> FilePayload:
    content = write_csv(HEADERS[locale], ROWS[locale])
    return {"name": "records.csv", "mimeType": "text/csv", "buffer": content}


def signed_in(window: Window, live: LiveProduct, locale: Locale, *, dark: bool = False) -> Console:
    page = window(locale, DESKTOP, dark=dark)
    prepare(page.context)
    staff = Console(page, locale, live.url)
    staff.sign_in(ACCOUNTS[locale][0])
    return staff


def look(page: Page, album: Album, name: str) -> None:
    album.take(page, name)
    assert severe_violations(page, name) == []
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{name} is {wide} pixels wider than the window"


def test_a_table_is_looked_at_entered_and_taken_back(
    window: Window, live: LiveProduct, locale: Locale, album: Album
) -> None:
    desk = signed_in(window, live, locale, dark=locale == "en")
    page, keys = desk.page, desk.page.keyboard
    page.get_by_role("link", name=desk.text("console.nav.entry")).first.click()
    expect(page.get_by_role("heading", name=desk.text("entry.title"), level=1)).to_be_visible()
    look(page, album, "start")
    page.locator("input[type=file]").set_input_files(table(locale))
    expect(page.get_by_text("records.csv", exact=True).first).to_be_visible()
    page.get_by_role("button", name=desk.text("entry.upload")).press("Enter")

    # The description is not known by its name, so it is left out until somebody says what it is.
    unknown = page.get_by_role("combobox", name=HEADERS[locale][-1])
    expect(unknown).to_have_value("")
    unknown.focus()
    unknown.select_option("description")
    page.get_by_role("button", name=desk.text("entry.mapping_save")).press("Enter")
    expect(page.get_by_role("status").filter(has_text=desk.text("entry.counts", good=2, broken=1))).to_be_visible()
    expect(unknown).to_have_value("description")
    problems = page.get_by_role("region", name=desk.text("entry.problems"))
    expect(problems).to_contain_text(ROWS[locale][-1][0])
    expect(problems).to_contain_text("A4")
    look(page, album, "preview")

    keys.press("e")
    entered = page.get_by_role("status").filter(has_text=desk.text("entry.done_counts", entered=2, broken=1))
    expect(entered).to_be_visible()
    look(page, album, "entered")
    batch = page.url
    assert _found(desk, ROWS[locale][0][3]) == 1

    page.goto(batch)
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name=desk.text("entry.undo")).press("Enter")
    expect(page.get_by_text(desk.text("entry.state.undone"), exact=True)).to_be_visible()
    look(page, album, "undone")
    assert _found(desk, ROWS[locale][0][3]) == 0


def _found(desk: Console, subject: str) -> int:
    """How many tickets of that subject the queue has."""
    desk.page.goto(f"{desk.url}/console/tickets?scope=all&q={subject}")
    expect(desk.page.get_by_role("heading", name=desk.text("console.queue.title"))).to_be_visible()
    return desk.rows.filter(has_text=subject).count()


#: What is typed after the slash: in Chinese the initials of the title's pinyin.
CANNED: dict[Locale, str] = {"zh": "sdzzk", "en": "hello"}


def test_a_canned_reply_by_keyboard(window: Window, live: LiveProduct, locale: Locale, album: Album) -> None:
    customer = Customer(window(locale, PHONE, phone=True), locale, touches=True)
    customer.open(live.url)
    customer.say("转人工" if locale == "zh" else "I want to talk to a person")
    expect(customer.heard.filter(has_text=NUMBER).first).to_be_visible()
    found = NUMBER.search(customer.heard.filter(has_text=NUMBER).first.inner_text())
    assert found is not None
    number = found[0]
    desk = signed_in(window, live, locale, dark=True)
    desk.open(number)
    keys = desk.page.keyboard
    keys.press("r")
    keys.type(f"/{CANNED[locale]}")
    choices = desk.page.get_by_role("listbox", name=translate("canned.title", locale))
    expect(choices.get_by_role("option", selected=True)).to_contain_text("/hello")
    look(desk.page, album, "canned")
    box = desk.page.get_by_role("textbox", name=desk.text("console.compose.title"))
    keys.press("Escape")
    expect(choices).to_have_count(0)
    expect(box).to_have_value(f"/{CANNED[locale]}")
    keys.press("Backspace")
    expect(choices.get_by_role("option", selected=True)).to_contain_text("/hello")
    keys.press("Enter")
    expect(choices).to_have_count(0)
    text = box.input_value()
    assert number in text
    assert "/" not in text.split(number)[0]
    keys.press("Control+Enter")
    expect(desk.thread.get_by_text(number).first).to_be_visible()
    expect(customer.heard.filter(has_text=text.split("\n")[0]).first).to_be_visible()
