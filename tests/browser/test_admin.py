"""Administration by keyboard alone: a team is made, a slip corrected, the order changed, a version brought back."""

import re

import pytest
from playwright.sync_api import Dialog, Page, expect

from kit.access.identity import Role
from kit.i18n import Locale
from tests.browser.axe import prepare, severe_violations
from tests.browser.channel_story import ChannelStory
from tests.browser.conftest import Window
from tests.browser.desk import Console
from tests.browser.live import Account, LiveProduct
from tests.browser.pictures import DESKTOP, PHONE, Album

pytestmark = pytest.mark.browser

#: Each language is looked at in one of the two grounds: colours are the same in both languages.
DARK: dict[Locale, bool] = {"zh": False, "en": True}
#: One key per language, for both are made in the same product.
KEY: dict[Locale, str] = {"zh": "shanghai", "en": "harbin"}


@pytest.fixture
def admin(window: Window, live: LiveProduct, locale: Locale) -> Console:
    page = window(locale, DESKTOP, dark=DARK[locale])
    page.emulate_media(reduced_motion="reduce")
    prepare(page.context)
    console = Console(page, locale, live.url)
    name = "周宁" if locale == "zh" else "Nina Zhou"
    console.sign_in(ChannelStory(live).hired(Account(f"boss{locale}", name, Role.ADMIN), locale))
    return console


def _fits(page: Page) -> bool:
    """Nothing scrolls sideways at the width of a phone."""
    page.set_viewport_size(PHONE)
    width: int = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size(DESKTOP)
    return width <= PHONE["width"]


def _fill(page: Page, label: str, value: str) -> None:
    """By keyboard: go to the field as a person does, by focus, and type."""
    page.get_by_label(label, exact=True).focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(value)


def test_a_team_by_keyboard(admin: Console, locale: Locale, album: Album) -> None:
    page, text, key = admin.page, admin.text, KEY[locale]
    found: list[str] = []

    def looked_at(name: str) -> None:
        album.take(page, name, whole=True)
        found.extend(severe_violations(page, name))
        assert _fits(page), name

    page.wait_for_load_state()
    page.keyboard.press("g")
    page.keyboard.press("a")
    expect(page.get_by_role("heading", level=1, name=text("admin.title"))).to_be_visible()
    looked_at("overview")
    page.keyboard.press("2")
    expect(page.get_by_role("heading", level=1, name=text("config.section.teams"))).to_be_visible()
    page.wait_for_load_state()
    looked_at("teams")
    page.keyboard.press("n")
    expect(page.get_by_label(text("config.field.key"), exact=True)).to_be_focused()
    page.keyboard.type(key)
    _fill(page, text("config.field.name_zh"), "上海组")
    _fill(page, text("config.field.name_en"), "Shanghai")
    _fill(page, text("config.field.return_after"), "soon")
    page.keyboard.press("Enter")
    slip = page.get_by_label(text("config.field.return_after"), exact=True)
    expect(slip).to_be_focused()
    expect(slip).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text(text("config.problem.span", value="soon"))).to_be_visible()
    expect(page.get_by_label(text("config.field.name_zh"), exact=True)).to_have_value("上海组")
    looked_at("slip")
    _fill(page, text("config.field.return_after"), "90m")
    page.keyboard.press("Enter")
    expect(page.get_by_text(text("admin.saved"))).to_be_visible()
    expect(slip).to_have_value("1h 30m")

    _fill(page, text("config.field.region"), "上海")
    page.keyboard.press("Enter")
    expect(page.get_by_text(text("admin.saved"))).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("link", name=text("admin.history")).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("listitem").filter(has=page.locator("ins")).first).to_be_visible()
    looked_at("history")
    page.get_by_role("button", name=text("admin.restore")).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text(text("admin.did.restore"))).to_be_visible()
    assert found == []


def test_what_is_typed_is_not_lost_by_leaving(admin: Console) -> None:
    page, text = admin.page, admin.text
    page.goto(f"{admin.url}/console/admin/rhythm/item?key=desk")
    _fill(page, text("config.field.progress_every"), "3h")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.evaluate("location.href = '/console/admin'")
    page.wait_for_function("true")
    expect(page.get_by_label(text("config.field.progress_every"), exact=True)).to_have_value("3h")
    assert asked == ["beforeunload"]


def test_the_other_pages(admin: Console, album: Album) -> None:
    page = admin.page
    found: list[str] = []
    for name, path in {
        "person": "people/new",
        "categories": "categories",
        "calendar": "calendars/new",
        "official": "official_days/item?key=china",
        "policy": "policies/new",
        "rule": "rules/new",
        "try": "rules/try?text=税控盘&region=北京",
        "macro": "macros/new",
        "rhythm": "rhythm/item?key=desk",
        "file": "file",
        "audit": "audit",
    }.items():
        page.goto(f"{admin.url}/console/admin/{path}")
        album.take(page, name, whole=True)
        found.extend(severe_violations(page, name))
        assert _fits(page), name
    page.goto(f"{admin.url}/console/admin/calendars")
    calendars = page.locator(".yd-line-name")
    if calendars.count():
        key = re.sub(r".*key=", "", calendars.first.get_attribute("href") or "")
        page.goto(f"{admin.url}/console/admin/calendars/year?key={key}&year=2026")
        album.take(page, "year", whole=True)
        found.extend(severe_violations(page, "year"))
        assert _fits(page), "year"
    assert found == []


def test_the_lines_of_a_macro_by_keyboard(admin: Console, locale: Locale) -> None:
    page, text, key = admin.page, admin.text, f"lines-{locale}"
    lines = page.locator("[data-row]")
    page.goto(f"{admin.url}/console/admin/macros/new")
    expect(lines).to_have_count(1)
    page.keyboard.type(key)
    _fill(page, text("config.field.name_zh"), "一步到位")

    def choose(line: int, action: str) -> None:
        lines.nth(line).locator("select").select_option(action)

    choose(0, "priority")
    expect(page.locator("#f-actions-0-text")).to_be_hidden()
    page.locator("#f-actions-0-to").focus()
    page.keyboard.type("nonsense")
    page.locator("[data-row-add]").focus()
    page.keyboard.press("Enter")
    expect(lines.nth(1).locator("select")).to_be_focused()
    choose(1, "note")
    page.locator("#f-actions-1-text").focus()
    page.keyboard.type("先看")
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator("#f-actions-0-text")).to_be_focused()
    page.get_by_role("button", name=text("admin.save"), exact=True).click()
    # What is wrong is told in its line, and is never hidden.
    expect(lines.nth(1).locator(".yd-problem")).to_be_visible()
    expect(lines.nth(0).locator(".yd-problem")).to_have_count(0)
    lines.nth(1).locator("select").focus()
    page.keyboard.press("Alt+Delete")
    expect(lines).to_have_count(1)
    page.get_by_role("button", name=text("admin.save"), exact=True).click()
    expect(page.get_by_text(text("admin.saved"))).to_be_visible()
    expect(page.locator("#f-actions-0-text")).to_have_value("先看")
