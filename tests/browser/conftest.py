"""A running product, a Chromium, and a browser window per person."""

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize, expect, sync_playwright

from kit.i18n import LOCALES, Locale
from tests.browser.live import LiveProduct
from tests.browser.pictures import FOLDER, Album
from tests.support.chromium import ARGUMENTS, find_chromium

#: How a browser set up for each language introduces itself.
BROWSER_LOCALE: dict[Locale, str] = {"zh": "zh-CN", "en": "en-GB"}
#: What a page may take when the machine is busy with other tests.
PATIENCE_MS = 20_000

Window = Callable[..., Page]


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveProduct]:
    """One product for all browser tests of this process: starting it is the expensive part."""
    with LiveProduct(tmp_path_factory.mktemp("product")).running() as product:
        yield product


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    # Not longer than a module: while Playwright is open no other test of this process can run an event loop.
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(params=LOCALES)
def locale(request: pytest.FixtureRequest) -> Locale:
    chosen: Locale = request.param
    return chosen


@pytest.fixture
def window(chromium: Browser) -> Iterator[Window]:
    """Open a page of a browser of its own. Any script error or breach of the content policy fails the test."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def noticed(message: ConsoleMessage) -> None:
        if "Content Security" in message.text or "[yingpiao-chat]" in message.text:
            faults.append(f"{message.text} ({message.location})")

    def open_window(locale: Locale, size: ViewportSize, *, phone: bool = False, dark: bool = False) -> Page:
        context = chromium.new_context(
            locale=BROWSER_LOCALE[locale],
            timezone_id="Asia/Shanghai",
            viewport=size,
            is_mobile=phone,
            has_touch=phone,
            color_scheme="dark" if dark else "light",
        )
        context.set_default_timeout(PATIENCE_MS)
        context.on("weberror", lambda error: faults.append(str(error.error)))
        context.on("console", noticed)
        contexts.append(context)
        return context.new_page()

    yield open_window
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def album(request: pytest.FixtureRequest) -> Album:
    """Where this test keeps its pictures; those of the last run are thrown away."""
    folder = FOLDER / request.node.name.replace("[", "-").rstrip("]")
    shutil.rmtree(folder, ignore_errors=True)
    return Album(folder)
