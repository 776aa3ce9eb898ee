"""The QR code that leads to an Official Account: made by the platform, shown with its words, and printed."""

import re

import pytest

from channels.console.endpoints.qr import SCENE
from channels.console.site import ChannelSite
from channels.simulator.faults import Refuse
from channels.wechat.platform import PLATFORM
from channels.wechat.translate import CHANNEL
from kit.audit import history
from kit.ground import Ground
from tests.channels.wechat.outbound_line import GH, Line
from tests.support.console import Person

HOME = "/console/channels"


@pytest.fixture
async def line(ground: Ground) -> Line:
    opened = Line(ground)
    # The pictures of a simulated platform lie where its interfaces are.
    await opened.add_account(api_url="http://api.weixin.qq.com")
    return opened


@pytest.fixture
def site(line: Line) -> ChannelSite:
    return ChannelSite(context=line.context, platforms={CHANNEL: PLATFORM}, channels={CHANNEL: line.channel})


@pytest.fixture
async def address(line: Line) -> str:
    (account,) = await line.context.accounts.all()
    return f"{HOME}/{account.id}/qr"


class TestThePoster:
    async def test_shows_the_platforms_picture_with_our_words(self, line: Line, address: str, admin: Person) -> None:
        page = (await admin.client.post(address, data={"title": "大厅 <2>", "days": "7"})).text
        assert re.search(r'<img src="data:image/png;base64,[A-Za-z0-9+/=]{20,}"', page)
        assert "<h2>大厅 &lt;2&gt;</h2>" in page
        (body,) = line.bodies("qrcode/create")
        assert body["expire_seconds"] == 7 * 86_400
        assert body["action_info"]["scene"]["scene_str"].startswith(SCENE)
        async with line.ground.db.reading() as session:
            (entry,) = await history(session, "wechat_qr", GH)
        assert entry.after is not None
        assert entry.after["title"] == "大厅 <2>"

    async def test_a_refusal_is_told_and_what_was_typed_stays(self, line: Line, address: str, admin: Person) -> None:
        line.platform.faults.add("qrcode/create", Refuse(code=48001, text="api unauthorized"))
        page = (await admin.client.post(address, data={"title": "大厅", "days": "7"})).text
        assert "48001: api unauthorized" in page
        assert 'value="大厅"' in page
        assert "<figure" not in page

    @pytest.mark.parametrize("days", ["0", "31", "x"])
    async def test_it_lasts_no_longer_than_the_platform_allows(
        self, line: Line, address: str, admin: Person, days: str
    ) -> None:
        assert (await admin.client.post(address, data={"days": days})).status_code == 422
        assert list(line.bodies("qrcode/create")) == []


class TestWho:
    async def test_only_administrators(self, address: str, supervisor: Person) -> None:
        assert (await supervisor.client.get(address)).status_code == 403
        assert (await supervisor.client.post(address, data={})).status_code == 403

    async def test_the_account_leads_to_it_in_both_languages(self, address: str, admin: Person) -> None:
        assert address in await admin.page(address.removesuffix("/qr"))
        assert "Make the code" in await admin.page(address, lang="en")
