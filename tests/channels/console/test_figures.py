"""One account in figures: whom it may write to, its quotas of the day, what the platform refused."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from sqlmodel import select

from channels.accounts.models import ChannelAccount
from channels.console.site import ChannelSite
from channels.console.views.figures import advice_for
from channels.models import DeliveryState
from channels.wechat.outbound_models import WeChatCalls
from channels.wechat.platform import PLATFORM
from channels.wechat.quota import note_call
from channels.wechat.translate import CHANNEL
from tests.channels.console.office import Office
from tests.channels.wechat.outbound_line import GH, Line
from tests.support.console import Person

HOME = "/console/channels"


def table(page: str, heading: str) -> list[list[str]]:
    """The rows of the table whose first column is called so, without markup."""
    found = re.search(rf'<th scope="col">{re.escape(heading)}</th>.*?<tbody>(.*?)</tbody>', page, re.DOTALL)
    assert found, heading
    rows: Sequence[str] = re.findall(r"<tr>(.*?)</tr>", found[1], re.DOTALL)
    return [
        [
            " ".join(re.sub(r"<[^>]+>", " ", cell).split())
            for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        ]
        for row in rows
    ]


async def shown(office: Office, who: Person, account: ChannelAccount) -> str:
    assert office.ground is who.ground
    return await who.page(f"{HOME}/{account.id}/figures")


class TestWindows:
    async def test_people_are_counted_once_by_the_time_that_is_left(self, office: Office, supervisor: Person) -> None:
        account = await office.account()
        await office.account("gh_10", label="另一个")
        await office.hears("li", hours=48)
        await office.hears("wu", quota=0, hours=48)
        await office.hears("qian", hours=5)
        await office.hears("sun", hours=1)
        await office.hears("zhou", name="gh_10")
        office.clock.advance(minutes=30)
        rows = table(await shown(office, supervisor, account), "窗口还剩")
        assert rows == [
            ["1 小时内", "1", "0"],
            ["6 小时内", "1", "0"],
            ["24 小时内", "0", "0"],
            ["48 小时内", "1", "1"],
        ]

    async def test_who_was_heard_too_long_ago_is_not_counted(self, office: Office, supervisor: Person) -> None:
        account = await office.account()
        await office.hears("li", hours=1)
        office.clock.advance(hours=2)
        assert "小时内" not in await shown(office, supervisor, account)


class TestRefusals:
    async def test_are_counted_by_the_platforms_own_code(self, office: Office, supervisor: Person) -> None:
        account = await office.account()
        for _ in range(2):
            await office.delivery(error_code="45002", error_text="content <size>")
        await office.delivery(state=DeliveryState.UNKNOWN, error_code="outcome_unknown")
        await office.delivery(name="gh_2", error_code="40001")
        await office.delivery(state=DeliveryState.SENT, error_code="-1")
        rows = table(await shown(office, supervisor, account), "平台的代码和原话")
        assert [(row[0], row[1]) for row in rows] == [("45002 content &lt;size&gt;", "2"), ("outcome_unknown", "1")]
        assert "不确定对方收没收到" in rows[1][3]

    async def test_old_ones_are_left_out(self, office: Office, supervisor: Person) -> None:
        account = await office.account()
        await office.delivery(error_code="45002", queued_at=office.clock.now() - timedelta(days=8))
        assert "都发出去了" in await shown(office, supervisor, account)

    @pytest.mark.parametrize(
        ("channel", "code", "advice"),
        [
            ("wechat", "45015", "window"),
            ("wechat", "43004", "person"),
            ("wechat", "45002", "message"),
            ("wechat", "40164", "account"),
            ("wechat", "45009", "wait"),
            ("wechat", "-1", "later"),
            ("wechat", "123456", "read"),
            ("wecom", "95001", "window"),
            ("wecom", "60020", "account"),
            ("wecom", "45009", "wait"),
            ("email", "550", "read"),
            ("wechat", "no_template", "read"),
        ],
    )
    def test_each_says_what_to_do(self, channel: str, code: str, advice: str) -> None:
        assert advice_for(channel, code) == advice


class TestOfAnOfficialAccount:
    @pytest.fixture
    async def line(self, office: Office) -> Line:
        opened = Line(office.ground)
        await opened.add_account()
        return opened

    @pytest.fixture
    def site(self, site: ChannelSite) -> ChannelSite:
        platforms = {**site.platforms, CHANNEL: PLATFORM}
        return ChannelSite(context=site.context, platforms=platforms, channels=site.channels)

    async def test_the_day_shows_what_is_used_and_what_is_left(
        self, office: Office, line: Line, supervisor: Person
    ) -> None:
        for _ in range(3):
            await note_call(office.ground, GH, "/cgi-bin/message/custom/send")
        await note_call(office.ground, GH, "/cgi-bin/getcallbackip")
        async with line.ground.db.reading() as session:
            account = (await session.exec(select(ChannelAccount).where(ChannelAccount.channel == CHANNEL))).one()
        page = await shown(office, supervisor, account)
        assert table(page, "用来做什么") == [["发消息", "3", "499997"], ["/cgi-bin/getcallbackip", "1", "–"]]
        days = table(page, "日期（北京时间）")
        assert (len(days), days[-1]) == (14, ["11-24", "4", "3"])
        async with line.ground.db.transaction() as session:
            for day in (23, 10):
                session.add(WeChatCalls(account=GH, interface="/cgi-bin/media/get", day=date(2026, 11, day), calls=7))
        days = table(await shown(office, supervisor, account), "日期（北京时间）")
        assert (len(days), days[-2:]) == (14, [["11-23", "7", "0"], ["11-24", "4", "3"]])


class TestWho:
    async def test_supervisors_and_nobody_below(self, office: Office, supervisor: Person, agent: Person) -> None:
        account = await office.account()
        assert f"{HOME}/{account.id}/figures" in await supervisor.page(f"{HOME}/{account.id}")
        assert (await agent.client.get(f"{HOME}/{account.id}/figures")).status_code == 403
        assert "What to do" not in await supervisor.page(f"{HOME}/{account.id}/figures", lang="en")
        await office.delivery(error_code="45002")
        assert "What to do" in await supervisor.page(f"{HOME}/{account.id}/figures", lang="en")
