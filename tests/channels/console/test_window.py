import re

import pytest

from channels.accounts.models import ChannelAccount
from channels.accounts.service import pause_account
from channels.errors import DeliveryRefusedError
from channels.models import DeliveryState
from channels.windows import take_allowance
from tests.channels.console.office import Office
from tests.channels.console.platform import FakeFallback
from tests.support.console import HTMX, Person
from tests.support.web import sign_in_client

THREAD = "fake:gh_1:li"


@pytest.fixture(autouse=True)
async def account(office: Office) -> ChannelAccount:
    return await office.account()


async def line(person: Person, thread: str = THREAD, lang: str = "zh") -> str:
    """What stands above the composer, without markup; time may have ended the session."""
    await sign_in_client(person.client, person.ground, login=person.staff.login)
    part = await person.page(f"/console/channels/window?thread={thread}", lang)
    return " ".join(re.sub(r"<[^>]+>", " ", re.sub(r"<svg.*?</svg>", "", part, flags=re.DOTALL)).split())


async def use_up(office: Office, times: int) -> None:
    async with office.ground.db.transaction() as session:
        for _ in range(times):
            assert await take_allowance(session, office.clock.now(), THREAD, for_staff=True)


class TestAnOpenWindow:
    async def test_tells_time_and_number(self, office: Office, agent: Person) -> None:
        await office.hears()
        office.clock.advance(hours=17, minutes=0.5)
        await use_up(office, 2)
        assert await line(agent) == "fake：剩 30 小时、3 条"
        assert await line(agent, lang="en") == "fake: 30 hours, 3 messages left"

    async def test_tells_minutes_in_the_last_hour(self, office: Office, agent: Person) -> None:
        await office.hears()
        office.clock.advance(hours=47, minutes=1)
        assert await line(agent) == "fake：剩 59 分钟、5 条"

    async def test_without_a_quota_tells_the_time_alone(self, office: Office, agent: Person) -> None:
        await office.hears(quota=None)
        assert await line(agent) == "fake：剩 48 小时"

    async def test_warns_calmly_when_only_the_staffs_own_message_is_left(self, office: Office, agent: Person) -> None:
        await office.hears()
        await use_up(office, 4)
        assert await line(agent) == "fake：剩 48 小时、1 条，这是给人工留的，机器人不会用。尽量一次说完"
        assert (await line(agent, lang="en")).startswith("fake: 48 hours, 1 message left: it is kept for you")


class TestAShutWindow:
    @pytest.mark.parametrize("how", ["time", "quota", "never"])
    async def test_says_that_the_message_is_kept(self, office: Office, agent: Person, how: str) -> None:
        if how != "never":
            await office.hears()
        if how == "quota":
            await use_up(office, 5)
        office.clock.advance(hours=49 if how == "time" else 1)
        assert await line(agent) == "fake窗口已关：这条会先存着，等对方来信自动送出"

    async def test_counts_what_waits_already(self, office: Office, agent: Person) -> None:
        await office.delivery(state=DeliveryState.PARKED)
        await office.delivery(state=DeliveryState.PARKED, address="wu")
        assert (await line(agent)).endswith("自动送出（已有 1 条在等）")

    async def test_offers_a_notice_to_who_agreed_to_one(
        self, office: Office, agent: Person, fallback: FakeFallback
    ) -> None:
        assert "订阅通知" not in await line(agent)
        fallback.agreed.add(THREAD)
        assert "发订阅通知提醒对方" in await line(agent)
        answer = await agent.client.post("/console/channels/remind", data={"thread": THREAD}, headers=HTMX)
        assert "提醒已发出" in answer.text
        assert fallback.reminded == [THREAD]

    async def test_sends_no_notice_to_who_did_not(self, office: Office, agent: Person, fallback: FakeFallback) -> None:
        answer = await agent.client.post("/console/channels/remind", data={"thread": THREAD}, headers=HTMX)
        assert answer.status_code == 409
        assert "对方没有可用的订阅授权了" in answer.text
        assert fallback.reminded == []

    async def test_shows_why_the_platform_refused_it(
        self, office: Office, agent: Person, fallback: FakeFallback
    ) -> None:
        fallback.agreed.add(THREAD)
        fallback.refusal = DeliveryRefusedError("43101", "user refuse to accept the msg")
        answer = await agent.client.post("/console/channels/remind", data={"thread": THREAD}, headers=HTMX)
        assert "提醒没有发出去。" in answer.text
        assert "43101 user refuse to accept the msg" in answer.text


class TestTrouble:
    async def test_a_person_out_of_reach_is_told_in_the_platforms_words(self, office: Office, agent: Person) -> None:
        await office.hears()
        await office.refused(THREAD, "48002", "api forbidden <blocked>")
        told = await line(agent)
        assert told.startswith("fake发不到对方：可能已拉黑、退订或离开。对方再来信就会恢复。")
        assert told.endswith("平台原话： 48002 api forbidden &lt;blocked&gt;")

    async def test_an_account_that_is_paused_or_broken_is_told(
        self, office: Office, agent: Person, account: ChannelAccount
    ) -> None:
        await office.hears()
        await office.closed("40164", "invalid ip", broken=True)
        assert "账号有故障：这条会先排队" in await line(agent)
        async with office.ground.db.transaction() as session:
            await pause_account(session, office.clock.now(), account, paused=True)
        assert "账号已暂停发送" in await line(agent)

    async def test_an_account_that_was_removed_is_told(self, agent: Person) -> None:
        assert await line(agent, "fake:gone:li") == "fake账号已移除，现在发不出去。请告诉管理员。"


class TestNothing:
    @pytest.mark.parametrize("thread", ["free:main:li", "gone:main:li", "nonsense", "a:b:", ""])
    async def test_is_said_where_there_is_no_window(self, agent: Person, thread: str) -> None:
        assert await line(agent, thread) == ""
