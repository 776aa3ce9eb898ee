"""Texts a language model prepared, in a real browser: they go where a person edits them, and nothing typed is lost."""

import pytest
from playwright.sync_api import expect

from kit.i18n import Locale
from tests.browser.axe import prepare, severe_violations
from tests.browser.conftest import Window
from tests.browser.customer import NUMBER, Customer
from tests.browser.desk import Console
from tests.browser.live import ACCOUNTS, LiveProduct
from tests.browser.pictures import DESKTOP, PHONE, Album
from tickets.console.prepared import Prepared

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_draft_and_a_summary_are_put_where_they_are_edited(
    window: Window, live: LiveProduct, locale: Locale, album: Album
) -> None:
    answers = [Prepared(), Prepared("请先重启开票软件。")]

    async def draft(_ticket_id: int) -> Prepared:
        return answers.pop(0)

    async def summary(_ticket_id: int) -> Prepared:
        return Prepared("客户要求转人工。")

    customer = Customer(window(locale, PHONE, phone=True), locale, touches=True)
    customer.open(live.url)
    customer.say("转人工" if locale == "zh" else "I want to talk to a person")
    expect(customer.heard.filter(has_text=NUMBER).first).to_be_visible()
    found = NUMBER.search(customer.heard.filter(has_text=NUMBER).first.inner_text())
    assert found is not None
    page = window(locale, DESKTOP)
    prepare(page.context)
    desk = Console(page, locale, live.url)
    desk.sign_in(ACCOUNTS[locale][0])
    with live.preparing({"draft": draft, "summary": summary}):
        desk.open(found[0])
        box = page.get_by_role("textbox", name=desk.text("console.compose.title"))
        box.fill("您好")
        button = page.get_by_role("button", name=desk.text("console.prepared.draft"))
        button.click()
        line = page.locator("[data-prepared]")
        expect(line).to_have_text(desk.text("console.prepared.failed"))
        expect(box).to_have_value("您好")
        button.click()
        expect(line).to_have_text(desk.text("console.prepared.draft.ready"))
        expect(box).to_have_value("您好\n\n请先重启开票软件。")
        expect(desk.thread).not_to_contain_text("请先重启开票软件")
        page.set_viewport_size(PHONE)
        expect(button).to_be_visible()
        assert severe_violations(page, "prepared") == []
        album.take(page, "prepared")
        page.set_viewport_size(DESKTOP)
        page.get_by_role("button", name=desk.text("console.prepared.summary")).click()
        expect(page.get_by_role("radio", name=desk.text("console.compose.note"))).to_be_checked()
        expect(box).to_have_value("客户要求转人工。")
        page.keyboard.press("Control+Enter")
        expect(desk.thread.locator(".yc-voice-note")).to_contain_text("客户要求转人工。")
        expect(line).to_be_empty()
