"""A call is written down by keys alone, and a telephone that rings opens a card on the right screen."""

import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import httpx
import pytest
from playwright.sync_api import Page, expect

from channels.accounts.service import add_account
from channels.context import ChannelContext
from channels.phone.signatures import HEADER, sign
from kit.db import AsyncSession
from kit.i18n import Locale
from tests.browser.axe import prepare, severe_violations
from tests.browser.channel_story import ChannelStory
from tests.browser.conftest import Window
from tests.browser.customer import NUMBER as TICKET
from tests.browser.desk import Console
from tests.browser.live import ACCOUNTS, PASSWORD, LiveProduct
from tests.browser.pictures import DESKTOP, PHONE, Album
from tests.browser.texting import Texting
from tickets.calls.ways import Way

pytestmark = pytest.mark.browser

DARK: dict[Locale, bool] = {"zh": False, "en": True}
#: One caller per language, for both call the same product; as they are copied from somewhere.
NUMBER: dict[Locale, str] = {"zh": " +86 138-0013-8000 ", "en": "(86) 13900139000"}
CALLED: dict[Locale, str] = {"zh": "+8613800138000", "en": "+8613900139000"}
#: How often a page is looked at again for what a worker does meanwhile.
LOOKS = 60
LINK = re.compile(r"http\S+")
MATTER: dict[Locale, str] = {
    "zh": "开票软件登录不了\n提示证书过期，重启过一次还是一样",
    "en": "Cannot sign in to the invoice client\nIt says the certificate has expired",
}
PERSON: dict[Locale, str] = {"zh": "王会计", "en": "Grace Wong"}
SECRET = "the secret of the exchange"
#: Whoever takes forty keys for what is not typing would rather write on paper.
KEYS_MAX = 12
_COUNT_POINTERS = """
  const count = () => sessionStorage.setItem("pointers", 1 + Number(sessionStorage.getItem("pointers")));
  addEventListener("pointerdown", count, true);
"""


@pytest.fixture(scope="module")
def texting(live: LiveProduct) -> Iterator[Texting]:
    """Texts really go out; mail is offered as if an account for it had been entered."""
    state = live._app.state
    own = state.ways

    async def texts_and_mail(session: AsyncSession) -> Sequence[Way]:
        return [*await own(session), Way("email", "desk@example.cn")]

    state.ways = texts_and_mail
    with Texting(live).running() as running:
        yield running
    state.ways = own


class Keyboard:
    """Somebody without a mouse; ``pressed`` counts what is not text."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pressed = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1

    def paste(self, text: str) -> None:
        self.page.keyboard.insert_text(text)
        self.pressed += 1

    def write(self, text: str) -> None:
        self.page.keyboard.insert_text(text)


@pytest.fixture
def console(window: Window, live: LiveProduct, locale: Locale) -> Console:
    page = window(locale, DESKTOP, dark=DARK[locale])
    page.emulate_media(reduced_motion="reduce")
    prepare(page.context)
    page.context.add_init_script(_COUNT_POINTERS)
    return Console(page, locale, live.url)


def sign_in_by_keys(console: Console) -> None:
    """As on every morning; the name is asked for first."""
    page, (agent, _supervisor) = console.page, ACCOUNTS[console.locale]
    page.goto(f"{console.url}/console/login")
    page.get_by_label(console.text("login.login")).focus()
    page.keyboard.type(agent.login)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=console.text("console.queue.title"))).to_be_visible()
    page.wait_for_load_state()


def fits(page: Page) -> bool:
    """Nothing scrolls sideways at the width of a phone."""
    page.set_viewport_size(PHONE)
    width: int = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size(DESKTOP)
    return width <= PHONE["width"]


def test_a_call_is_logged_by_keys_alone(
    console: Console, texting: Texting, window: Window, locale: Locale, album: Album
) -> None:
    page, text, found = console.page, console.text, list[str]()

    def looked_at(name: str) -> None:
        album.take(page, name, whole=True)
        found.extend(severe_violations(page, name))
        assert fits(page), name

    sign_in_by_keys(console)
    keys = Keyboard(page)
    began = page.evaluate("Date.now()")
    keys.press("g", "l")
    number = page.get_by_role("textbox", name=text("console.call.number"))
    expect(number).to_be_focused()
    page.wait_for_load_state()
    keys.paste(NUMBER[locale])
    expect(page.get_by_label(text("console.call.name"))).to_be_visible()
    keys.press("Enter")
    matter = page.get_by_role("textbox", name=text("console.call.text"))
    expect(matter).to_be_focused()
    keys.write(MATTER[locale])
    keys.press("Control+Enter")
    expect(console.head).to_contain_text(MATTER[locale].splitlines()[0])
    seconds = (page.evaluate("Date.now()") - began) / 1000
    print(f"a call logged by {keys.pressed} keys in {seconds:.1f} s of the machine")  # noqa: T201 - the figure is the point.
    told = texting.to(CALLED[locale])
    seconds = (page.evaluate("Date.now()") - began) / 1000
    print(f"and the caller told after {seconds:.1f} s")  # noqa: T201 - as above.
    assert keys.pressed <= KEYS_MAX
    assert page.evaluate("sessionStorage.getItem('pointers')") is None
    expect(console.thread).to_contain_text(MATTER[locale].splitlines()[1])
    expect(console.head).to_contain_text(leads_to(told, window(locale, PHONE, phone=True), album))
    assert texting.provider.violations == []

    # The second call of the same person: they appear with what they have with us, and slips are said in place.
    page.wait_for_load_state()
    page.get_by_role("heading", level=1).first.click()
    keys.press("g", "l")
    expect(number).to_be_focused()
    page.wait_for_load_state()
    looked_at("empty")
    keys.paste(NUMBER[locale])
    known = page.get_by_role("radio", name=text("console.call.how.certain"))
    expect(known).to_be_checked()
    expect(page.get_by_role("radio", name=text("console.call.news.none"))).not_to_be_checked()
    looked_at("known")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text(text("console.call.problem.text"))).to_be_visible()
    expect(matter).to_be_focused()
    expect(number).to_have_value(NUMBER[locale].strip())
    looked_at("wrong")
    adds_by_one_key(console, TICKET.findall(told)[0])
    assert not found, "\n".join(found)


def adds_by_one_key(console: Console, number: str) -> None:
    """The same matter again: the call is added to the ticket that is open already."""
    console.page.keyboard.insert_text(MATTER[console.locale])
    expect(console.page.get_by_role("region", name=console.text("console.call.alike"))).to_be_visible()
    assert severe_violations(console.page, "again") == []
    assert fits(console.page)
    console.page.keyboard.press("Control+Shift+Enter")
    expect(console.head).to_contain_text(number)


@pytest.mark.usefixtures("texting")
def test_whoever_gives_an_address_is_told_there(console: Console) -> None:
    sign_in_by_keys(console)
    page, text = console.page, console.text
    page.goto(f"{console.url}/console/calls/new?number=01065123456")
    address, unwanted = page.locator("#call-email"), page.get_by_role("radio", name=text("console.call.news.none"))
    expect(unwanted).to_be_checked()
    address.press_sequentially("w")
    expect(page.get_by_role("radio", name=text("console.call.news.email"))).to_be_checked()
    # To say so all the same is possible.
    unwanted.check()
    page.locator("#call-name").press_sequentially("x")
    expect(unwanted).to_be_checked()


def leads_to(told: str, page: Page, album: Album) -> str:
    """The caller opens what stands in the text, and finds the ticket whose number stands there too."""
    page.goto(LINK.findall(told)[0])
    number: str = TICKET.findall(told)[0]
    expect(page.get_by_role("main")).to_contain_text(number)
    album.take(page, "told")
    return number


def test_a_card_opens_where_the_telephone_rings(
    console: Console, live: LiveProduct, locale: Locale, album: Album
) -> None:
    agent, _supervisor = ACCOUNTS[locale]
    hook = exchange(live, f"exchange-{locale}", {"extensions": f"801={agent.login}"})
    sign_in_by_keys(console)
    page, card = (
        console.page,
        console.page.get_by_role("region", name=console.text("channels.phone.card.ringing"), exact=True),
    )
    expect(page.locator("[data-calls-stream]")).to_have_count(1)
    caller = "13700137000" if locale == "zh" else "13600136000"
    tell(live, hook, event="ring", call_id="c1", **{"from": caller})
    expect(card).to_contain_text(console.text("console.call.stranger"))
    album.take(page, "ringing")
    assert severe_violations(page, "ringing") == []
    # Nothing else was being done, so the key that is asked for is Enter.
    expect(card.get_by_role("link", name=console.text("console.call.log_this"))).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name=console.text("console.call.number"))).not_to_have_value("")
    matter = page.get_by_role("textbox", name=console.text("console.call.text"))
    expect(matter).to_be_focused()
    page.wait_for_load_state()
    page.keyboard.insert_text(MATTER[locale])
    page.keyboard.press("Control+Enter")
    expect(console.head).to_contain_text(MATTER[locale].splitlines()[0])
    expect(page.locator("[data-call]")).to_have_count(0)
    assert page.evaluate("sessionStorage.getItem('pointers')") is None
    tell(live, hook, event="answer", call_id="c1")
    tell(live, hook, event="hangup", call_id="c1")
    # It changes nothing that anybody waits for: it is there at the next look, once the worker has come to it.
    lasted = console.text("timeline.called_for", length="#").partition("#")[0]
    for _look in range(LOOKS):
        page.reload()
        if lasted in console.thread.inner_text():
            break
    expect(console.thread).to_contain_text(lasted)


def exchange(live: LiveProduct, name: str, settings: dict[str, str]) -> str:
    """Enter a telephone system as an administrator does; returns the end of its address."""
    context: ChannelContext = live._app.state.channels

    entered: list[str] = []

    async def enter(session: AsyncSession) -> None:
        now, secrets = context.ground.clock.now(), {"secret": SECRET}
        account = await add_account(
            session, now, context.box, channel="phone", name=name, label=name, settings=settings, secrets=secrets
        )
        entered.append(account.hook)

    ChannelStory(live)._write(enter)
    context.accounts.forget()
    return entered[0]


def tell(live: LiveProduct, hook: str, **event: str) -> None:
    """The telephone system tells of a call."""
    body = json.dumps(event).encode()
    headers = {HEADER: sign(SECRET, body, at=datetime.now(UTC))}
    answer = httpx.post(f"{live.url}/hooks/phone/{hook}", content=body, headers=headers, trust_env=False)
    assert answer.status_code == 200
