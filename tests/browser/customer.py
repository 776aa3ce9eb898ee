"""What a customer does and sees in the chat, in one language."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from kit.i18n import Locale, translate

NUMBER = re.compile(r"YP-\d{6}-\d{4}")
#: Stands for a part of a text that only the product knows, as a moment.
ANY = "\N{HORIZONTAL ELLIPSIS}any\N{HORIZONTAL ELLIPSIS}"


class Customer:
    """One browser page with the chat in it, full or embedded."""

    def __init__(self, page: Page, locale: Locale, *, touches: bool = False) -> None:
        self.page = page
        self.locale = locale
        self.touches = touches
        self.title = page.get_by_role("heading", name=self.text("webchat.title"))
        self.log = page.get_by_role("log")
        self.box = page.get_by_role("textbox", name=self.text("webchat.write"))
        #: Everything said to the customer; the moving dots are no message.
        self.heard = self.log.locator(".theirs:not(.typing), .system")
        self.said = self.log.locator(".mine")

    def text(self, key: str, **values: object) -> str:
        return translate(key, self.locale, **values)

    def open(self, url: str) -> None:
        self.page.goto(f"{url}/chat/")
        expect(self.box).to_be_visible()

    def open_widget(self, url: str) -> None:
        """The start page, with the chat folded out."""
        self.page.goto(f"{url}/")
        self.unfold()

    def unfold(self) -> None:
        # Its name may carry the number of unread messages.
        self.page.get_by_role("button", name=self.text("webchat.open")).last.click()
        expect(self.box).to_be_visible()

    def fold(self) -> None:
        self.page.get_by_role("button", name=self.text("webchat.close")).last.click()
        expect(self.box).to_be_hidden()

    def say(self, text: str) -> Locator:
        """Write and press Enter; returns where the answer will stand."""
        return self._after(lambda: self._write(text))

    def tap(self, label: str) -> Locator:
        """Press a quick reply that is still open; returns where the answer will stand."""
        choice = self.choice(label)
        return self._after(choice.tap if self.touches else choice.click)

    def choice(self, label: str) -> Locator:
        return self.log.get_by_role("button", name=label, exact=True, disabled=False)

    def pattern(self, key: str, **values: object) -> re.Pattern[str]:
        """A text of the catalogue in which some values, given as :data:`ANY`, are not known beforehand."""
        text = re.escape(self.text(key, **values))
        return re.compile(text.replace(re.escape(ANY), ".+"))

    def hears(self, text: str | re.Pattern[str], *, times: int = 1) -> Locator:
        """Wait until something with this text was said; returns the latest."""
        found = self.heard.filter(has_text=text)
        expect(found).to_have_count(times)
        return found.last

    def _write(self, text: str) -> None:
        self.box.fill(text)
        self.box.press("Enter")

    def _after(self, action: Callable[[], None]) -> Locator:
        before = self.heard.count()
        action()
        return self.heard.nth(before)
