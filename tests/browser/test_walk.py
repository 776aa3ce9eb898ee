"""A walk through a playbook in the chat: begun by a button under the answer, gone back on, broken off by a reload."""

import pytest

from kit.i18n import Locale
from tests.browser.axe import prepare, severe_violations
from tests.browser.conftest import BOTH, Window
from tests.browser.customer import NUMBER, Customer
from tests.browser.live import LiveProduct
from tests.browser.pictures import PHONE, Album

pytestmark = pytest.mark.browser

#: What somebody asks, how the walk begins, what is answered to it and to what is asked next.
WORDS: dict[Locale, tuple[str, str, str, str, str]] = {
    "zh": ("登录不上怎么办", "您是在哪儿登录不上", "电子税务局网页", "账号被锁了", "屏幕上是怎么说的"),
    "en": (
        "I cannot sign in",
        "Where are you trying to sign in",
        "E-tax website",
        "Account locked",
        "What does the screen say",
    ),
}


@BOTH
def test_from_the_answer_to_the_ticket(window: Window, live: LiveProduct, locale: Locale, album: Album) -> None:
    question, begins, first, second, asked = WORDS[locale]
    page = window(locale, PHONE, phone=True)
    page.emulate_media(reduced_motion="reduce")
    prepare(page.context)
    customer = Customer(page, locale, touches=True)
    customer.open(live.url)
    customer.say(question)
    customer.hears(customer.text("say.solved?"))
    customer.tap(customer.text("button.walk"))
    customer.hears(begins)
    album.take(page, "first")
    customer.tap(first)
    customer.hears(asked)
    # Whatever was in memory of the page is gone; the walk is where it was.
    page.reload()
    customer.tap(customer.text("button.back"))
    customer.hears(begins, times=2)
    customer.say("1")
    customer.hears(asked, times=2)
    customer.tap(second)
    customer.hears(customer.text("say.walk_works?"))
    album.take(page, "tried")
    assert severe_violations(page, "walk") == []
    customer.tap(customer.text("button.walk_else"))
    customer.hears(NUMBER)
    album.take(page, "over")
