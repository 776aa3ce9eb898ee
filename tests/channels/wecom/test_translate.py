import contextlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from channels.port import MediaKind
from channels.wecom.translate import CustomerSaid, Entered, OtherEvent, ServicerSaid, UnreadableError, read_item
from tests.support.trying import tries


def item(kind: str, part: Any, **more: Any) -> dict[str, Any]:
    head = {"msgid": "4eK1", "open_kfid": "wkA", "external_userid": "wmLi", "send_time": 1615478585, "origin": 3}
    return {**head, "msgtype": kind, kind: part, **more}


def said(kind: str, part: Any, **more: Any) -> CustomerSaid:
    read = read_item(item(kind, part, **more), "wkA")
    assert isinstance(read, CustomerSaid)
    return read


class TestMessages:
    def test_a_text(self) -> None:
        inbound = said("text", {"content": "hello world", "menu_id": ""}).inbound
        assert (inbound.text, inbound.button, inbound.address) == ("hello world", None, "wmLi")
        assert inbound.sent_at == datetime(2021, 3, 11, 16, 3, 5, tzinfo=UTC)
        assert inbound.thread == "wecom:wkA:wmLi"

    def test_a_pressed_menu_entry(self) -> None:
        inbound = said("text", {"content": "解决了", "menu_id": "yes"}).inbound
        assert (inbound.text, inbound.button) == ("解决了", "yes")

    @pytest.mark.parametrize("kind", ["image", "voice", "video", "file"])
    def test_a_file(self, kind: str) -> None:
        [media] = said(kind, {"media_id": "2iSLeVyqzk4eX0IB5kTi9Ljfa2rt9dwfq5WKRQ4Nvvgw"}).inbound.media
        assert (media.kind, media.ref) == (MediaKind(kind), "2iSLeVyqzk4eX0IB5kTi9Ljfa2rt9dwfq5WKRQ4Nvvgw")

    @pytest.mark.parametrize(
        ("kind", "part", "text"),
        [
            (
                "location",
                {"latitude": 23.10, "longitude": 113.32, "name": "广州国际媒体港", "address": "海珠区"},
                "[位置] 广州国际媒体港 海珠区（23.1, 113.32）",
            ),
            (
                "link",
                {"title": "标题", "desc": "说明", "url": "https://x", "pic_url": "https://y"},
                "[链接] 标题\n说明\nhttps://x",
            ),
            ("business_card", {"userid": "zhangsan"}, "[名片] zhangsan"),
            ("miniprogram", {"title": "开票", "appid": "wx1", "pagepath": "p", "thumb_media_id": "m"}, "[小程序] 开票"),
            ("channels", {"sub_type": 1, "nickname": "税务局", "title": "怎么开票"}, "[视频号] 税务局 怎么开票"),
            ("channels_shop_product", {"shop_nickname": "店", "title": "货"}, "[视频号商品] 店 货"),
            ("channels_shop_order", {"shop_nickname": "店", "order_id": "7"}, "[视频号订单] 店 7"),
            (
                "merged_msg",
                {"title": "群聊", "item": [{"sender_name": "甲"}, {"sender_name": "乙"}, {"sender_name": "甲"}, 5]},
                "[聊天记录] 群聊（甲、乙）",
            ),
            (
                "msgmenu",
                {
                    "head_content": "选",
                    "list": [{"type": "click", "click": {"content": "甲"}}, "?"],
                    "tail_content": "完",
                },
                "选\n甲\n完",
            ),
            ("note", {}, "[暂时看不了的消息：note]"),
            ("something_new", {"a": 1}, "[暂时看不了的消息：something_new]"),
        ],
    )
    def test_what_has_no_words_is_shown_in_some(self, kind: str, part: Any, text: str) -> None:
        assert said(kind, part).inbound.text == text

    def test_what_no_database_keeps_is_taken_out_everywhere(self) -> None:
        inbound = said("text", {"content": "a\x00b\ud800c", "x": ["\x00"]}).inbound
        assert inbound.text == "abc"
        assert json.dumps(inbound.raw, ensure_ascii=False).encode()
        assert "\\u0000" not in json.dumps(inbound.raw)

    def test_a_servicers_words_are_nobodys_question(self) -> None:
        read = read_item(item("text", {"content": "我来处理"}, origin=5, servicer_userid="zhangsan"), "wkA")
        assert isinstance(read, ServicerSaid)
        assert (read.servicer, read.text) == ("zhangsan", "我来处理")


class TestEvents:
    def test_the_parameter_made_for_one_goes_before_the_scene_of_all(self) -> None:
        event = {"event_type": "enter_session", "external_userid": "wmLi", "scene": "site", "welcome_code": "c"}
        read = read_item(item("event", {**event, "scene_param": "bind"}, origin=4), "wkA")
        assert isinstance(read, Entered)
        assert (read.inbound.argument, read.code) == ("bind", "c")
        without = read_item(item("event", event, origin=4), "wkA")
        assert isinstance(without, Entered)
        assert without.inbound.argument == "site"

    def test_an_unknown_event_is_an_event(self) -> None:
        assert read_item(item("event", {"event_type": "new"}, origin=4), "wkA") == OtherEvent(name="new")


JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=10),
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(some.text(max_size=8), inner, max_size=4),
    max_leaves=15,
)
KINDS = ["text", "image", "location", "link", "msgmenu", "merged_msg", "event", "channels", "note"]
FIELDS = {
    "msgid": JSON | some.just("m"),
    "external_userid": JSON | some.just("wmLi"),
    "send_time": JSON | some.just(1615478585),
    "origin": some.sampled_from([3, 4, 5, None]),
    "msgtype": some.sampled_from(KINDS) | JSON,
}
EVENT_FIELDS = {
    "event_type": some.sampled_from(["enter_session", "msg_send_fail", "session_status_change", "user_recall_msg"]),
    "external_userid": JSON,
    "fail_type": JSON,
}


class TestAnything:
    @settings(max_examples=tries(500), deadline=None)
    @given(
        head=some.fixed_dictionaries({}, optional=FIELDS),
        parts=some.dictionaries(some.sampled_from(KINDS), JSON, max_size=3),
        event=some.fixed_dictionaries({}, optional=EVENT_FIELDS),
    )
    def test_an_item_is_read_or_refused_and_never_stumbled_over(
        self, head: dict[str, Any], parts: dict[str, Any], event: dict[str, Any]
    ) -> None:
        with contextlib.suppress(UnreadableError):
            read_item({**parts, "event": event, **head}, "wkA")
