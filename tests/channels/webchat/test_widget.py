"""The widget in a real browser, embedded in a page of another origin under a strict content policy."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, FilePayload, Page, expect, sync_playwright

from tests.channels.webchat.server import ChatServer
from tests.channels.webchat.test_uploads import MEGABYTE, PNG
from tests.support.chromium import ARGUMENTS, find_chromium

pytestmark = [pytest.mark.browser, pytest.mark.sqlite]

SESSION = """() => JSON.parse(localStorage[Object.keys(localStorage).find(key => key.endsWith(":session"))])"""
COMPOSING = """(area) => {
  const press = (extra) => area.dispatchEvent(
    new KeyboardEvent("keydown", {key: "Enter", bubbles: true, cancelable: true, ...extra}));
  press({isComposing: true});
  press({keyCode: 229});
}"""
PASTE = """(area) => {
  const data = new DataTransfer();
  data.items.add(new File(["pasted"], "贴.txt", {type: "text/plain"}));
  area.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChatServer]:
    with ChatServer(tmp_path_factory.mktemp("chat")).running() as running:
        yield running


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Chromium, server: ChatServer) -> Iterator[BrowserContext]:
    context = chromium.new_context(locale="zh-CN", viewport={"width": 1100, "height": 800})
    yield context
    server.outage.on = False
    context.close()


@pytest.fixture
def page(context: BrowserContext, server: ChatServer) -> Iterator[Page]:
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if "Content Security" in line.text else None)
    page.goto(server.host_page)
    page.locator(".launcher").click()
    yield page
    assert faults == []


def say(page: Page, text: str) -> None:
    page.locator("textarea").fill(text)
    page.locator("textarea").press("Enter")


def visitor_of(page: Page) -> str:
    expect(page.locator(".row.mine:not(.pending)")).not_to_have_count(0)
    return str(page.evaluate(SESSION)["visitor"])


def arrive(page: Page) -> str:
    say(page, "你好")
    return visitor_of(page)


def said(page: Page) -> list[str]:
    return page.locator(".row.mine .bubble").all_text_contents()


class TestWriting:
    def test_enter_sends_but_not_while_an_input_method_composes(self, page: Page) -> None:
        area = page.locator("textarea")
        expect(area).to_be_focused()
        area.fill("kaipiao")
        area.evaluate(COMPOSING)
        expect(area).to_have_value("kaipiao")
        area.fill("第一行")
        area.press("Shift+Enter")
        area.press_sequentially("第二行")
        area.press("Enter")
        expect(page.locator(".row.mine:not(.pending) .bubble")).to_have_text("第一行\n第二行")

    def test_what_could_not_be_sent_survives_a_reload_and_keeps_its_order(self, page: Page, server: ChatServer) -> None:
        arrive(page)
        server.outage.on = True
        for text in ("一", "二", "三"):
            say(page, text)
        expect(page.locator(".row.pending")).to_have_count(3)
        page.reload()
        page.locator(".launcher").click()
        expect(page.locator(".panel")).to_be_visible()
        server.outage.on = False
        expect(page.locator(".row.mine:not(.pending)")).to_have_count(4, timeout=30_000)
        assert said(page) == ["你好", "一", "二", "三"]

    def test_a_lost_connection_is_shown_and_comes_back(self, page: Page, context: BrowserContext) -> None:
        arrive(page)
        context.set_offline(True)
        say(page, "离线")
        expect(page.locator(".bar")).to_have_text("正在重新连接…", timeout=15_000)
        context.set_offline(False)
        expect(page.locator(".row.pending")).to_have_count(0, timeout=30_000)
        expect(page.locator(".bar")).to_have_text("", timeout=30_000)

    def test_a_refused_message_says_why_and_can_be_edited(self, page: Page) -> None:
        arrive(page)
        page.locator("textarea").fill("长" * 10_001)
        expect(page.locator(".note")).to_contain_text("最多 10000 个字")


class TestReading:
    def test_foreign_text_stays_text_and_only_addresses_become_links(self, page: Page, server: ChatServer) -> None:
        visitor = arrive(page)
        server.say(visitor, "<img src=x onerror=alert(1)> 见https://a.test/x?y=1。javascript:alert(1)")
        bubble = page.locator(".row.theirs .bubble")
        expect(bubble).to_contain_text("<img src=x onerror=alert(1)>")
        expect(bubble.locator("img")).to_have_count(0)
        expect(bubble.locator("a")).to_have_count(1)
        expect(bubble.locator("a")).to_have_attribute("href", "https://a.test/x?y=1")

    def test_a_button_answers_once(self, page: Page, server: ChatServer) -> None:
        visitor = arrive(page)
        server.say(visitor, "满意吗？", buttons=("1", "2", "3", "4", "5"))
        page.get_by_role("button", name="5", exact=True).click()
        expect(page.locator(".row.mine .bubble").last).to_have_text("5")
        expect(page.locator(".choice").first).to_be_disabled()

    def test_typing_is_shown(self, page: Page, server: ChatServer) -> None:
        server.type(arrive(page))
        expect(page.get_by_text("王敏 正在输入…")).to_be_visible()

    def test_unread_messages_are_counted_in_every_tab_until_they_are_read(
        self, page: Page, context: BrowserContext, server: ChatServer
    ) -> None:
        visitor = arrive(page)
        page.keyboard.press("Escape")
        expect(page.locator(".panel")).to_be_hidden()
        expect(page.locator(".launcher")).to_be_focused()
        other = context.new_page()
        other.goto(server.host_page)
        expect(other.locator(".launcher")).to_be_visible()
        server.say(visitor, "一", author="staff")
        server.say(visitor, "二", author="staff")
        for tab in (page, other):
            expect(tab.locator(".badge")).to_have_text("2", timeout=10_000)
            expect(tab).to_have_title(re.compile(r"^\(2\) "))
        other.reload()
        expect(other.locator(".badge")).to_have_text("2", timeout=10_000)
        other.locator(".launcher").click()
        expect(other).to_have_title("开票门户")
        expect(page.locator(".badge")).to_be_hidden()

    def test_another_tab_takes_over_when_the_connected_one_is_closed(
        self, page: Page, context: BrowserContext, server: ChatServer
    ) -> None:
        visitor = arrive(page)
        other = context.new_page()
        other.goto(server.host_page)
        other.locator(".launcher").click()
        expect(other.get_by_text("你好", exact=True)).to_be_visible()
        page.close()
        server.say(visitor, "还在")
        expect(other.get_by_text("还在")).to_be_visible(timeout=15_000)

    def test_polling_replaces_a_stream_that_something_in_between_spoils(
        self, context: BrowserContext, server: ChatServer
    ) -> None:
        page = context.new_page()
        spoiled = {"content-type": "text/html", "access-control-allow-origin": "*"}
        page.route("**/chat/api/stream**", lambda route: route.fulfill(body="<html>", headers=spoiled))
        page.goto(server.host_page)
        page.locator(".launcher").click()
        server.say(arrive(page), "也能收到")
        expect(page.get_by_text("也能收到")).to_be_visible(timeout=15_000)


class TestFiles:
    def test_picked_and_pasted_files_go_along(self, page: Page) -> None:
        arrive(page)
        picked = FilePayload(name="截图.png", mimeType="image/png", buffer=PNG)
        page.locator("input[type=file]").set_input_files(picked)
        page.locator("textarea").evaluate(PASTE)
        expect(page.locator(".tray li.done")).to_have_count(2)
        say(page, "请看")
        expect(page.locator(".row.mine:not(.pending) .attachments a")).to_have_count(2)

    @pytest.mark.parametrize(
        ("name", "mime", "content", "reason"),
        [
            ("x.png", "image/png", b"MZ\x90\x00" + bytes(600), "不是我们能收的文件类型"),
            ("x.exe", "application/x-msdownload", b"MZ", "格式暂不支持"),
            ("x.pdf", "application/pdf", b"%PDF-1.4" + bytes(11 * MEGABYTE), "太大了"),
        ],
    )
    def test_a_wrong_file_is_refused_with_a_reason(
        self, page: Page, name: str, mime: str, content: bytes, reason: str
    ) -> None:
        arrive(page)
        page.locator("input[type=file]").set_input_files(FilePayload(name=name, mimeType=mime, buffer=content))
        expect(page.locator(".note")).to_contain_text(reason)
        expect(page.locator(".tray li")).to_have_count(0)


class TestLeaving:
    def test_ending_leaves_nothing_behind_on_a_shared_computer(self, page: Page) -> None:
        arrive(page)
        page.locator(".more").click()
        page.get_by_role("menuitem", name="结束并清除").click()
        page.get_by_role("menuitem", name="确定清除").click()
        expect(page.locator(".panel")).to_be_hidden()
        assert "session" not in page.evaluate("Object.keys(localStorage).join()")
        page.locator(".launcher").click()
        expect(page.locator(".starters")).to_be_visible()

    def test_a_spoiled_token_starts_afresh_without_an_error(self, page: Page) -> None:
        arrive(page)
        page.evaluate("""() => {
            const key = Object.keys(localStorage).find((name) => name.endsWith(":session"));
            localStorage[key] = localStorage[key].replace(/"token":"[^"]{9}/, '"token":"forged');
        }""")
        page.reload()
        page.locator(".launcher").click()
        expect(page.locator(".starters")).to_be_visible()


class TestPage:
    def test_the_language_can_be_switched(self, page: Page) -> None:
        page.locator(".more").click()
        page.get_by_role("menuitem", name="English").click()
        expect(page.locator("h2")).to_have_text("Support")
        expect(page.locator(".panel")).to_have_attribute("lang", "en")

    def test_it_fills_a_phone_without_scrolling_sideways(
        self, chromium: Chromium, server: ChatServer, tmp_path: Path
    ) -> None:
        context = chromium.new_context(
            locale="en-GB", viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True
        )
        page = context.new_page()
        page.goto(server.page)
        expect(page.locator("textarea")).to_be_visible()
        box = page.locator(".panel").bounding_box()
        assert box == {"x": 0, "y": 0, "width": 390, "height": 844}
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        context.close()
