"""Messages out: from the queue to the phone, and what becomes of them when the platform says no."""

from datetime import UTC, datetime, timedelta

import pytest

from channels.port import Button
from channels.simulator.faults import Garbage, Refuse, Stall, Unreachable
from kit.clock import FrozenClock
from kit.ground import Ground
from tests.channels.wechat.outbound_line import Line

SEND = "message/custom/send"


@pytest.fixture
async def line(ground: Ground) -> Line:
    opened = Line(ground)
    await opened.add_account()
    return opened


class TestReplies:
    async def test_what_waits_for_one_person_travels_as_one_message_with_a_token_fetched_once(self, line: Line) -> None:
        person = await line.person()
        await line.put("您好，发票已经重新开具。", "还有别的问题吗？")
        await line.work()
        assert person.texts == ["您好，发票已经重新开具。\n\n还有别的问题吗？"]
        assert [row.state for row in await line.deliveries()] == ["sent", "sent"]
        assert line.asked("stable_token") == 1
        assert line.platform.violations == []

    async def test_words_and_emoji_arrive_as_they_were_written(self, line: Line) -> None:
        # The platform refuses escaped characters (40033), and so does the simulated one.
        person = await line.person()
        await line.put("镕镕😀 <发票> & “税”")
        await line.work()
        assert person.texts == ["镕镕😀 <发票> & “税”"]

    async def test_quick_replies_can_be_pressed(self, line: Line) -> None:
        person = await line.person()
        await line.put("解决了吗？", buttons=(Button(id="csat:1", label="解决了"), Button(id="csat:0", label="没有")))
        await line.work()
        assert person.inbox[-1].kind == "msgmenu"
        assert person.inbox[-1].buttons == ["解决了", "没有"]

    async def test_quick_replies_below_markup_can_be_pressed_as_well(self, line: Line) -> None:
        person = await line.person()
        await line.put("XML 里的 <税号> 填了吗？", buttons=(Button(id="x&y", label="填了 & 对了"),))
        await line.work()
        assert person.inbox[-1].kind == "text"
        tap = person.inbox[-1].taps["填了 & 对了"]
        assert (tap.content, tap.menu_id) == ("填了 & 对了", "x&y")

    async def test_a_long_answer_is_split_within_the_platforms_limit(self, line: Line) -> None:
        person = await line.person()
        answer = "请在开票软件里重新登录，然后再试一次。" * 60
        await line.put(answer)
        await line.work()
        assert "".join(person.texts) == answer
        assert line.platform.violations == []


class TestAnotherChance:
    async def test_a_token_revoked_midway_is_replaced_and_nobody_notices(self, line: Line) -> None:
        person = await line.person()
        await line.put("一")
        await line.work()
        line.platform.tokens.revoke(line.official.app_id)
        await line.put("二")
        await line.work()
        assert person.texts == ["一", "二"]
        assert (line.asked("stable_token"), line.asked(SEND)) == (2, 3)

    @pytest.mark.parametrize("code", [40001, 40014, 42001])
    async def test_a_token_that_is_never_taken_closes_the_account_after_few_calls(self, line: Line, code: int) -> None:
        await line.person()
        line.platform.faults.add(SEND, Refuse(code=code, text="invalid credential"), times=99)
        await line.put("一")
        await line.work()
        row, pace = await line.delivery(), await line.pace()
        assert (row.state, row.error_code, pace.broken) == ("queued", str(code), True)
        assert (line.asked("stable_token"), line.asked(SEND)) == (2, 2)
        assert all(not body.get("force_refresh") for body in line.bodies("stable_token"))

    async def test_a_hundred_waiting_messages_do_not_multiply_the_calls(self, line: Line) -> None:
        for number in range(100):
            await line.person(f"openid-{number}")
            await line.put("一", to=f"openid-{number}")
        line.platform.faults.add(SEND, Refuse(code=40001, text="invalid credential"), times=999)
        await line.work()
        # Ten are in hand when the first is refused.
        assert (line.asked("stable_token"), line.asked(SEND)) == (2, 20)

    async def test_it_goes_on_by_itself_once_the_token_is_taken_again(self, line: Line, clock: FrozenClock) -> None:
        person = await line.person()
        line.platform.faults.add(SEND, Refuse(code=40001, text="invalid credential"), times=2)
        await line.put("一")
        await line.work()
        clock.advance(seconds=61)
        await line.work()
        assert person.texts == ["一"]
        assert (await line.pace()).broken is False


class TestThePersonHasToWriteFirst:
    @pytest.mark.parametrize("code", [45015, 45047])
    async def test_a_shut_window_parks_the_reply_until_the_person_writes(self, line: Line, code: int) -> None:
        person = await line.person()
        line.platform.faults.add(SEND, Refuse(code=code, text="out of response limit"))
        await line.put("一")
        await line.work()
        row = await line.delivery()
        assert (row.state, row.error_code) == ("parked", str(code))
        assert line.asked(SEND) == 1
        await line.hear(person)
        await line.work()
        assert person.texts == ["一"]

    async def test_without_the_service_interface_nothing_is_even_tried(self, ground: Ground) -> None:
        line = Line(ground)
        await line.add_account(verified=False)
        await line.person()
        await line.put("一")
        await line.work()
        assert (await line.delivery()).state == "parked"
        assert line.platform.calls == []


class TestThisPersonNever:
    @pytest.mark.parametrize("code", [40003, 43004, 43019, 48002])
    async def test_nothing_more_is_tried_until_the_person_comes_back(self, line: Line, code: int) -> None:
        person = await line.person()
        line.platform.faults.add(SEND, Refuse(code=code, text="require subscribe"))
        await line.put("一")
        await line.work()
        await line.put("二")
        await line.work()
        first, second = await line.deliveries()
        assert (first.state, first.error_code) == ("failed", str(code))
        assert (second.state, second.error_code) == ("failed", str(code))
        assert line.asked(SEND) == 1
        await line.hear(person, back=True)
        await line.put("三")
        await line.work()
        assert person.texts == ["三"]

    async def test_the_platforms_own_words_are_kept(self, line: Line) -> None:
        person = await line.person()
        await person.blocks()
        await line.put("一")
        await line.work()
        row = await line.delivery()
        assert row.error_code == "48002"
        assert row.error_text is not None
        assert row.error_text.startswith("user block receive message rid:")


class TestThisMessageNever:
    @pytest.mark.parametrize("code", [44004, 45002, 47003, 87014])
    async def test_the_message_fails_and_the_next_one_passes(self, line: Line, code: int) -> None:
        person = await line.person()
        line.platform.faults.add(SEND, Refuse(code=code, text="content"))
        await line.put("一")
        await line.work()
        await line.put("二")
        await line.work()
        assert [row.state for row in await line.deliveries()] == ["failed", "sent"]
        assert person.texts == ["二"]


class TestTheWholeAccountWaits:
    @pytest.mark.parametrize(
        ("code", "reopens"),
        [
            # The clock shows 10:00 in Beijing; the quota is counted from midnight there.
            (45009, timedelta(hours=14, seconds=5)),
            (45011, timedelta(seconds=60)),
        ],
    )
    async def test_it_is_closed_as_long_as_the_quota_lasts(
        self, line: Line, clock: FrozenClock, code: int, reopens: timedelta
    ) -> None:
        li, wang = await line.person(), await line.person("openid-wang")
        line.platform.faults.add(SEND, Refuse(code=code, text="reach max api quota limit"))
        await line.put("一")
        await line.work()
        await line.put("二", to="openid-wang")
        clock.advance(seconds=reopens.total_seconds() - 1)
        await line.work()
        assert line.asked(SEND) == 1
        clock.advance(seconds=1)
        await line.work()
        assert (li.texts, wang.texts) == (["一"], ["二"])
        assert line.platform.violations == []

    async def test_an_address_that_is_not_on_the_white_list_is_a_matter_for_staff(self, line: Line) -> None:
        await line.person()
        line.official.whitelist = set()
        await line.put("一")
        await line.work()
        row, pace = await line.delivery(), await line.pace()
        assert (row.state, row.error_code) == ("queued", "40164")
        assert row.error_text is not None
        assert "whitelist" in row.error_text
        assert (pace.broken, pace.closed_code) == (True, "40164")
        assert (line.asked("stable_token"), line.asked(SEND)) == (1, 0)

    async def test_it_goes_on_once_the_white_list_is_corrected(self, line: Line, clock: FrozenClock) -> None:
        person = await line.person()
        line.official.whitelist = set()
        await line.put("一")
        await line.work()
        line.official.whitelist = None
        clock.advance(minutes=10)
        await line.work()
        assert person.texts == ["一"]

    async def test_a_permission_taken_away_closes_the_account(self, line: Line) -> None:
        await line.person()
        line.official.verified = False
        await line.put("一")
        await line.work()
        pace = await line.pace()
        assert (pace.broken, pace.closed_code) == (True, "48001")

    async def test_a_gateways_429_is_obeyed(self, line: Line) -> None:
        await line.person()
        line.platform.faults.add(SEND, Refuse(code=0, status=429, retry_after=30))
        await line.put("一")
        await line.work()
        closed_until = datetime.fromtimestamp((await line.pace()).closed_until / 1_000_000, UTC)
        assert closed_until == line.ground.clock.now() + timedelta(seconds=30)


class TestNothingWasSent:
    @pytest.mark.parametrize(
        ("fault", "code"),
        [
            (Refuse(code=-1, text="system error"), "-1"),
            (Refuse(code=99999, text="a code nobody knows"), "99999"),
            (Garbage(), "not_the_platform"),
            (Unreachable(), "unreachable"),
            (Refuse(code=0, status=503), "http_503"),
        ],
    )
    async def test_it_is_tried_again_later_and_told_in_the_platforms_words(
        self, line: Line, clock: FrozenClock, fault: Refuse | Garbage | Unreachable, code: str
    ) -> None:
        person = await line.person()
        line.platform.faults.add(SEND, fault)
        await line.put("一")
        await line.work()
        row = await line.delivery()
        assert (row.state, row.error_code) == ("queued", code)
        assert person.texts == []
        clock.advance(minutes=11)
        await line.work()
        assert person.texts == ["一"]
        assert line.asked(SEND) <= 2

    async def test_what_is_never_taken_ends_in_a_visible_failure_after_eight_tries(
        self, line: Line, clock: FrozenClock
    ) -> None:
        await line.person()
        line.platform.faults.add(SEND, Refuse(code=99999, text="a code nobody knows"), times=99)
        await line.put("一")
        for _ in range(12):
            await line.work()
            clock.advance(minutes=11)
        row = await line.delivery()
        assert (row.state, row.error_code) == ("failed", "99999")
        assert line.asked(SEND) == 8


class TestNobodyKnows:
    @pytest.mark.parametrize(
        "fault", [Stall(), Stall(carried_out=False), Refuse(code=0, status=502), Garbage(body="", status=200)]
    )
    async def test_a_lost_answer_is_never_followed_by_a_second_message(
        self, line: Line, clock: FrozenClock, fault: Stall | Refuse | Garbage
    ) -> None:
        person = await line.person()
        line.platform.faults.add(SEND, fault)
        await line.put("一")
        await line.work()
        clock.advance(hours=1)
        await line.work()
        assert (await line.delivery()).state == "unknown"
        assert line.asked(SEND) == 1
        assert len(person.texts) <= 1

    @pytest.mark.parametrize("fault", [Stall(), Garbage(), Refuse(code=0, status=502)])
    async def test_a_token_that_does_not_come_in_time_loses_nothing(
        self, line: Line, clock: FrozenClock, fault: Stall | Garbage | Refuse
    ) -> None:
        person = await line.person()
        line.platform.faults.add("stable_token", fault)
        await line.put("一")
        await line.work()
        assert (await line.delivery()).state == "queued"
        assert line.asked(SEND) == 0
        clock.advance(minutes=11)
        await line.work()
        assert person.texts == ["一"]


class TestAccounts:
    async def test_a_wrong_address_of_the_platform_is_a_matter_for_staff(self, ground: Ground) -> None:
        line = Line(ground)
        await line.add_account(api_url="https://api.weixin.qq.com:port")
        await line.person()
        await line.put("一")
        await line.work()
        row, pace = await line.delivery(), await line.pace()
        assert (row.state, row.error_code, pace.broken) == ("queued", "api_url", True)

    async def test_an_account_that_was_removed_fails_what_waits_for_it(self, ground: Ground) -> None:
        line = Line(ground)
        await line.person()
        await line.put("一")
        await line.work()
        assert (await line.delivery()).error_code == "unknown_account"
