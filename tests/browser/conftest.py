"""A running product, a Chromium, and a browser window per person."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize, expect, sync_playwright

from kit.i18n import LOCALES, Locale
from tests.browser.live import LiveProduct
from tests.browser.patience import acting_when_ready
from tests.browser.pictures import FOLDER, Album
from tests.support.chromium import ARGUMENTS, find_chromium

#: How a browser set up for each language introduces itself.
BROWSER_LOCALE: dict[Locale, str] = {"zh": "zh-CN", "en": "en-GB"}
#: What a page may take when the machine is busy with other tests.
PATIENCE_MS = 20_000

Window = Callable[..., Page]
#: For tests of what is said, and of the whole: one run in each language. The rest runs in the first.
BOTH = pytest.mark.parametrize("locale", LOCALES)


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory, database_url: str) -> Iterator[LiveProduct]:
    """One product for all browser tests of this process: starting it is the expensive part."""
    with LiveProduct(tmp_path_factory.mktemp("product")).running() as product:
        yield product


class Chromium:
    """One for all browser tests that follow each other.

    It is closed after the last of them: while Playwright is open no other test of this process can run an event loop.
    """

    def __init__(self) -> None:
        self._open = ExitStack()
        self._browser: Browser | None = None

    def browser(self) -> Browser:
        if self._browser is None:
            expect.set_options(timeout=PATIENCE_MS)
            playwright = self._open.enter_context(sync_playwright())
            self._browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(ARGUMENTS))
            self._open.callback(self._browser.close)
            self._open.enter_context(acting_when_ready())
        return self._browser

    def close(self) -> None:
        self._browser = None
        self._open.close()


_CHROMIUM = Chromium()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    if nextitem is None or Path(__file__).parent not in nextitem.path.parents:
        _CHROMIUM.close()


@pytest.fixture
def chromium() -> Browser:
    return _CHROMIUM.browser()


@pytest.fixture
def locale() -> Locale:
    return "zh"


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
