import asyncio
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from channels.context import ChannelContext
from channels.models import AccountPace
from channels.port import Button, Outbound
from channels.wecom.api import KfApi
from channels.wecom.bodies import text_body
from channels.wecom.failures import msgid_of
from channels.wecom.models import WecomToken
from channels.wecom.tokens import token_id
from kit.clock import FrozenClock
from kit.outbox import Priority
from tests.channels.wecom.kf import KFID, Kf, page, refused, unreachable
from tests.channels.wecom.office import Office

UNDER_WAY = {"queued", "sending"}
YES, NO = Button(id="yes", label="解决了"), Button(id="no", label="没有")


@pytest.fixture
async def heard(office: Office, kf: Kf) -> Office:
    """The customer has written, and we know of it."""
    kf.says("开不了票")
    await office.news()
    kf.calls.clear()
    return office


class TestSending:
    async def test_a_text_arrives_under_a_name_of_ours(self, heard: Office, kf: Kf) -> None:
        sent = await heard.send("请按 F5", key="reply:1")
        assert (sent.state, sent.provider_id) == ("sent", msgid_of("reply:1"))
        [body] = kf.customer().inbox
        assert body == {
            "touser": "wmLi",
            "open_kfid": KFID,
            "msgid": msgid_of("reply:1"),
            "msgtype": "text",
            "text": {"content": "请按 F5"},
        }
        assert kf.violations == []

    async def test_real_characters_are_sent_no_escapes(self, heard: Office, kf: Kf) -> None:
        seen: list[bytes] = []
        kf.plan.append(("send_msg", lambda request: seen.append(request.content)))
        await heard.send("好的😀")
        assert "好的😀".encode() in seen[0]

    async def test_quick_replies_are_a_menu_and_come_back_as_a_button(self, heard: Office, kf: Kf) -> None:
        await heard.send("解决了吗？", buttons=(YES, NO))
        [body] = kf.customer().inbox
        assert body["msgmenu"] == {
            "head_content": "解决了吗？",
            "list": [
                {"type": "click", "click": {"id": "yes", "content": "解决了"}},
                {"type": "click", "click": {"id": "no", "content": "没有"}},
            ],
        }
        kf.says("解决了", menu_id="yes")
        await heard.news()
        assert (await heard.inbound())[-1].button == "yes"

    async def test_a_long_text_is_cut_by_bytes(self, heard: Office, kf: Kf) -> None:
        text = "发票" * 700
        assert (await heard.send(text)).state == "sent"
        parts = kf.customer().texts
        assert "".join(parts) == text
        assert all(len(part.encode()) <= 2048 for part in parts)

    async def test_the_state_is_read_once_and_then_known(self, heard: Office, kf: Kf) -> None:
        await heard.send("一")
        await heard.send("二")
        assert kf.counts() == {"kf/service_state/get": 1, "kf/send_msg": 2}


class TestMenu:
    def test_limits_are_kept_in_bytes(self) -> None:
        buttons = tuple(Button(id=f"article:{number}", label="很长的标签" * 20) for number in range(12))
        menu = text_body(Outbound(text="选一个", buttons=buttons))["msgmenu"]
        assert len(menu["list"]) == 10
        assert all(len(entry["click"]["content"].encode()) <= 128 for entry in menu["list"])

    def test_a_text_too_long_for_the_head_goes_on_under_the_entries(self) -> None:
        text = "第一段。" * 50 + "\n\n" + "第二段。" * 60
        menu = text_body(Outbound(text=text, buttons=(YES,)))["msgmenu"]
        assert len(menu["head_content"].encode()) <= 1024
        assert len(menu["tail_content"].encode()) <= 1024
        assert (menu["head_content"] + menu["tail_content"]).replace("\n", "") == text.replace("\n", "")

    def test_words_without_a_seam_are_cut_between_characters(self) -> None:
        menu = text_body(Outbound(text="票" * 660, buttons=(YES,)))["msgmenu"]
        assert menu["head_content"] + menu["tail_content"] == "票" * 660

    def test_an_id_the_platform_would_not_take_is_no_button(self) -> None:
        body = text_body(Outbound(text="?", buttons=(Button(id="x" * 65, label="?"),)))
        assert body == {"msgtype": "text", "text": {"content": "?"}}


class TestWindow:
    async def test_four_answers_of_the_bot_and_one_of_a_person_then_the_next_waits(self, heard: Office, kf: Kf) -> None:
        states = [(await heard.send(f"答 {number}")).state for number in range(6)]
        assert states == ["sent"] * 4 + ["parked"] * 2
        assert (await heard.send("我是王芳", priority=Priority.PERSON)).state == "sent"
        assert (await heard.send("还有", priority=Priority.PERSON)).state == "parked"
        assert kf.violations == []
        kf.says("好的")
        await heard.news()
        await heard.work()
        assert kf.violations == []
        assert kf.customer().texts[5:] == ["答 4\n\n答 5\n\n还有"]

    async def test_after_two_days_nothing_is_sent(self, heard: Office, kf: Kf, clock: FrozenClock) -> None:
        clock.advance(hours=48, seconds=1)
        assert (await heard.send("还在吗")).state == "parked"
        assert kf.called("kf/send_msg") == []

    @pytest.mark.parametrize("code", [95001, 95002, 95013, 95024])
    async def test_the_platforms_count_is_the_one_that_counts(self, heard: Office, kf: Kf, code: int) -> None:
        kf.plan.append(("send_msg", refused(code, "limit")))
        parked = await heard.send("答")
        assert (parked.state, parked.error_code) == ("parked", str(code))
        assert (await heard.send("再答")).state == "parked"
        assert len(kf.called("kf/send_msg")) == 1


class TestState:
    async def test_with_a_servicer_nothing_is_sent_and_nothing_is_lost(self, heard: Office, kf: Kf) -> None:
        kf.customer().state, kf.customer().servicer = 3, "zhangsan"
        parked = await heard.send("机器人插话")
        assert (parked.state, parked.error_code) == ("parked", "state_3")
        assert "企业微信" in (parked.error_text or "")
        assert kf.violations == []
        kf.customer().state = 4
        kf.event("session_status_change", change_type=3, old_servicer_userid="zhangsan")
        kf.says("又来了")
        await heard.news()
        await heard.work()
        assert kf.customer().texts == ["机器人插话"]
        assert kf.violations == []

    async def test_a_mirror_that_is_wrong_is_put_right_after_95018(self, heard: Office, kf: Kf) -> None:
        await heard.send("一")
        kf.customer().state = 2
        parked = await heard.send("二")
        assert (parked.state, parked.error_code) == ("parked", "state_2")
        assert [code for _path, code in kf.violations] == [95018]
        kf.customer().state = 0
        kf.says("在吗")
        kf.customer().state = 1
        kf.event("session_status_change", change_type=99)
        await heard.news()
        await heard.work()
        assert (await heard.delivery(parked.key)).state == "sent"

    async def test_a_refusal_that_passes_is_tried_again(self, heard: Office, kf: Kf, clock: FrozenClock) -> None:
        kf.plan.append(("send_msg", refused(95018, "send msg session status invalid")))
        assert (await heard.send("一")).state == "queued"
        clock.advance(seconds=3)
        await heard.work()
        assert kf.customer().texts == ["一"]
        assert kf.customer().quota == 4


class TestUnknownOutcome:
    def stalled(self, kf: Kf, *, carried_out: bool) -> None:
        def stall(request: httpx.Request) -> httpx.Response:
            if carried_out:
                kf._kf_send_msg(kf._body(request))
            raise httpx.ReadTimeout("stalled", request=request)

        kf.plan.append(("send_msg", stall))

    @pytest.mark.parametrize("carried_out", [True, False])
    async def test_a_stall_is_asked_again_under_the_same_name_and_told_once(
        self,
        heard: Office,
        kf: Kf,
        clock: FrozenClock,
        carried_out: bool,  # noqa: FBT001 - a parameter of the case.
    ) -> None:
        self.stalled(kf, carried_out=carried_out)
        assert (await heard.send("一次就好", key="k")).state in UNDER_WAY
        clock.advance(minutes=1)
        await heard.work()
        sent = await heard.delivery("k")
        assert (sent.state, sent.provider_id) == ("sent", msgid_of("k"))
        assert kf.customer().texts == ["一次就好"]
        assert {body["msgid"] for body in kf.called("kf/send_msg")} == {msgid_of("k")}

    async def test_a_gateways_page_is_no_answer(self, heard: Office, kf: Kf, clock: FrozenClock) -> None:
        kf.plan.append(("send_msg", page))
        assert (await heard.send("一")).state in UNDER_WAY
        clock.advance(minutes=1)
        await heard.work()
        assert kf.customer().texts == ["一"]

    async def test_what_never_left_is_simply_sent_later(self, heard: Office, kf: Kf, clock: FrozenClock) -> None:
        kf.plan.append(("send_msg", unreachable))
        assert (await heard.send("一")).error_code == "unreachable"
        clock.advance(minutes=1)
        await heard.work()
        assert kf.customer().texts == ["一"]


class TestRefusals:
    @pytest.mark.parametrize(
        ("code", "state"),
        [
            (40008, "failed"),
            (45002, "failed"),
            (95003, "failed"),
            (40096, "failed"),
            (-1, "queued"),
            (45033, "queued"),
            (45009, "queued"),
            (45011, "queued"),
            (60020, "queued"),
            (48002, "queued"),
            (95017, "queued"),
            (98765, "queued"),
        ],
    )
    async def test_each_code_has_its_outcome_and_keeps_its_words(
        self, heard: Office, kf: Kf, code: int, state: str
    ) -> None:
        kf.plan.append(("send_msg", refused(code, "die Worte")))
        delivery = await heard.send("一")
        assert (delivery.state, delivery.error_code, delivery.error_text) == (state, str(code), "die Worte")

    async def test_a_customer_who_is_gone_is_not_written_to_until_the_customer_writes(
        self, heard: Office, kf: Kf
    ) -> None:
        kf.plan.append(("send_msg", refused(40096, "invalid external userid")))
        await heard.send("一")
        assert (await heard.send("二")).state == "failed"
        kf.says("我在")
        await heard.news()
        assert (await heard.send("三")).state == "sent"

    @pytest.mark.parametrize(("code", "broken"), [(60020, True), (45009, False), (45011, False), (95012, True)])
    async def test_an_account_that_may_not_send_pauses(
        self,
        heard: Office,
        kf: Kf,
        code: int,
        broken: bool,  # noqa: FBT001 - a parameter of the case.
    ) -> None:
        kf.plan.append(("send_msg", refused(code, "no")))
        await heard.send("一")
        [pace] = await heard.rows(AccountPace)
        assert (pace.closed_code, pace.broken) == (str(code), broken)
        assert pace.closed_until > 0

    async def test_an_account_that_was_spoilt_pauses_and_tells_no_secret(self, heard: Office) -> None:
        (await heard.account()).secrets["secret"] = ""
        delivery = await heard.send("一")
        assert (delivery.state, delivery.error_code, delivery.error_text) == ("queued", "account_unfit", "secret")

    async def test_too_many_requests_by_status_pause_the_account_as_long_as_told(self, heard: Office, kf: Kf) -> None:
        kf.plan.append(("send_msg", lambda _request: httpx.Response(429, headers={"retry-after": "30"})))
        await heard.send("一")
        [pace] = await heard.rows(AccountPace)
        assert pace.closed_code == "http_429"
        assert pace.closed_until == (heard.clock.now() + timedelta(seconds=30)).timestamp() * 1_000_000


class TestTokens:
    async def test_one_token_serves_all_calls_and_processes(self, heard: Office, kf: Kf) -> None:
        other = Office(heard.ground, heard.clock, kf)
        await heard.send("一")
        await other.put("二")
        await other.work()
        assert kf.tokens == 1
        assert kf.called("gettoken") == []

    async def test_the_token_is_sealed_in_the_database(self, heard: Office) -> None:
        [row] = await heard.rows(WecomToken)
        assert "token-1" not in row.sealed
        assert heard.context.box.open(row.sealed) == {"token": "token-1"}

    async def test_a_token_revoked_in_mid_flight_is_replaced_once(self, heard: Office, kf: Kf) -> None:
        kf.dead_tokens.add("token-1")
        assert (await heard.send("一")).state == "sent"
        assert kf.counts()["gettoken"] == 1

    @pytest.mark.parametrize("code", [40001, 40014, 42001])
    async def test_a_token_refused_for_ever_costs_two_calls_and_one_token(
        self, heard: Office, kf: Kf, code: int
    ) -> None:
        await heard.send("一")
        kf.calls.clear()
        kf.plan += [("send_msg", refused(code, "no"))] * 50
        delivery = await heard.send("二")
        assert (delivery.state, delivery.error_code) == ("queued", str(code))
        assert kf.counts() == {"kf/send_msg": 2, "gettoken": 1}
        [pace] = await heard.rows(AccountPace)
        assert pace.broken

    async def test_a_wrong_secret_is_not_asked_with_again_and_again(
        self, office: Office, kf: Kf, clock: FrozenClock
    ) -> None:
        account = await office.account()
        account.secrets["secret"] = "wrong"
        for _ in range(10):
            await office.news()
        assert kf.counts() == {"gettoken": 1}
        clock.advance(seconds=601)
        (await office.account()).secrets["secret"] = "wrong"
        await office.pull()
        assert kf.counts() == {"gettoken": 2}

    async def test_it_is_renewed_before_it_ends(self, heard: Office, kf: Kf, clock: FrozenClock) -> None:
        clock.advance(seconds=7200 - 300 + 1)
        await heard.send("一")
        assert kf.counts()["gettoken"] == 1

    async def test_of_many_processes_that_need_one_at_once_one_asks(self, office: Office, kf: Kf) -> None:
        contexts = [ChannelContext.of(office.ground, transport=kf) for _ in range(5)]
        account = await office.account()
        tokens = [KfApi(context).tokens for context in contexts]
        got = await asyncio.gather(*(each.token(account) for each in tokens for _ in range(4)))
        assert set(got) == {"token-1"}
        assert kf.counts() == {"gettoken": 1}

    async def test_a_process_that_died_while_asking_holds_nobody_up_for_long(
        self, office: Office, kf: Kf, clock: FrozenClock
    ) -> None:
        account, tokens = await office.account(), KfApi(office.context).tokens
        assert await tokens._lease(token_id(account), clock.now())
        clock.advance(seconds=16)
        assert await tokens.token(account) == "token-1"

    async def test_two_secrets_of_one_corporation_are_two_tokens(self, office: Office) -> None:
        first = await office.account()
        second = replace(first, secrets={**first.secrets, "secret": "the other application's"})
        assert token_id(first) != token_id(second)
