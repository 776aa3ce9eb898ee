"""What people send and do, told by the platform in XML or JSON, reaches the inbox in the words of the port."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select
from wechatpy import parse_message

from channels.models import Allowance, InboundMessage
from channels.reach import note_refused, refusal_of
from channels.simulator.xml import write_xml
from channels.wechat.reading import read_fields
from channels.windows import window_of
from kit.clock import FrozenClock
from kit.ground import Ground
from kit.outbox.models import Job
from tests.channels.wechat.hook import LI, Hook


@pytest.fixture
async def hook(ground: Ground, clock: FrozenClock) -> AsyncIterator[Hook]:
    async with Hook(ground, clock, settings={"passive_wait_s": 0}) as opened:
        yield opened


def said(message: InboundMessage) -> tuple[str, str | None, str | None, str]:
    return message.text, message.button, message.command, message.argument


FORMATS = pytest.mark.parametrize("as_json", [False, True], ids=["xml", "json"])

MESSAGES: list[tuple[dict[str, Any], str]] = [
    ({"Content": "开不了票"}, "开不了票"),
    (
        {
            "MsgType": "location",
            "Location_X": 22.54,
            "Location_Y": 113.93,
            "Scale": 15,
            "Label": "深圳市南山区",
        },
        "📍 深圳市南山区 (22.54, 113.93)",
    ),
    (
        {"MsgType": "link", "Title": "数电票", "Description": "怎么开", "Url": "https://a.cn/1"},
        "数电票\n怎么开\nhttps://a.cn/1",
    ),
    ({"MsgType": "miniprogrampage", "Title": "开票", "PagePath": "pages/a", "AppId": "wx1"}, "开票\npages/a"),
]
MEDIA: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"MsgType": "image", "MediaId": "i1", "PicUrl": "http://p"}, {"ref": "i1", "kind": "image"}, ""),
    ({"MsgType": "voice", "MediaId": "v1", "Format": "amr"}, {"ref": "v1", "kind": "voice"}, ""),
    (
        {"MsgType": "voice", "MediaId": "v1", "Format": "amr", "Recognition": "怎么红冲"},
        {"ref": "v1", "kind": "voice"},
        "怎么红冲",
    ),
    ({"MsgType": "video", "MediaId": "d1", "ThumbMediaId": "t"}, {"ref": "d1", "kind": "video"}, ""),
    ({"MsgType": "shortvideo", "MediaId": "d2", "ThumbMediaId": "t"}, {"ref": "d2", "kind": "video"}, ""),
    (
        {"MsgType": "file", "MediaId": "f1", "Title": "发票.pdf", "FileTotalLen": 2048},
        {"ref": "f1", "kind": "file", "name": "发票.pdf", "size": 2048},
        "",
    ),
]


class TestMessages:
    @FORMATS
    @pytest.mark.parametrize(
        ("fields", "text"), MESSAGES, ids=lambda value: value.get("MsgType", "text") if isinstance(value, dict) else ""
    )
    async def test_what_says_something_becomes_text(
        self, hook: Hook, fields: dict[str, Any], text: str, *, as_json: bool
    ) -> None:
        sent = hook.fields(**fields)
        assert (await hook.push(sent, as_json=as_json)).text == "success"
        message = await hook.only()
        assert said(message) == (text, None, None, "")
        assert (message.channel, message.account, message.address) == ("wechat", hook.name, LI)
        assert message.platform_id == f"m:{sent['MsgId']}"

    @FORMATS
    @pytest.mark.parametrize(("fields", "media", "text"), MEDIA)
    async def test_files_are_named_for_fetching(
        self, hook: Hook, fields: dict[str, Any], media: dict[str, Any], text: str, *, as_json: bool
    ) -> None:
        await hook.push(hook.fields(**fields), as_json=as_json)
        message = await hook.only()
        assert [{key: value for key, value in each.items() if value} for each in message.media] == [media]
        assert message.text == text

    async def test_a_file_the_platform_only_tells_of_is_named(self, hook: Hook) -> None:
        file = {"MsgType": "file", "Title": "发票.pdf", "FileKey": "k", "FileMd5": "0" * 32, "FileTotalLen": 77}
        await hook.push(hook.fields(**file))
        message = await hook.only()
        assert message.attachments == [{"id": "", "name": "发票.pdf", "mime": "", "size": 77, "scan": ""}]

    @FORMATS
    async def test_a_tapped_reply_brings_its_id(self, hook: Hook, *, as_json: bool) -> None:
        await hook.push(hook.fields(Content="好了", bizmsgmenuid="works:7"), as_json=as_json)
        assert said(await hook.only()) == ("好了", "works:7", None, "")

    async def test_when_it_was_sent_is_kept_and_orders_what_was_tried_again(self, hook: Hook) -> None:
        await hook.push(hook.fields(CreateTime=1764000000))
        message = await hook.only()
        assert message.position == 1764000000
        assert message.raw["CreateTime"] == "1764000000"

    async def test_what_no_database_takes_is_left_out(self, hook: Hook) -> None:
        fields = {**hook.fields(Content="a\x00b\ud83dc"), "x\x00": "\ud800"}
        assert (await hook.post(json.dumps(fields))).text == "success"
        message = await hook.only()
        assert (message.text, message.raw["x"]) == ("abc", "")

    async def test_emoji_and_markup_stay_as_they_were(self, hook: Hook) -> None:
        await hook.push(hook.fields(Content="😀 <b>&amp; ]]> 中"))
        assert (await hook.only()).text == "😀 <b>&amp; ]]> 中"


class TestRepetition:
    async def test_a_message_is_taken_once_however_often_it_comes(self, hook: Hook) -> None:
        sent = hook.fields()
        for _ in range(3):
            assert (await hook.push(sent)).text == "success"
        assert len(await hook.inbound()) == 1
        async with hook.ground.db.reading() as session:
            assert len((await session.exec(select(Job))).all()) == 1

    async def test_a_replayed_request_brings_nothing_new(self, hook: Hook) -> None:
        body, query = hook.written(hook.fields())
        for _ in range(2):
            assert (await hook.post(body, query)).status_code == 200
            hook.clock.advance(days=1)
        assert len(await hook.inbound()) == 1

    async def test_a_scan_and_a_click_within_one_second_are_two(self, hook: Hook) -> None:
        for event in (hook.event("SCAN", "s1"), hook.event("CLICK", "k1"), hook.event("CLICK", "k2")):
            await hook.push(event)
            await hook.push(event)
        moment = int(hook.clock.now().timestamp())
        assert [message.platform_id for message in await hook.inbound()] == [
            f"e:{LI}:{moment}:SCAN:s1",
            f"e:{LI}:{moment}:CLICK:k1",
            f"e:{LI}:{moment}:CLICK:k2",
        ]

    async def test_the_number_of_one_account_says_nothing_about_another(
        self, ground: Ground, clock: FrozenClock
    ) -> None:
        async with Hook(ground, clock, name="gh_one") as one, Hook(ground, clock, name="gh_two") as two:
            await one.push(one.fields(MsgId=7))
            await two.push(two.fields(MsgId=7))
            assert [message.account for message in await one.inbound()] == ["gh_one", "gh_two"]

    async def test_a_key_too_long_for_an_index_is_told_apart_all_the_same(self, hook: Hook) -> None:
        for last in ("1", "2", "2"):
            event = hook.event("CLICK", "k" * 20_000 + last)
            assert (await hook.push(event)).text == "success"
        messages = await hook.inbound()
        assert len(messages) == 2
        assert max(len(message.platform_id) for message in messages) < 200


class TestEvents:
    @FORMATS
    @pytest.mark.parametrize(
        ("event", "key", "expected"),
        [
            ("subscribe", "", ("", None, "start", "")),
            ("subscribe", None, ("", None, "start", "")),
            ("subscribe", "qrscene_bind-7", ("", None, "start", "bind-7")),
            ("subscribe", "last_trade_no_4003", ("", None, "start", "")),
            ("SCAN", "bind-7", ("", None, "start", "bind-7")),
            ("CLICK", "cmd:status", ("", None, "status", "")),
            ("CLICK", "cmd:human", ("", None, "human", "")),
            ("CLICK", "cmd:lang:en", ("", None, "lang", "en")),
            ("CLICK", "cmd:link", ("", None, "link", "")),
            ("CLICK", "cmd:unknown", ("", "cmd:unknown", None, "")),
            ("CLICK", "say:发票开不出来", ("发票开不出来", None, None, "")),
            ("CLICK", "faq-7", ("", "faq-7", None, "")),
        ],
    )
    async def test_what_a_person_does_becomes_a_wish(
        self,
        hook: Hook,
        event: str,
        key: str | None,
        expected: tuple[str, str | None, str | None, str],
        *,
        as_json: bool,
    ) -> None:
        assert (await hook.push(hook.event(event, key), as_json=as_json)).text == "success"
        assert said(await hook.only()) == expected

    async def test_a_code_scanned_from_the_menu_says_what_it_holds(self, hook: Hook) -> None:
        info = {"ScanType": "qrcode", "ScanResult": "01,32,,2432,8.80,20260101,"}
        await hook.push(hook.event("scancode_waitmsg", "scan-invoice", ScanCodeInfo=info))
        assert said(await hook.only())[:2] == ("01,32,,2432,8.80,20260101,", "scan-invoice")

    @pytest.mark.parametrize(
        "event",
        ["VIEW", "LOCATION", "view_miniprogram", "pic_sysphoto", "location_select", "debug_demo", "kf_create_session"],
    )
    async def test_what_is_of_no_use_is_answered_and_kept_nowhere(self, hook: Hook, event: str) -> None:
        pictures = {"Count": 2, "PicList": {"item": [{"PicMd5Sum": "1"}, {"PicMd5Sum": "2"}]}}
        assert (await hook.push(hook.event(event, "k", SendPicsInfo=pictures))).text == "success"
        assert (await hook.inbound(), await hook.unparsed()) == ([], [])

    async def test_whoever_unfollows_is_not_written_to_until_they_are_back(self, hook: Hook) -> None:
        thread = f"wechat:{hook.name}:{LI}"
        assert (await hook.push(hook.event("unsubscribe", ""))).text == "success"
        async with hook.ground.db.reading() as session:
            refusal = await refusal_of(session, thread)
        assert refusal is not None
        assert refusal[0] == "unsubscribe"
        hook.clock.advance(seconds=30)
        await hook.push(hook.event("subscribe", ""))
        async with hook.ground.db.reading() as session:
            assert await refusal_of(session, thread) is None

    async def test_a_message_shows_that_a_blocked_person_is_back(self, hook: Hook) -> None:
        thread = f"wechat:{hook.name}:{LI}"
        async with hook.ground.db.transaction() as session:
            await note_refused(session, hook.clock.now(), thread, code="48002", text="user block receive message")
        await hook.push(hook.fields())
        async with hook.ground.db.reading() as session:
            assert await refusal_of(session, thread) is None


class TestNotUnderstood:
    @pytest.mark.parametrize(
        "changed",
        [
            {"MsgType": "hologram"},
            {"MsgType": ""},
            {"MsgId": ""},
            {"MsgId": "12a"},
            {"FromUserName": ""},
            {"FromUserName": "a:b"},
            {"FromUserName": "o" * 65},
            {"CreateTime": "yesterday"},
            {"CreateTime": "9" * 20},
            {"Content": {"a": "b"}},
            {"MsgType": "image"},
            {"MsgType": "event", "Event": "C L I C K"},
            {"ToUserName": "gh_somebodyelse"},
        ],
        ids=str,
    )
    @FORMATS
    async def test_it_is_answered_and_kept_whole_for_staff(
        self, hook: Hook, changed: dict[str, Any], *, as_json: bool
    ) -> None:
        body, query = hook.written(hook.fields(**changed), as_json=as_json)
        assert (await hook.post(body, query)).text == "success"
        assert await hook.inbound() == []
        (kept,) = await hook.unparsed()
        assert (kept.channel, kept.account, kept.body) == ("wechat", hook.name, body.encode())


class TestWindows:
    async def windows(self, hook: Hook) -> dict[str, tuple[int | None, timedelta]]:
        async with hook.ground.db.reading() as session:
            rows = (await session.exec(select(Allowance))).all()
        return {row.opened_by: (row.quota_left, row.closes_at - row.opened_at) for row in rows}

    async def test_each_act_opens_what_the_platform_says(self, hook: Hook) -> None:
        minute = timedelta(minutes=1)
        await hook.push(hook.event("CLICK", "k"))
        assert await self.windows(hook) == {"menu": (3, minute)}
        await hook.push(hook.event("SCAN", "s"))
        await hook.push(hook.event("subscribe", ""))
        await hook.push(hook.fields())
        assert await self.windows(hook) == {
            "menu": (3, minute),
            "scan": (3, minute),
            "follow": (3, minute),
            "message": (5, timedelta(hours=48)),
        }

    async def test_a_repeated_push_opens_nothing_again(self, hook: Hook) -> None:
        sent = hook.fields()
        await hook.push(sent)
        thread = f"wechat:{hook.name}:{LI}"
        hook.clock.advance(hours=47)
        await hook.push(sent)
        hook.clock.advance(hours=2)
        async with hook.ground.db.reading() as session:
            assert await window_of(session, hook.clock.now(), thread) is None

    async def test_new_rules_of_the_platform_are_entered_without_new_code(
        self, ground: Ground, clock: FrozenClock
    ) -> None:
        rules = {"windows": "message=20/2d menu=*/30s", "passive_wait_s": 0}
        async with Hook(ground, clock, settings=rules) as hook:
            for push in (hook.fields(), hook.event("CLICK", "k"), hook.event("SCAN", "s")):
                await hook.push(push)
            assert await self.windows(hook) == {
                "message": (20, timedelta(days=2)),
                "menu": (None, timedelta(seconds=30)),
                "scan": (3, timedelta(minutes=1)),
            }

    async def test_an_account_that_may_not_send_has_a_window_without_messages(
        self, ground: Ground, clock: FrozenClock
    ) -> None:
        async with Hook(ground, clock, settings={"verified": False}) as hook:
            hook.waiting.during.append(hook.answering("在的"))
            await hook.push(hook.fields())
            assert await self.windows(hook) == {"message": (0, timedelta(hours=48))}


def test_the_library_reads_the_same_in_what_both_can_read() -> None:
    base = {"ToUserName": "gh_1", "FromUserName": LI, "CreateTime": 1, "MsgId": 9, "MsgType": "text"}
    for fields in [*(fields for fields, _ in MESSAGES), *(fields for fields, _, _ in MEDIA)]:
        document = write_xml({**base, **fields})
        assert read_fields(document.encode()) == parse_message(document)._data
