"""The simulator's phone against the running product: two processes on one database, and a person between them."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from kit.ground import Ground
from kit.i18n import Locale, translate
from tests.browser.axe import prepare, severe_violations
from tests.browser.conftest import Window
from tests.browser.customer import NUMBER
from tests.browser.desk import Console
from tests.browser.live import ACCOUNTS, LiveProduct
from tests.browser.pictures import DESKTOP, PHONE, ROOT, Album
from tests.support.recordings import picture

pytestmark = [pytest.mark.browser, pytest.mark.slow]

#: Each platform in one language; the dark ground is looked at with the last.
PHONES: list[tuple[str, Locale, bool]] = [("wechat", "zh", False), ("wecom", "zh", False), ("telegram", "en", True)]
QUESTION: dict[Locale, str] = {
    "zh": "离线发票一直上传不了怎么办",
    "en": "my offline invoices are not uploading, what should I do?",
}
REPLY: dict[Locale, str] = {"zh": "您好，我来看一下后台记录。", "en": "Hello, I am looking at the records."}
_START_S = 60


@dataclass(frozen=True)
class Simulator:
    """A running ``yingpiao simulate``."""

    channel: str
    locale: Locale
    url: str


@pytest.fixture(scope="module", params=PHONES, ids=lambda phone: phone[0])
def simulator(request: pytest.FixtureRequest, live: LiveProduct) -> Iterator[Simulator]:
    channel, locale, _dark = request.param
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = ["simulate", channel, "--port", str(port), "--no-browser", "--product-url", live.url]
    process = subprocess.Popen(
        [sys.executable, "-c", "from bot.cli import app; app()", *command], env=_environment(live), cwd=ROOT
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/", process)
        yield Simulator(channel, locale, f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait(timeout=20)


def _environment(live: LiveProduct) -> dict[str, str]:
    """The settings of the running product, as an operator would have set them for both commands."""
    ground: Ground = live._app.state.ground
    settings = ground.settings
    own = {"DATA_DIR": str(settings.data_dir), "SECRET": settings.secret, "BASE_URL": settings.base_url}
    return {**os.environ, "DATABASE_URL": settings.url(), **{f"YINGPIAO_{name}": value for name, value in own.items()}}


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    give_up = time.monotonic() + _START_S
    while time.monotonic() < give_up:
        assert process.poll() is None, "the simulator ended"
        try:
            httpx.get(url, trust_env=False)
        except httpx.ConnectError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("the simulator did not start")


class Phone:
    """The page, as somebody uses it who never touches the mouse."""

    def __init__(self, page: Page, simulator: Simulator) -> None:
        self.page = page
        self.locale = simulator.locale
        self.log = page.get_by_role("log")
        self.heard = self.log.locator("li.theirs")
        self.platform = page.get_by_role("region", name=self.text("phone.platform"))
        page.goto(simulator.url)
        expect(page.get_by_role("heading", level=1)).to_have_text(self.text(f"phone.title.{simulator.channel}"))

    def text(self, key: str, **values: object) -> str:
        return translate(key, self.locale, **values)

    def write(self, text: str) -> None:
        box = self.page.get_by_role("textbox", name=self.text("phone.write"))
        box.fill(text)
        box.press("Enter")
        expect(self.log.locator("li.mine").filter(has_text=text)).to_be_visible()

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).last.press("Enter")

    def hears(self, text: str | re.Pattern[str]) -> Locator:
        found = self.heard.filter(has_text=text).last
        expect(found).to_be_visible()
        return found

    def send_picture(self) -> None:
        self.press(self.text("phone.files"))
        with self.page.expect_file_chooser() as choosing:
            self.press(self.text("phone.kind.image"))
        choosing.value.set_files({"name": "screen.png", "mimeType": "image/png", "buffer": picture()})
        shown = self.log.locator("li.mine").get_by_role("img", name="screen.png")
        expect(shown).to_be_visible()
        assert shown.evaluate("(image) => image.decode().then(() => image.naturalWidth)") == 2


@pytest.fixture
def phone(request: pytest.FixtureRequest, window: Window, simulator: Simulator) -> Phone:
    dark = next(dark for channel, _locale, dark in PHONES if channel == simulator.channel)
    page = window(simulator.locale, DESKTOP, dark=dark)
    prepare(page.context)
    return Phone(page, simulator)


def test_somebody_plays_the_customer(
    phone: Phone, simulator: Simulator, live: LiveProduct, window: Window, album: Album
) -> None:
    if simulator.locale == "en":
        phone.press("Grace")
    phone.write(QUESTION[simulator.locale])
    answer = phone.hears(phone.text("say.solved?"))
    expect(answer.get_by_role("link").first).to_be_visible()
    album.take(phone.page, "answered")
    phone.press(phone.text("button.person"))
    found = NUMBER.search(phone.hears(NUMBER).inner_text())
    assert found
    phone.send_picture()
    # What the customer adds changes the ticket; a reply is written to the ticket as it is after that.
    phone.hears(phone.text("say.added", number=found[0]))
    console = Console(window(simulator.locale, DESKTOP), simulator.locale, live.url)
    console.sign_in(ACCOUNTS[simulator.locale][0])
    console.open(found[0])
    expect(console.thread.get_by_role("img")).to_be_visible()
    console.reply(REPLY[simulator.locale])
    phone.hears(REPLY[simulator.locale])
    expect(phone.platform).to_contain_text(phone.text("phone.no_violations"))
    album.take(phone.page, "helped")
    assert severe_violations(phone.page, "phone") == []
    fits_a_phone(phone.page)


def test_who_blocks_us_is_seen_to_do_so(phone: Phone) -> None:
    phone.press("王会计")
    expect(phone.page.get_by_role("heading", level=2, name="王会计")).to_be_visible()
    phone.press(phone.text("phone.do.block"))
    expect(phone.log).to_contain_text(phone.text("phone.done.block"))
    expect(phone.platform.locator("li.alarming").first).to_be_visible()
    phone.press(phone.text("phone.do.unblock"))
    expect(phone.log).to_contain_text(phone.text("phone.done.unblock"))


def test_somebody_new_can_be_met(phone: Phone) -> None:
    name = phone.page.get_by_role("textbox", name=phone.text("phone.new_name"))
    name.fill("赵出纳")
    name.press("Enter")
    expect(phone.page.get_by_role("heading", level=2, name="赵出纳")).to_be_visible()
    phone.write("您好，我是赵出纳")
    expect(phone.heard.first).to_be_visible()
    phone.press("小李")
    expect(phone.page.get_by_role("heading", level=2, name="小李")).to_be_visible()
    expect(phone.log).not_to_contain_text("赵出纳")


def fits_a_phone(page: Page) -> None:
    """Nothing scrolls sideways, and one can write without scrolling."""
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    expect(page.locator("#text")).to_be_in_viewport()
    page.set_viewport_size(DESKTOP)
