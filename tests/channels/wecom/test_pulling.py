import asyncio

import pytest
from sqlmodel import delete

from channels.accounts.models import ChannelAccount
from channels.wecom.cursors import cursor_of, pull_health, queue_pull
from channels.wecom.models import WecomCursor
from channels.wecom.pulling import Puller
from channels.wecom.taking import Taking
from kit.clock import FrozenClock
from kit.outbox import claim
from tests.channels.wecom.kf import KFID, Kf, page, refused, unreachable
from tests.channels.wecom.office import Office


class TestCallback:
    async def test_what_a_customer_wrote_is_in_the_inbox_after_the_callback(self, office: Office, kf: Kf) -> None:
        msgid = kf.says("开不了票")
        assert await office.callback() == 200
        assert await office.inbound() == [], "nothing is asked before the callback is answered"
        await office.pull()
        [message] = await office.inbound()
        assert (message.text, message.platform_id, message.address) == ("开不了票", msgid, "wmLi")
        assert kf.called("kf/sync_msg")[0]["token"] == kf.callback_token
        assert kf.called("kf/sync_msg")[0]["open_kfid"] == KFID

    async def test_a_repeated_callback_brings_nothing_twice(self, office: Office, kf: Kf) -> None:
        kf.says("一")
        await office.news()
        await office.news()
        kf.says("二")
        await office.news()
        assert await office.texts() == ["一", "二"]

    async def test_many_callbacks_are_one_pull(self, office: Office, kf: Kf) -> None:
        kf.says("一")
        for _ in range(5):
            await office.callback()
        assert len(await office.jobs("kf.pull")) == 1
        await office.pull()
        assert len(kf.called("kf/sync_msg")) == 1

    async def test_a_callback_while_a_pull_is_under_way_is_pulled_after_it(self, office: Office, kf: Kf) -> None:
        kf.says("一")
        await office.callback()
        async with office.ground.db.transaction() as session:
            jobs = await claim(session, office.clock.now(), queue="pull:wecom", limit=5, lease_s=30)
        await office.callback()
        assert len(await office.jobs("kf.pull")) == 2
        assert len(jobs) == 1

    async def test_each_page_is_asked_for_until_there_is_no_more(self, office: Office, kf: Kf) -> None:
        kf.page = 2
        for number in range(7):
            kf.says(str(number))
        await office.news()
        assert await office.texts() == [str(number) for number in range(7)]
        assert len(kf.called("kf/sync_msg")) == 4

    async def test_one_address_serves_several_accounts_of_an_application(self, office: Office, kf: Kf) -> None:
        first = office.hook
        await office.open(name="wkOther")
        office.hook = first
        await office.callback(kfid="wkOther")
        [job] = await office.jobs("kf.pull")
        assert job.payload == {"account": "wkOther"}

    async def test_other_events_are_kept(self, office: Office) -> None:
        assert await office.callback(event="kf_account_auth_change") == 200
        [push] = await office.unparsed()
        assert push.reason == "event kf_account_auth_change"
        assert b"kf_account_auth_change" in push.body


class TestSweep:
    async def test_a_lost_callback_loses_nothing(self, office: Office, kf: Kf, clock: FrozenClock) -> None:
        await office.sweep()
        kf.says("没人告诉我们")
        clock.advance(seconds=121)
        await office.sweep()
        assert await office.texts() == ["没人告诉我们"]

    async def test_an_account_that_was_just_pulled_is_left_alone(self, office: Office, kf: Kf) -> None:
        await office.news()
        await office.sweep()
        assert len(kf.called("kf/sync_msg")) == 1

    async def test_without_a_callback_no_old_token_is_shown(self, office: Office, kf: Kf, clock: FrozenClock) -> None:
        await office.news()
        clock.advance(minutes=11)
        await office.sweep()
        assert "token" not in kf.called("kf/sync_msg")[-1]

    async def test_two_days_without_a_pull_raise_an_alarm_that_ends_with_the_next(
        self, office: Office, kf: Kf, clock: FrozenClock
    ) -> None:
        await office.sweep()
        clock.advance(hours=49)
        kf.plan += [("sync_msg", page)] * 5
        await office.sweep()
        async with office.ground.db.reading() as session:
            [health] = await pull_health(session)
        assert health.alarm_at == clock.now()
        clock.advance(minutes=10)
        kf.plan.clear()
        await office.sweep()
        async with office.ground.db.reading() as session:
            [health] = await pull_health(session)
        assert health.alarm_at is None
        assert health.error_code == ""


class TestCrash:
    async def test_a_death_between_page_and_cursor_loses_nothing_and_repeats_nothing(
        self, office: Office, kf: Kf, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        kf.page = 2
        for number in range(4):
            kf.says(str(number))
        taken = Taking.take
        dying = [ConnectionError()]

        async def take(self: Taking, raw: object) -> None:
            await taken(self, raw)
            if "3" in str(raw) and dying and "'3'" in str(raw):
                raise dying.pop()

        monkeypatch.setattr(Taking, "take", take)
        await office.callback()
        await office.inward[0].run_once()
        assert await office.texts() == ["0", "1"]
        assert await self.cursor(office) == "at-2"
        office.clock.advance(minutes=10)
        await office.pull()
        assert await office.texts() == ["0", "1", "2", "3"]

    async def test_a_page_that_is_told_again_is_taken_once(self, office: Office, kf: Kf) -> None:
        kf.says("一")
        await office.news()
        async with office.ground.db.transaction() as session:
            cursor = await cursor_of(session, office.clock.now(), KFID)
            await session.merge(WecomCursor(**{**cursor.model_dump(), "cursor": ""}))
        kf.says("二")
        await office.news()
        assert await office.texts() == ["一", "二"]

    async def test_of_two_pullers_at_once_each_message_is_taken_once(self, office: Office, kf: Kf) -> None:
        """The lane keeps them apart; here both run all the same, as after a lease that ran out."""
        kf.page = 3
        for number in range(30):
            kf.says(str(number))
        account = await office.account()
        puller = Puller(office.context, office.channel._api)

        async def pull() -> None:
            while await puller._pull_page(account):
                pass

        await asyncio.gather(pull(), pull(), pull())
        await office.news()
        assert sorted(await office.texts(), key=int) == [str(number) for number in range(30)]

    @staticmethod
    async def cursor(office: Office) -> str:
        [row] = await office.rows(WecomCursor)
        return str(row.cursor)


class TestTrouble:
    async def test_a_refused_callback_token_is_left_out(self, office: Office, kf: Kf) -> None:
        kf.says("一")
        await office.callback(token="forged")
        await office.pull()
        assert await office.texts() == ["一"]
        assert [body.get("token") for body in kf.called("kf/sync_msg")] == ["forged", None]

    async def test_a_cursor_the_platform_does_not_know_begins_anew(self, office: Office, kf: Kf) -> None:
        kf.says("一")
        await office.news()
        async with office.ground.db.transaction() as session:
            cursor = await cursor_of(session, office.clock.now(), KFID)
            await session.merge(WecomCursor(**{**cursor.model_dump(), "cursor": "stale"}))
        kf.says("二")
        await office.news()
        assert await office.texts() == ["一", "二"]

    async def test_one_bad_item_is_kept_and_the_page_goes_on(self, office: Office, kf: Kf) -> None:
        kf.says("一")
        for odd in (
            None,
            17,
            {"msgtype": "text", "origin": 3, "text": {"content": "ohne Absender"}},
            {"msgtype": "text", "origin": 99, "external_userid": "wmLi", "text": {"content": "?"}},
            {"msgtype": "event", "event": {"event_type": "msg_send_fail"}},
            {"msgtype": "image", "origin": 3, "external_userid": "wmLi", "image": "nothing"},
            {"msgtype": "event", "origin": 4, "event": {"event_type": "reject_customer_msg_switch_change"}},
        ):
            kf.add(odd)
        kf.says("二\x00\ud800!")
        await office.news()
        assert await office.texts() == ["一", "二!"]
        assert len(await office.unparsed()) == 7

    async def test_what_was_said_long_before_the_account_was_entered_is_history(
        self, office: Office, kf: Kf, clock: FrozenClock
    ) -> None:
        clock.advance(hours=-20)
        kf.says("昨天的")
        clock.advance(hours=20)
        kf.says("今天的")
        await office.news()
        assert await office.texts() == ["今天的"]

    async def test_an_account_entered_again_begins_with_that(self, office: Office, kf: Kf, clock: FrozenClock) -> None:
        await office.news()
        async with office.ground.db.transaction() as session:
            await session.execute(delete(ChannelAccount))
        kf.says("在此期间")
        clock.advance(hours=5)
        await office.open()
        kf.says("现在")
        await office.news()
        assert await office.texts() == ["现在"]

    @pytest.mark.parametrize("trouble", [page, unreachable, refused(-1, "system busy"), refused(99999, "?")])
    async def test_a_failed_pull_is_tried_again_and_the_call_count_stays_bounded(
        self, office: Office, kf: Kf, clock: FrozenClock, trouble: object
    ) -> None:
        kf.says("一")
        kf.plan += [("sync_msg", trouble)] * 3  # type: ignore[list-item]  # One of the outcomes above.
        await office.callback()
        await office.pull()
        assert await office.texts() == []
        assert len(kf.called("kf/sync_msg")) == 1
        for _ in range(3):
            clock.advance(seconds=60)
            await office.pull()
        assert await office.texts() == ["一"]
        assert len(kf.called("kf/sync_msg")) == 4

    async def test_a_pull_that_always_fails_gives_way_to_the_sweep(
        self, office: Office, kf: Kf, clock: FrozenClock
    ) -> None:
        kf.says("一")
        kf.plan += [("sync_msg", page)] * 5
        await office.callback()
        for _ in range(10):
            await office.pull()
            clock.advance(seconds=60)
        assert await office.jobs("kf.pull") == []
        await office.sweep()
        assert await office.texts() == ["一"]

    async def test_too_many_calls_shut_the_way_in_for_a_while_even_for_callbacks(
        self, office: Office, kf: Kf, clock: FrozenClock
    ) -> None:
        kf.says("一")
        kf.plan.append(("sync_msg", refused(45009, "api freq out of limit")))
        await office.news()
        for _ in range(20):
            await office.news()
        assert len(kf.called("kf/sync_msg")) == 1
        clock.advance(seconds=601)
        await office.news()
        assert await office.texts() == ["一"]

    async def test_a_removed_account_is_not_pulled(self, office: Office, kf: Kf) -> None:
        async with office.ground.db.transaction() as session:
            await queue_pull(session, office.clock.now(), "wkGone")
        await office.pull()
        assert kf.calls == []
