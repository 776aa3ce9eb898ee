"""The queue worked by keyboard alone, in both languages: nothing here touches the mouse."""

import asyncio
import itertools
import re
from collections.abc import Coroutine
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import insert

from kit.ground import Ground
from kit.i18n import Locale
from tests.browser.axe import prepare, severe_violations
from tests.browser.conftest import Window
from tests.browser.desk import Console
from tests.browser.live import ACCOUNTS, LiveProduct
from tests.browser.pictures import DESKTOP, Album
from tests.support.queue import put_ticket
from tickets.models import Ticket
from tickets.stages import Priority

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TRIAGED = 20
MANY = 500
#: Hundreds of changes, one after the other, on a machine that does other things too.
_LONG_MS = 90_000
_SEED_S = 60
_NUMBER = "YP-261124-"
#: Numbers that the product itself does not come to.
_FREE = itertools.count(20_001)


def seed(live: LiveProduct, region: str, count: int) -> list[str]:
    """So many tickets of one person of this region, written into the store of the running product; their numbers.

    They can wait, so that whatever other tests open stands before them in the list.
    """
    ground: Ground = live._app.state.ground

    async def write() -> list[str]:
        first = await put_ticket(ground, next(_FREE), region=region, priority=Priority.LOW)
        row = first.model_dump(exclude={"id"})
        others = [f"{_NUMBER}{next(_FREE)}" for _ in range(1, count)]
        async with ground.db.transaction() as session:
            await session.execute(insert(Ticket), [{**row, "number": name, "token": name} for name in others])
        return [first.number, *others]

    return _of_product(live, write())


def _of_product(live: LiveProduct, work: Coroutine[Any, Any, list[str]]) -> list[str]:
    return asyncio.run_coroutine_threadsafe(work, live._loop).result(_SEED_S)


class Keyboard:
    """A member of staff who works without a mouse."""

    def __init__(self, window: Window, live: LiveProduct, locale: Locale, *, dark: bool = False) -> None:
        page = window(locale, DESKTOP, dark=dark)
        prepare(page.context)
        self.desk = Console(page, locale, live.url)
        self.page: Page = page
        self.locale = locale
        self.account = ACCOUNTS[locale][0]
        self.desk.sign_in(self.account)
        page.wait_for_load_state()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def only(self, region: str, count: int) -> None:
        """Choose a region behind "more": Tab goes from list to list, its first letters choose."""
        self.press("f")
        wanted = self.page.get_by_label(self.desk.text("console.filter.region_name"), exact=True)
        for _ in range(30):
            if wanted.evaluate("(list) => list === document.activeElement"):
                break
            self.press("Tab")
        expect(wanted).to_be_focused()
        self.type(region)
        expect(self.page.locator(".yc-chip")).to_have_text(region)
        expect(self.desk.rows).to_have_count(min(count, 50))
        self.press("Escape")
        expect(self.page.locator(".yc-more")).not_to_have_attribute("open", "")

    def next_but(self, done: list[str]) -> str:
        """The next ticket down the list that is not among these: what got urgent has gone up."""
        for _ in range(2 * TRIAGED):
            self.press("j")
            number = self.desk.rows.filter(has=self.page.locator(":focus")).locator(".yc-number").inner_text()
            if number not in done:
                return number
        raise AssertionError(done)

    def ask(self, key: str) -> None:
        """Open a dialog by its key; it is there, with its form, before anything else is pressed."""
        self.press(key)
        expect(self.desk.dialog).to_be_visible()

    def done(self) -> None:
        expect(self.desk.dialog).to_have_count(0)

    def opened(self, number: str) -> None:
        expect(self.desk.head).to_contain_text(number)
        # Its keys are heard once its scripts are there.
        self.page.wait_for_load_state()

    def listed(self) -> None:
        expect(self.page.locator("#queue")).to_be_visible()
        self.page.wait_for_load_state()


@pytest.fixture
def person(window: Window, live: LiveProduct, locale: Locale) -> Keyboard:
    return Keyboard(window, live, locale, dark=locale == "en")


def look(page: Page, album: Album, name: str) -> None:
    album.take(page, name)
    assert severe_violations(page, name) == []


def test_twenty_tickets_are_triaged(person: Keyboard, live: LiveProduct, locale: Locale, album: Album) -> None:
    region = f"triage-{locale}"
    numbers = seed(live, region, TRIAGED)
    desk, page = person.desk, person.page
    page.reload()
    person.only(region, TRIAGED)
    triaged: list[str] = []
    for place in range(TRIAGED):
        number = person.next_but(triaged)
        person.press("Enter")
        person.opened(number)
        person.ask("a")
        person.press("m")
        person.done()
        expect(desk.head).to_contain_text(person.account.name)
        if place % 2:
            person.ask("u")
            person.press("2")
            person.done()
            expect(desk.head).to_contain_text(desk.text("priority.2"))
        else:
            person.ask("c")
            person.press("ArrowDown", "Control+Enter")
            person.done()
            expect(desk.side).not_to_contain_text(desk.text("console.ticket.category_none"))
        if place % 5 == 0:
            person.press("r")
            person.type(f"reply {place}")
            person.press("Control+Enter")
            expect(desk.thread).to_contain_text(f"reply {place}")
            person.press("Escape")
        if place == 0:
            look(page, album, "triaged")
        person.press("q")
        person.listed()
        # The list is the one it was, and so is the place in it.
        expect(page.locator(".yc-chip")).to_have_text(region)
        expect(desk.row(number).get_by_role("link")).to_be_focused()
        triaged.append(number)
    assert sorted(triaged) == sorted(numbers)
    expect(desk.rows.filter(has_text=person.account.name)).to_have_count(TRIAGED)


def test_from_ticket_to_ticket_and_a_macro(person: Keyboard, live: LiveProduct, locale: Locale, album: Album) -> None:
    region = f"macro-{locale}"
    numbers = seed(live, region, 3)
    person.page.reload()
    person.only(region, 3)
    person.press("j", "Enter")
    person.opened(numbers[0])
    person.press("j")
    person.opened(numbers[1])
    person.press("k")
    person.opened(numbers[0])
    person.press("j")
    person.opened(numbers[1])
    person.ask("w")
    look(person.page, album, "macros")
    person.press("1")
    # It answers, and goes on to whoever waits next; the ticket sleeps until the platform is back.
    person.done()
    expect(person.desk.head).not_to_contain_text(numbers[1])
    person.page.wait_for_load_state()
    person.press("q")
    person.listed()
    expect(person.page.locator(".yc-chip")).to_have_text(region)
    expect(person.desk.rows).to_have_count(2)
    expect(person.desk.row(numbers[1])).to_have_count(0)


def test_five_hundred_change_and_come_back(person: Keyboard, live: LiveProduct, locale: Locale, album: Album) -> None:
    region = f"bulk-{locale}"
    seed(live, region, MANY)
    desk, page = person.desk, person.page
    page.reload()
    person.only(region, MANY)
    person.press("A")
    expect(page.locator("#bulk-count")).to_have_text(desk.text("console.bulk.chosen").replace("#", str(MANY)))
    look(page, album, "all")
    person.ask("l")
    expect(desk.dialog).to_contain_text(desk.text("console.bulk.submit", count=MANY))
    person.type(f"wave-{locale}")
    person.press("Enter")
    done = desk.text("console.bulk.done", done=MANY, total=MANY)
    expect(page.locator("#order-done")).to_have_text(done, timeout=_LONG_MS)
    look(page, album, "done")
    page.wait_for_load_state()
    person.press("z")
    expect(page.locator("#outcome-undone")).to_contain_text(str(MANY), timeout=_LONG_MS)
    person.press("u")
    person.listed()
    expect(page.locator(".yc-chip")).to_have_text(region)
    expect(page.locator(".yc-row-tag")).to_have_count(0)


def test_a_merge(person: Keyboard, live: LiveProduct, locale: Locale, album: Album) -> None:
    region = f"merge-{locale}"
    one, other = seed(live, region, 2)
    desk = person.desk
    person.page.reload()
    person.only(region, 2)
    person.press("j", "j", "Enter")
    person.opened(other)
    person.ask("m")
    person.press("Tab")
    expect(desk.dialog).to_contain_text(one)
    box = desk.dialog.get_by_label(desk.text("console.merge.number"))
    for _ in range(20):
        if box.evaluate("(box) => box === document.activeElement"):
            break
        person.press("Tab")
    person.type(one)
    person.press("Enter")
    expect(desk.dialog).to_contain_text(desk.text("console.merge.preview_title"))
    look(person.page, album, "merge")
    person.press("y")
    person.done()
    expect(
        person.page.get_by_text(desk.text("console.merged.into"))
        .or_(desk.side.get_by_text(desk.text("console.merged.here")))
        .first
    ).to_be_visible()


def keep_view(keys: Keyboard, live: LiveProduct, region: str, name: str) -> None:
    """Three tickets, and a view of them."""
    seed(live, region, 3)
    keys.page.reload()
    keys.only(region, 3)
    keys.ask("v")
    expect(keys.desk.dialog).to_contain_text(region)
    expect(keys.desk.dialog.get_by_role("textbox")).to_be_focused()
    keys.type(name)


def test_a_view_is_kept_left_changed_and_opened_again(
    person: Keyboard, live: LiveProduct, locale: Locale, album: Album
) -> None:
    desk, page, keys, name = person.desk, person.page, person, f"View {locale}"
    keep_view(keys, live, f"view-{locale}", name)
    look(page, album, "save")
    keys.press("Enter")
    view = page.locator(".yc-view", has_text=name)
    expect(view).to_have_attribute("aria-current", "page")
    expect(view.locator(".yc-count")).to_have_text("3")
    page.wait_for_load_state()
    look(page, album, "view")
    keys.press("g", "q")
    expect(page).to_have_url(re.compile("/console/tickets$"))
    expect(view).not_to_have_attribute("aria-current", "page")
    page.wait_for_load_state()
    keys.press(view.get_attribute("data-key") or "")
    expect(view).to_have_attribute("aria-current", "page")
    expect(desk.rows).to_have_count(3)
    page.wait_for_load_state()
    # Changed filters are told, and kept by a key.
    keys.press("/")
    keys.type("nothing like it")
    expect(page.locator(".yc-view-changed")).to_be_visible()
    look(page, album, "changed")
    keys.press("Enter", "V")
    expect(page.locator(".yc-view-changed")).to_have_count(0)
    expect(view.locator(".yc-count")).to_have_text("0")
    look(page, album, "empty")


def test_views_are_put_in_order_renamed_and_deleted(
    person: Keyboard, live: LiveProduct, locale: Locale, album: Album
) -> None:
    page, keys = person.page, person
    for name in (f"first-{locale}", f"second-{locale}"):
        keep_view(keys, live, name, name)
        keys.press("Enter")
        expect(page.locator(".yc-view[aria-current]")).to_contain_text(name)
        keys.listed()
        keys.press("g", "q")
        expect(page).to_have_url(re.compile("/console/tickets$"))
        keys.listed()
    keys.press("g", "v")
    rows = page.locator(".yc-view-rows li")
    expect(rows.last).to_contain_text(f"second-{locale}")
    page.wait_for_load_state()
    keys.press("k")
    expect(rows.last.get_by_role("link")).to_be_focused()
    keys.press("K")
    expect(rows.last).to_contain_text(f"first-{locale}")
    moved = page.get_by_role("link", name=f"second-{locale}")
    expect(moved).to_be_focused()
    look(page, album, "views")
    keys.ask("e")
    keys.press("Control+a")
    keys.type(f"renamed-{locale}")
    keys.press("Enter")
    keys.done()
    expect(page.get_by_role("link", name=f"renamed-{locale}")).to_be_focused()
    keys.ask("d")
    look(page, album, "delete")
    keys.press("y")
    keys.done()
    expect(moved).to_have_count(0)
    expect(page.get_by_role("link", name=f"renamed-{locale}")).to_have_count(0)
