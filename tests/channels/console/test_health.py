import re

from channels.accounts.service import pause_account
from channels.models import DeliveryState
from tests.channels.console.office import Office
from tests.support.console import HTMX, Person

HOME = "/console/channels"


def figure(page: str, name: str) -> str:
    """The figure of that name of the first account, without markup."""
    found = re.search(rf"<dt>{re.escape(name)}</dt><dd>(.*?)</dd>", page, re.DOTALL)
    assert found, name
    return re.sub(r"<[^>]+>", "", found[1]).strip()


class TestTheList:
    async def test_without_accounts_says_how_to_begin(self, supervisor: Person, admin: Person) -> None:
        assert "还没有渠道账号" in await supervisor.page(HOME)
        assert f"{HOME}/new" not in await supervisor.page(HOME)
        assert f"{HOME}/new" in await admin.page(HOME)

    async def test_a_working_account_shows_what_came_and_went(self, office: Office, supervisor: Person) -> None:
        await office.account()
        await office.hears()
        await office.delivery(state=DeliveryState.SENT, sent_at=office.clock.now())
        page = await supervisor.page(HOME)
        assert "正常" in page
        assert "11月24日 10:00" in figure(page, "最近收到")
        assert "11月24日 10:00" in figure(page, "最近发出")

    async def test_the_rate_is_of_what_has_ended(self, office: Office, supervisor: Person) -> None:
        await office.account()
        for state in ("sent", "sent", "sent", "failed", "queued", "parked"):
            await office.delivery(state=DeliveryState(state))
        page = await supervisor.page(HOME)
        assert figure(page, "失败率（最近 200 条）") == "25% (1/4)"
        assert figure(page, "排队中") == "1"
        assert figure(page, "等对方来信") == "1"
        assert figure(page, "未送达") == "1"

    async def test_accounts_do_not_share_figures(self, office: Office, supervisor: Person) -> None:
        await office.account("gh_1")
        await office.account("gh_2", label="订阅号")
        await office.delivery(name="gh_2")
        first, second = (await supervisor.page(HOME)).split('id="account-')[1:]
        assert figure(first, "未送达") == "0"
        assert figure(second, "未送达") == "1"

    async def test_windows_that_are_open_and_used_up(self, office: Office, supervisor: Person) -> None:
        await office.account()
        await office.account("gh_10", label="另一个")
        await office.hears("li")
        await office.hears("wu", quota=0)
        await office.hears("qian", hours=1)
        await office.hears("zhou", name="gh_10")
        office.clock.advance(hours=2)
        first, second = (await supervisor.page(HOME)).split('id="account-')[1:]
        assert figure(first, "回复窗口") == "1 个开着，1 个已用完"
        assert figure(second, "回复窗口") == "1 个开着，0 个已用完"

    async def test_the_end_of_the_access_token(self, office: Office, supervisor: Person) -> None:
        await office.account()
        assert "11月24日 12:00" in figure(await supervisor.page(HOME), "令牌到期")


class TestTheState:
    async def test_a_broken_account_shows_the_platforms_own_words(self, office: Office, supervisor: Person) -> None:
        await office.account()
        await office.closed("40164", "invalid ip <1.2.3.4>", broken=True)
        page = await supervisor.page(HOME)
        assert "故障" in page
        assert "40164 invalid ip &lt;1.2.3.4&gt;" in page

    async def test_it_stays_broken_until_something_passed(self, office: Office, supervisor: Person) -> None:
        await office.account()
        await office.closed("40164", "invalid ip", broken=True)
        office.clock.advance(hours=2)
        assert "故障" in await supervisor.page(HOME)

    async def test_a_wait_is_over_by_itself(self, office: Office, supervisor: Person) -> None:
        await office.account()
        await office.closed("45009", "reach max api daily quota", broken=False)
        page = await supervisor.page(HOME)
        assert "平台限流" in page
        assert "11月24日 11:00" in page
        office.clock.advance(hours=2)
        assert "平台限流" not in await supervisor.page(HOME)

    async def test_a_pause_is_shown_first(self, office: Office, supervisor: Person) -> None:
        account = await office.account()
        async with office.ground.db.transaction() as session:
            await pause_account(session, office.clock.now(), account, paused=True)
        assert "暂停" in await supervisor.page(HOME)


class TestALookAgain:
    async def test_brings_the_list_alone(self, office: Office, supervisor: Person) -> None:
        await office.account()
        part = (await supervisor.client.get(HOME, headers=HTMX)).text
        assert part.startswith('<div id="accounts"') or part.lstrip().startswith('<div id="accounts"')
        assert "<html" not in part

    async def test_the_revision_differs_when_the_list_does(self, office: Office, supervisor: Person) -> None:
        def revision(page: str) -> str:
            found = re.search(r'data-revision="(\w+)"', page)
            assert found
            return found[1]

        await office.account()
        before = revision(await supervisor.page(HOME))
        assert revision(await supervisor.page(HOME)) == before
        await office.delivery()
        assert revision(await supervisor.page(HOME)) != before
