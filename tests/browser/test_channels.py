"""The channels' pages as staff use them: enter an account, correct a slip, read what did not arrive."""

import re

import pytest
from playwright.sync_api import Page, expect

from kit.access.identity import Role
from kit.i18n import Locale
from tests.browser.axe import prepare, severe_violations
from tests.browser.channel_story import ChannelStory
from tests.browser.conftest import Window
from tests.browser.desk import Console
from tests.browser.live import ACCOUNTS, Account, LiveProduct
from tests.browser.pictures import DESKTOP, PHONE, Album

pytestmark = pytest.mark.browser

#: Each language is looked at in one of the two grounds: colours are the same in both languages.
DARK: dict[Locale, bool] = {"zh": False, "en": True}
TOKEN = "{id}:AAEhBOweik9ai2o01qw-2LkfP7f3XhDuQw4"
#: One bot per language, for both are entered into the same product.
BOT: dict[Locale, str] = {"zh": "7000000001", "en": "7000000002"}


@pytest.fixture
def admin(window: Window, live: LiveProduct, locale: Locale) -> Console:
    page = window(locale, DESKTOP, dark=DARK[locale])
    page.emulate_media(reduced_motion="reduce")
    prepare(page.context)
    console = Console(page, locale, live.url)
    console.sign_in(
        ChannelStory(live).hired(
            Account(f"admin{locale}", "赵敏" if locale == "zh" else "Ann Zhao", Role.ADMIN), locale
        )
    )
    return console


def fits(page: Page) -> bool:
    """Nothing scrolls sideways at the width of a phone."""
    own = page.viewport_size
    page.set_viewport_size(PHONE)
    width: int = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size(own or DESKTOP)
    return width <= PHONE["width"]


def test_an_account_is_entered_corrected_and_paused(admin: Console, locale: Locale, album: Album) -> None:
    page, text = admin.page, admin.text
    found: list[str] = []

    def looked_at(name: str) -> None:
        album.take(page, name, whole=True)
        found.extend(severe_violations(page, name))
        assert fits(page), name

    page.wait_for_load_state()
    page.keyboard.press("g")
    page.keyboard.press("c")
    expect(page.get_by_role("heading", level=1, name=text("channels.title"))).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("n")
    expect(page.get_by_text(text("channels.choose"))).to_be_visible()
    looked_at("choose")
    page.get_by_role("link", name=text("channels.wechat")).click()
    looked_at("wechat")
    page.goto(f"{admin.url}/console/channels/new?platform=telegram")

    page.get_by_label(text("channels.form.label")).first.fill("Bot")
    token = page.get_by_label(text("channels.telegram.bot_token"))
    token.fill("not a token")
    page.get_by_role("button", name=text("channels.form.save")).click()
    expect(page.get_by_text(text("channels.telegram.bot_token.bad"))).to_be_visible()
    expect(token).to_have_value("not a token")
    expect(page.get_by_label(text("channels.form.label")).first).to_have_value("Bot")
    looked_at("wrong")
    token.fill(TOKEN.format(id=BOT[locale]))
    page.get_by_role("button", name=text("channels.form.save")).click()

    expect(page.get_by_role("heading", level=1, name="Bot")).to_be_visible()
    expect(page.locator("#callback")).to_contain_text("/hooks/telegram/")
    looked_at("account")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name=text("channels.copy")).click()
    expect(page.get_by_role("button", name=text("channels.copied"))).to_be_visible()
    assert "/hooks/telegram/" in page.evaluate("navigator.clipboard.readText()")

    page.get_by_role("button", name=re.compile(text("channels.pause"))).click()
    expect(page.get_by_text(text("channels.state.paused.help"))).to_be_visible()
    page.get_by_role("link", name=text("channels.back")).click()
    expect(page.get_by_text(text("channels.state.paused"), exact=True).first).to_be_visible()
    looked_at("overview")

    page.get_by_role("link", name="Bot", exact=True).last.click()
    expect(page.get_by_role("heading", level=1, name="Bot")).to_be_visible()
    # A button of the page does nothing before the scripts of the page are there.
    page.wait_for_load_state()
    page.get_by_role("button", name=text("channels.remove")).click()
    expect(admin.dialog).to_be_visible()
    looked_at("remove")
    admin.dialog.get_by_role("button", name=text("channels.remove.submit")).click()
    expect(page.get_by_role("heading", level=1, name=text("channels.title"))).to_be_visible()
    assert not found, "\n".join(found)


def test_what_did_not_arrive_is_read_and_sent_again(admin: Console, live: LiveProduct, album: Album) -> None:
    page, text = admin.page, admin.text
    thread = ChannelStory(live).lost(f"openid-li-{admin.locale}")
    found: list[str] = []
    page.goto(f"{admin.url}/console/channels/undelivered?thread={thread}")
    expect(page.get_by_text("45002 content size out of limit")).to_be_visible()
    album.take(page, "undelivered", whole=True)
    found += severe_violations(page, "undelivered")
    assert fits(page)
    unsure = page.get_by_role("listitem").filter(has_text=text("channels.letter.unknown"))
    unsure.get_by_role("button", name=re.compile(text("channels.letters.retry"))).click()
    expect(admin.dialog).to_contain_text(text("channels.unsure.text"))
    album.take(page, "unsure")
    found += severe_violations(page, "unsure")
    admin.dialog.get_by_role("button", name=text("channels.unsure.submit")).click()
    expect(page.get_by_text(text("channels.letters.retried.one", count=1))).to_be_visible()
    expect(unsure).to_have_count(0)
    page.goto(f"{admin.url}/console/channels/unparsed")
    expect(page.get_by_text("not well-formed").first).to_be_visible()
    page.get_by_text(text("channels.pushes.body")).first.click()
    album.take(page, "unparsed", whole=True)
    found += severe_violations(page, "unparsed")
    assert fits(page)
    assert not found, "\n".join(found)


def test_the_composer_tells_what_the_platform_still_allows(
    window: Window, live: LiveProduct, locale: Locale, album: Album
) -> None:
    page = window(locale, DESKTOP, dark=DARK[locale])
    page.emulate_media(reduced_motion="reduce")
    prepare(page.context)
    agent = Console(page, locale, live.url)
    agent.sign_in(ACCOUNTS[locale][0])
    story = ChannelStory(live)
    ticket_id = story.told(f"openid-{locale}", quota=5)
    page.goto(f"{live.url}/console/tickets/{ticket_id}")
    line = page.locator(".yc-window")
    hours = agent.text("channels.window.hours", count=30)
    expect(line).to_contain_text(
        agent.text("channels.window.counted", channel=agent.text("console.channel.wechat"), time=hours, count=5)
    )
    missing = agent.text("console.ticket.file_missing", name=agent.text("console.file.voice"))
    expect(agent.thread.get_by_text(missing)).to_be_visible()
    album.take(page, "open")
    found = severe_violations(page, "open")
    story.shut(f"openid-{locale}")
    page.reload()
    expect(line).to_contain_text(agent.text("channels.window.shut", channel=agent.text("console.channel.wechat")))
    album.take(page, "shut")
    found += severe_violations(page, "shut")
    # A new message must not take the player away from who is listening.
    player = agent.thread.locator("audio")
    player.evaluate("(audio) => { audio.heard = true; }")
    agent.reply("OK")
    expect(agent.thread).to_contain_text(agent.text("console.delivery.parked"))
    assert player.evaluate("(audio) => audio.heard") is True
    # The reply, and before it the news that somebody is on it.
    expect(line).to_contain_text(agent.text("channels.window.waiting", count=2))
    album.take(page, "parked")
    assert not found, "\n".join(found)
