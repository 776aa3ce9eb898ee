"""Uploads of visitors, where a virus scanner looks at them."""

from sqlmodel import select

from channels.models import InboundMessage
from kit.ground import Ground
from tests.channels.webchat.browser import Browser, error_of
from tests.support.scanning import VIRUS, SuspiciousScanner


async def test_what_is_infected_is_refused_in_words(browser: Browser, ground: Ground) -> None:
    ground.files.scanner = SuspiciousScanner()
    await browser.open()
    refused = await browser.upload("账单.txt", VIRUS)
    assert error_of(refused) == (422, "file_infected")
    assert "账单.txt" in refused.text


async def test_what_is_clean_is_known_to_be(browser: Browser, ground: Ground) -> None:
    ground.files.scanner = SuspiciousScanner()
    await browser.open()
    file = (await browser.upload("说明.txt", "说明".encode())).json()
    await browser.say(uploads=[file["id"]])
    async with ground.db.reading() as session:
        (message,) = (await session.exec(select(InboundMessage))).all()
    assert [one["scan"] for one in message.attachments] == ["clean"]
