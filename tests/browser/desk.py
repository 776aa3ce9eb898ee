"""What staff do and see in the console, in one language."""

from playwright.sync_api import Locator, Page, expect

from kit.i18n import Locale, translate
from tests.browser.live import PASSWORD, Account


class Console:
    """One signed-in member of staff; ``loads`` counts how often the browser fetched a page anew."""

    def __init__(self, page: Page, locale: Locale, url: str) -> None:
        self.page = page
        self.locale = locale
        self.url = url
        self.loads = 0
        page.on("load", self._loaded)
        self.rows = page.get_by_role("list", name=self.text("console.queue.list")).get_by_role("listitem")
        self.thread = page.get_by_role("region", name=self.text("console.ticket.thread"))
        self.side = page.get_by_role("complementary", name=self.text("console.ticket.details"))
        # The bubbles of the thread have headers too.
        self.head = page.get_by_role("main").locator("header").filter(has=page.get_by_role("heading", level=1))
        self.dialog = page.get_by_role("dialog")

    def text(self, key: str, **values: object) -> str:
        return translate(key, self.locale, **values)

    def sign_in(self, account: Account) -> None:
        self.page.goto(f"{self.url}/console/login")
        self.page.get_by_label(self.text("login.login")).fill(account.login)
        self.page.get_by_label(self.text("login.password")).fill(PASSWORD)
        self.page.get_by_role("button", name=self.text("login.submit")).click()
        expect(self.page.get_by_role("heading", name=self.text("console.queue.title"))).to_be_visible()
        # Nobody presses a key or clicks before the scripts of the page are there.
        self.page.wait_for_load_state()

    def row(self, number: str) -> Locator:
        return self.rows.filter(has_text=number)

    def open(self, number: str) -> None:
        self.row(number).get_by_role("link").click()
        expect(self.head).to_contain_text(number)
        # As after signing in.
        self.page.wait_for_load_state()

    def reply(self, text: str) -> None:
        self.page.get_by_role("textbox", name=self.text("console.compose.title")).fill(text)
        self.page.get_by_role("button", name=self.text("console.compose.send")).click()
        expect(self.thread.get_by_text(text)).to_be_visible()

    def promise(self, choice: str) -> None:
        """Promise news by one of the offered moments, by its name in the catalogue."""
        self.ask("promise", "P")
        self.dialog.get_by_role("button", name=self.text(f"console.promise.{choice}")).click()
        expect(self.dialog).to_have_count(0)

    def resolve(self, solution: str) -> None:
        self.ask("resolve", "E")
        self.dialog.get_by_role("textbox", name=self.text("console.resolve.solution")).fill(solution)
        self.dialog.get_by_role("button", name=self.text("console.resolve.submit")).click()
        expect(self.dialog).to_have_count(0)
        self.stands_at("confirming")

    def stands_at(self, stage: str) -> None:
        expect(self.head).to_contain_text(self.text(f"console.stages.{stage}"))

    def ask(self, action: str, key: str) -> None:
        """Open the dialog of an action; its button is named by what it does and the key for it."""
        self.page.get_by_role("button", name=f"{self.text(f'console.act.{action}')} {key}", exact=True).click()
        expect(self.dialog).to_be_visible()

    def cancel(self) -> None:
        self.dialog.get_by_role("button", name=self.text("console.cancel")).click()
        expect(self.dialog).to_have_count(0)

    def _loaded(self, _page: Page) -> None:
        self.loads += 1
