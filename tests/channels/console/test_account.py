from channels.models import DeliveryState
from tests.channels.console.office import Office
from tests.support.console import HTMX, Person

HOME = "/console/channels"


class TestTheCheck:
    async def test_shows_every_step_that_passed(self, office: Office, admin: Person) -> None:
        account = await office.account()
        part = (await admin.client.post(f"{HOME}/{account.id}/check", headers=HTMX)).text
        assert part.count("ya-step-good") == 2
        assert "不能小于 3。" in part
        assert "全部通过，可以用了。" in part

    async def test_shows_what_failed_in_the_platforms_words(self, office: Office, admin: Person) -> None:
        account = await office.account()
        form = {"settings.app_id": "wx1234", "settings.mode": "safe", "secrets.app_secret": "a wrong secret"}
        await admin.client.post(f"{HOME}/{account.id}/edit", data=form)
        part = (await admin.client.post(f"{HOME}/{account.id}/check", headers=HTMX)).text
        assert part.count("ya-step-bad") == 1
        assert "40001 invalid credential" in part
        assert "还没通过" in part

    async def test_what_works_again_waits_no_longer(self, office: Office, admin: Person) -> None:
        account = await office.account()
        await office.closed("40164", "invalid ip", broken=True)
        await admin.client.post(f"{HOME}/{account.id}/check", headers=HTMX)
        assert "40164" not in await admin.page(f"{HOME}/{account.id}")


class TestATestMessage:
    async def test_goes_to_somebody_who_has_written_lately(self, office: Office, admin: Person) -> None:
        account = await office.account()
        await office.hears("li")
        assert '<option value="li">li先生 · li</option>' in await admin.page(f"{HOME}/{account.id}")
        form = {"to": "li", "text": "试试"}
        answer = await admin.client.post(f"{HOME}/{account.id}/test", data=form, headers=HTMX)
        assert "测试消息已经在路上了" in answer.text
        (delivery,) = await office.deliveries()
        assert (delivery.thread, delivery.body["text"]) == ("fake:gh_1:li", "试试")
        assert await office.due() == [delivery.key]

    async def test_never_goes_to_a_stranger(self, office: Office, admin: Person) -> None:
        account = await office.account()
        await office.hears("li")
        answer = await admin.client.post(f"{HOME}/{account.id}/test", data={"to": "wu"}, headers=HTMX)
        assert answer.status_code == 422
        assert "只能发给最近来过信的人" in answer.text
        assert await office.deliveries() == []

    async def test_says_what_to_do_when_nobody_has_written(self, office: Office, admin: Person) -> None:
        account = await office.account()
        assert "还没有人给这个账号发过消息" in await admin.page(f"{HOME}/{account.id}")


class TestAPause:
    async def test_holds_the_account_and_lets_it_go(self, office: Office, admin: Person) -> None:
        account = await office.account()
        await admin.client.post(f"{HOME}/{account.id}/pause", data={"paused": "1"})
        assert (await office.site.context.accounts.named("fake", "gh_1")).paused
        assert "收到的消息照常处理" in await admin.page(f"{HOME}/{account.id}")
        await admin.client.post(f"{HOME}/{account.id}/pause", data={"paused": "0"})
        assert not (await office.site.context.accounts.named("fake", "gh_1")).paused

    async def test_going_on_ends_a_wait(self, office: Office, admin: Person) -> None:
        account = await office.account()
        await office.closed("45009", "quota", broken=False)
        await admin.client.post(f"{HOME}/{account.id}/pause", data={"paused": "0"})
        assert "45009" not in await admin.page(f"{HOME}/{account.id}")


class TestARemoval:
    async def test_asks_first(self, office: Office, admin: Person) -> None:
        account = await office.account()
        part = await admin.page(f"{HOME}/{account.id}/remove")
        assert "移除“服务号”？" in part
        assert (await office.account_now(account.id)).label == "服务号"

    async def test_takes_the_account_away_and_leaves_what_was_said(self, office: Office, admin: Person) -> None:
        account = await office.account()
        await office.delivery(state=DeliveryState.SENT)
        await office.delivery(state=DeliveryState.FAILED)
        await office.closed("40164", "invalid ip", broken=True)
        answer = await admin.client.post(f"{HOME}/{account.id}/remove", headers=HTMX)
        assert answer.headers["hx-redirect"] == HOME
        assert await office.site.context.accounts.all() == []
        assert len(await office.deliveries()) == 2
        assert "gh_1" in await admin.page(f"{HOME}/undelivered")

    async def test_waits_for_messages_that_are_on_their_way(self, office: Office, admin: Person) -> None:
        account = await office.account()
        await office.delivery(state=DeliveryState.PARKED)
        answer = await admin.client.post(f"{HOME}/{account.id}/remove", headers=HTMX)
        assert answer.status_code == 409
        assert "“服务号”还有消息没发完" in answer.text
        assert len(await office.site.context.accounts.all()) == 1
