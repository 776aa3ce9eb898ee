"""The wall and the reports as a supervisor sees them: drawn, as tables, by keyboard, in both languages and colours."""

import re

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from kit.i18n import Locale
from tests.browser.axe import prepare, severe_violations
from tests.browser.conftest import Window
from tests.browser.desk import Console
from tests.browser.live import ACCOUNTS, LiveProduct
from tests.browser.pictures import PHONE, Album

pytestmark = pytest.mark.browser

LAPTOP: ViewportSize = {"width": 1280, "height": 800}
#: Each language in one of the two: colours are the same in both languages.
DARK: dict[Locale, bool] = {"zh": False, "en": True}
PAGES = ("figures", "wall")


def signed_in(window: Window, live: LiveProduct, locale: Locale, *, dark: bool = False) -> Console:
    console = Console(window(locale, LAPTOP, dark=dark), locale, live.url)
    console.page.emulate_media(reduced_motion="reduce")
    prepare(console.page.context)
    console.sign_in(ACCOUNTS[locale][1])
    return console


def drawn(page: Page) -> None:
    """Every plot that has anything to show is there."""
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("figure[data-drawn] canvas").first).to_be_visible()


def test_have_no_serious_fault(window: Window, live: LiveProduct, locale: Locale, album: Album) -> None:
    page = signed_in(window, live, locale, dark=DARK[locale]).page
    found: list[str] = []
    for name in PAGES:
        page.set_viewport_size(LAPTOP)
        page.goto(f"{live.url}/console/{name}")
        drawn(page)
        album.take(page, name, whole=True)
        found += severe_violations(page, name)
        page.set_viewport_size(PHONE)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        album.take(page, f"{name}-phone", whole=True)
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"], name
        page.evaluate("document.documentElement.dataset.bsTheme = 'dark'")
        page.set_viewport_size(LAPTOP)
        album.take(page, f"{name}-dark", whole=True)
        found += severe_violations(page, f"{name} in the dark")
        page.evaluate("delete document.documentElement.dataset.bsTheme")
    assert not found, "\n".join(found)


def test_a_plot_is_a_table_on_a_key_press(window: Window, live: LiveProduct, locale: Locale) -> None:
    console = signed_in(window, live, locale)
    page = console.page
    page.goto(f"{live.url}/console/wall")
    drawn(page)
    plot = page.locator("#chart-arrivals")
    # For a screen reader the table is there all the time.
    expect(plot.get_by_role("table")).to_have_count(1)
    button = plot.get_by_role("button", name=console.text("report.chart.table"))
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(plot.get_by_role("cell").first).to_be_in_viewport()
    expect(plot.locator("canvas")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(plot.locator("canvas")).to_be_visible()


def test_a_report_is_chosen_by_keyboard(window: Window, live: LiveProduct, locale: Locale) -> None:
    console = signed_in(window, live, locale)
    page = console.page
    page.wait_for_load_state()
    page.keyboard.press("g")
    page.keyboard.press("f")
    drawn(page)
    page.get_by_label(console.text("report.by"), exact=True).focus()
    page.keyboard.press("ArrowDown")
    table = page.get_by_role("region", name=console.text("report.by.person"))
    expect(table.get_by_role("table")).to_be_visible()
    expect(page).to_have_url(re.compile("by=person"))
    drawn(page)
    page.keyboard.press("Escape")
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("h")
    expect(page.get_by_text(console.text("report.how.deflected"))).to_be_visible()


def test_the_wall_follows_the_desk(window: Window, live: LiveProduct, locale: Locale) -> None:
    console = signed_in(window, live, locale)
    page = console.page
    page.goto(f"{live.url}/console/wall")
    drawn(page)
    before = page.locator("#board").get_attribute("data-revision")
    colleague = signed_in(window, live, locale)
    colleague.rows.first.get_by_role("link").click()
    # A click before the page's scripts are there opens no dialog.
    colleague.page.wait_for_url(re.compile(r"/console/tickets/\d+$"))
    colleague.page.wait_for_load_state()
    colleague.page.get_by_role("button", name=f"{colleague.text('console.act.priority')} U", exact=True).click()
    colleague.dialog.get_by_role("button").first.click()
    expect(page.locator("#board")).not_to_have_attribute("data-revision", before or "")
    drawn(page)


def test_without_scripts_the_tables_are_there(window: Window, live: LiveProduct, locale: Locale) -> None:
    console = signed_in(window, live, locale)
    console.page.goto(f"{live.url}/console/wall")
    # Without scripts a page stands still: it is asked for when there is something to count.
    drawn(console.page)
    context = console.page.context.browser.new_context(java_script_enabled=False)  # type: ignore[union-attr]  # It was opened by one.
    context.add_cookies(console.page.context.cookies())  # type: ignore[arg-type]  # What one gives the other takes.
    page = context.new_page()
    page.goto(f"{live.url}/console/wall")
    expect(page.locator("#chart-arrivals").get_by_role("table")).to_be_visible()
    page.goto(f"{live.url}/console/figures?range=today")
    expect(page.get_by_role("button", name=console.text("report.show"))).to_be_visible()
    context.close()
