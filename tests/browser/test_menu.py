"""The menu of an Official Account: what is typed shows at once on the phone beside it, and is kept."""

import re

import pytest
from playwright.sync_api import expect

from kit.access.identity import Role
from kit.i18n import Locale
from tests.browser.axe import prepare, severe_violations
from tests.browser.channel_story import ChannelStory
from tests.browser.conftest import Window
from tests.browser.desk import Console
from tests.browser.live import Account, LiveProduct
from tests.browser.pictures import DESKTOP, PHONE, Album

pytestmark = pytest.mark.browser


def test_a_menu_is_typed_looked_at_and_saved(window: Window, live: LiveProduct, locale: Locale, album: Album) -> None:
    page = window(locale, DESKTOP)
    prepare(page.context)
    console = Console(page, locale, live.url)
    story, text = ChannelStory(live), console.text
    console.sign_in(story.hired(Account(f"menu{locale}", "赵敏", Role.ADMIN), locale))
    page.goto(f"{live.url}/console/channels/{story.official()}/menu")
    page.wait_for_load_state()
    name = page.locator('[id="n1"]')
    name.fill("查开票进度啊")
    expect(page.locator('[data-counts="n1"]')).to_have_text("18/16")
    expect(page.locator("#phone")).to_contain_text("查开票进…")
    expect(page.locator("#phone")).to_contain_text(text("channels.menu.wrong", count=1))
    name.fill("查进度")
    # By keyboard: what a tap does is chosen, and the field it needs is there.
    page.locator('[id="a2"]').select_option("page")
    value = page.locator('[id="v2"]')
    expect(page.get_by_label(re.compile(re.escape(text("channels.menu.value.page")))).first).to_be_visible()
    value.fill("https://desk.example/help")
    expect(page.locator("#phone")).to_contain_text(text("channels.menu.fits"))
    page.locator('[id="a3"]').select_option("say")
    expect(page.locator('[id="n3.1"]')).to_be_hidden()
    page.locator('[id="a3"]').select_option("below")
    expect(page.locator('[id="n3.1"]')).to_be_visible()
    album.take(page, "typed", whole=True)
    found = severe_violations(page, "typed")
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_role("button", name=text("channels.menu.save")).press("Enter")
    expect(page.get_by_text(text("channels.menu.saved"))).to_be_visible()
    expect(value).to_have_value("https://desk.example/help")
    assert not found, "\n".join(found)
