"""A playbook begun, put right at the line of its fault, tried out and handed in."""

import re

import pytest
from playwright.sync_api import Page, expect

from kit.access.identity import Role
from tests.browser.axe import prepare, severe_violations
from tests.browser.channel_story import ChannelStory
from tests.browser.conftest import Window
from tests.browser.desk import Console
from tests.browser.live import Account, LiveProduct
from tests.browser.pictures import DESKTOP, PHONE, Album

pytestmark = pytest.mark.browser

_MARKED = """() => {
  const area = document.querySelector("#source");
  return document.activeElement === area ? area.value.slice(area.selectionStart, area.selectionEnd) : "";
}"""


def _fits(page: Page) -> bool:
    page.set_viewport_size(PHONE)
    width: int = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size(DESKTOP)
    return width <= PHONE["width"]


def test_from_the_first_line_to_the_second_person(window: Window, live: LiveProduct, album: Album) -> None:
    page = window("zh", DESKTOP, dark=True)
    page.emulate_media(reduced_motion="reduce")
    prepare(page.context)
    console = Console(page, "zh", live.url)
    console.sign_in(ChannelStory(live).hired(Account("pathfinder", "Path", Role.EDITOR), "zh"))
    text, found = console.text, []

    def looked_at(name: str) -> None:
        album.take(page, name, whole=True)
        found.extend(severe_violations(page, name))
        assert _fits(page), name

    page.goto(f"{live.url}/console/knowledge/playbooks")
    looked_at("list")
    page.keyboard.press("n")
    expect(page.get_by_role("heading", level=1, name=text("playbook.desk.new"))).to_be_visible()
    source = page.locator("#source")
    first = source.input_value().replace("my-playbook", "browser-editor")
    source.fill(first.replace("else: person", "else: nowhere"))
    checked = page.locator("#checked")
    checked.get_by_role("button", name=re.compile(r"\d+")).first.click()
    expect(checked).to_contain_text("nowhere")
    assert page.evaluate(_MARKED).startswith("    say: ")
    looked_at("faults")

    source.fill(first)
    expect(checked).to_contain_text(text("playbook.desk.sound"))
    page.keyboard.press("ControlOrMeta+s")
    expect(page).to_have_url(re.compile(r"/playbooks/\d+$"))

    trying = page.locator("#tried")
    trying.get_by_role("button", name=text("playbook.try.begin")).press("Enter")
    expect(trying.locator(".yk-said")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(trying.locator(".yk-said")).to_be_focused()
    looked_at("trying")
    trying.get_by_role("button", name=text("playbook.try.else")).press("Enter")
    expect(trying).to_contain_text(text("playbook.try.end.escalate"))
    trying.get_by_role("button", name=text("playbook.try.back")).press("Enter")
    expect(trying.get_by_role("button", name=text("playbook.try.solved"))).to_be_visible()

    page.get_by_role("button", name=text("knowledge.hand_in")).click()
    expect(page.get_by_text(text("knowledge.version_state.review")).first).to_be_visible()
    page.get_by_role("link", name=text("knowledge.version", number=1), exact=True).click()
    looked_at("version")
    page.go_back()
    page.get_by_role("link", name=text("knowledge.history")).click()
    looked_at("history")
    assert found == []
