import re
from urllib.parse import quote

import pytest

from channels.console.queries.letters import MOST_AT_ONCE, PAGE
from channels.models import DeliveryState
from tests.channels.console.office import Office
from tests.support.console import HTMX, Person

LIST = "/console/channels/undelivered"


def shown(page: str) -> list[str]:
    """The texts of the list, in its order."""
    return re.findall(r'<p class="yc-text ya-quote">(.*?)</p>', page, re.DOTALL)


class TestTheList:
    async def test_has_what_did_not_arrive_newest_first(self, office: Office, agent: Person) -> None:
        await office.account()
        for state in DeliveryState:
            await office.delivery(state.value, state)
        assert shown(await agent.page(LIST)) == ["expired", "unknown", "failed"]

    async def test_shows_the_platforms_words_beside_ours(self, office: Office, agent: Person) -> None:
        await office.account()
        letter = await office.delivery("请看附件", error_code="45002", error_text="content size <out of limit>")
        page = await agent.page(LIST)
        assert "45002 content size &lt;out of limit&gt;" in page
        assert "平台没有收下，客户没看到这条消息。" in page
        assert "服务号" in page
        assert f"/console/threads?thread={quote(letter.thread)}" in page

    @pytest.mark.parametrize(
        ("address", "words", "shown_words"),
        [
            ("li@customer.test", "<LI@customer.test>: unknown", "&lt;l•••@customer.test&gt;: unknown"),
            ("+8613800138000", "8613800138000, 13800138000: 空号", "86••138000, ••138000: 空号"),
            ("li", "limit", "limit"),
        ],
    )
    async def test_the_platforms_words_tell_no_address_either(
        self, office: Office, agent: Person, address: str, words: str, shown_words: str
    ) -> None:
        await office.account()
        await office.delivery(address=address, error_code="550", error_text=words)
        assert f">550 {shown_words}</q>" in await agent.page(LIST)

    async def test_tells_what_an_unknown_outcome_means(self, office: Office, agent: Person) -> None:
        await office.delivery(state=DeliveryState.UNKNOWN, error_code="outcome_unknown")
        page = await agent.page(LIST)
        assert "不确定是否送达" in page
        assert "客户可能收到了，也可能没有" in page
        assert "outcome_unknown" not in page

    async def test_leaves_out_what_the_person_was_told_elsewhere(self, office: Office, supervisor: Person) -> None:
        await office.account()
        await office.delivery(error_code="told_elsewhere")
        assert "所有消息都送到了" in await supervisor.page(LIST)
        assert 'class="yc-tab-alarm"' not in await supervisor.page("/console/channels")
        await supervisor.client.post(f"{LIST}/retry-all", headers=HTMX)
        assert await office.due() == []

    async def test_says_so_when_everything_arrived(self, agent: Person) -> None:
        assert "所有消息都送到了" in await agent.page(LIST)

    async def test_goes_on_where_the_last_page_ended(self, office: Office, agent: Person) -> None:
        states = (DeliveryState.FAILED, DeliveryState.UNKNOWN, DeliveryState.EXPIRED)
        for number in range(PAGE + 5):
            await office.delivery(str(number), states[number % 3])
        first = await agent.page(LIST)
        following = re.search(r'rel="next" href="([^"]+)"', first)
        assert following
        # What fails meanwhile moves nothing.
        await office.delivery("new")
        second = await agent.page(following[1].replace("&amp;", "&"))
        assert shown(first) + shown(second) == [str(number) for number in reversed(range(PAGE + 5))]
        assert 'rel="next"' not in second

    @pytest.mark.parametrize("cursor", ["x", "WyJhIl0", "Wy0xXQ", "WzEwMDAwMDAwMDAwMDAwMDAwMDAwMDBd"])
    async def test_a_made_up_cursor_is_refused(self, agent: Person, cursor: str) -> None:
        assert (await agent.client.get(f"{LIST}?after={cursor}")).status_code == 422


class TestTheFilters:
    async def test_narrow_to_an_account_and_an_outcome(self, office: Office, agent: Person) -> None:
        await office.delivery("one")
        await office.delivery("two", DeliveryState.EXPIRED)
        await office.delivery("three", name="gh_2")
        assert shown(await agent.page(f"{LIST}?account=fake:gh_1")) == ["two", "one"]
        assert shown(await agent.page(f"{LIST}?state=expired")) == ["two"]
        assert shown(await agent.page(f"{LIST}?account=fake:gh_2&state=failed")) == ["three"]

    async def test_narrow_to_one_person(self, office: Office, agent: Person) -> None:
        await office.delivery("one")
        await office.delivery("two", address="wu")
        assert shown(await agent.page(f"{LIST}?thread=fake:gh_1:wu")) == ["two"]

    async def test_nobody_knows_are_none(self, office: Office, agent: Person) -> None:
        await office.delivery("one")
        assert shown(await agent.page(f"{LIST}?state=sent&account=nonsense")) == ["one"]

    async def test_offer_a_way_back(self, agent: Person) -> None:
        page = await agent.page(f"{LIST}?state=expired")
        assert "这里没有未送达的消息" in page
        assert f'href="{LIST}"' in page


class TestSendingAgain:
    async def test_puts_the_message_on_its_way(self, office: Office, agent: Person) -> None:
        letter = await office.delivery("请看附件", error_code="45002", error_text="too long")
        part = (await agent.client.post(f"{LIST}/{letter.id}/retry", headers=HTMX)).text
        assert "1 条消息已重新排队。" in part
        assert shown(part) == []
        assert (await office.delivery_now(letter.key)).state == DeliveryState.QUEUED
        assert await office.due() == [letter.key]

    async def test_what_may_have_arrived_has_to_be_confirmed(self, office: Office, agent: Person) -> None:
        letter = await office.delivery(state=DeliveryState.UNKNOWN)
        answer = await agent.client.post(f"{LIST}/{letter.id}/retry", headers=HTMX)
        assert answer.status_code == 409
        assert "客户可能已经收到了" in answer.text
        assert await office.due() == []
        dialog = await agent.page(f"{LIST}/{letter.id}/confirm")
        assert 'name="sure"' in dialog
        await agent.client.post(f"{LIST}/{letter.id}/retry", data={"sure": "1"}, headers=HTMX)
        assert await office.due() == [letter.key]

    async def test_twice_is_once(self, office: Office, agent: Person) -> None:
        letter = await office.delivery()
        await agent.client.post(f"{LIST}/{letter.id}/retry", headers=HTMX)
        again = await agent.client.post(f"{LIST}/{letter.id}/retry", headers=HTMX)
        assert again.status_code == 409
        assert "不需要重发" in again.text
        assert await office.due() == [letter.key]

    async def test_keeps_the_filters(self, office: Office, agent: Person) -> None:
        letter = await office.delivery("one")
        await office.delivery("two", name="gh_2")
        await office.delivery("three")
        part = (await agent.client.post(f"{LIST}/{letter.id}/retry?account=fake:gh_1", headers=HTMX)).text
        assert shown(part) == ["three"]


class TestSendingAllAgain:
    async def test_leaves_out_what_may_have_arrived(self, office: Office, supervisor: Person) -> None:
        failed = await office.delivery()
        unsure = await office.delivery(state=DeliveryState.UNKNOWN)
        expired = await office.delivery(state=DeliveryState.EXPIRED)
        dialog = await supervisor.page(f"{LIST}/confirm-all")
        assert "重发 2 条消息？" in dialog
        part = (await supervisor.client.post(f"{LIST}/retry-all", headers=HTMX)).text
        assert "2 条消息已重新排队。" in part
        assert await office.due() == [failed.key, expired.key]
        assert (await office.delivery_now(unsure.key)).state == DeliveryState.UNKNOWN

    async def test_sends_these_too_when_just_they_were_chosen(self, office: Office, supervisor: Person) -> None:
        await office.delivery()
        unsure = await office.delivery(state=DeliveryState.UNKNOWN)
        assert "对方可能看到两遍" in await supervisor.page(f"{LIST}/confirm-all?state=unknown")
        await supervisor.client.post(f"{LIST}/retry-all?state=unknown", headers=HTMX)
        assert await office.due() == [unsure.key]

    async def test_keeps_to_the_filters(self, office: Office, supervisor: Person) -> None:
        await office.delivery()
        other = await office.delivery(name="gh_2")
        await supervisor.client.post(f"{LIST}/retry-all?account=fake:gh_2", headers=HTMX)
        assert await office.due() == [other.key]

    async def test_takes_a_bounded_number_at_once(self, office: Office, supervisor: Person) -> None:
        assert MOST_AT_ONCE == 200
        for _ in range(3):
            await office.delivery()
        part = (await supervisor.client.post(f"{LIST}/retry-all", headers=HTMX)).text
        assert "3 条消息已重新排队。" in part


class TestTheOverview:
    async def test_counts_them_in_its_tab(self, office: Office, supervisor: Person) -> None:
        await office.account()
        await office.delivery()
        await office.delivery(state=DeliveryState.SENT)
        assert re.search(
            r'undelivered" class="yc-tab-alarm">未送达 <span class="yc-count">1</span>',
            await supervisor.page("/console/channels"),
        )
