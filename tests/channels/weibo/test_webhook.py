"""What the platform tells us: who may, what is taken, what is kept for staff, and what answers it."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from channels.console.site import ChannelSite
from channels.port import Inbound
from channels.registry import PLATFORMS
from channels.simulator.xml import write_xml
from channels.tencent.signatures import signed_by
from channels.weibo.endpoints import BODY_MAX
from channels.weibo.reading import read_push
from channels.weibo.translate import translate
from channels.weibo.windows import DEFAULTS
from kit.clock import FrozenClock
from kit.ground import Ground
from tests.channels.weibo.square import LI, UID, Square, open_square


def test_the_signature_of_the_documents_holds() -> None:
    known = "90e4c22c90a58f26526c2dd5b6c56c8822edeaa1"
    assert signed_by("xyz123xyz", known, "1397022061823", "57155157")
    assert not signed_by("xyz123xyz", known, "1397022061824", "57155157")


class TestWhoMay:
    async def test_the_echo_comes_back_to_the_letter(self, square: Square) -> None:
        assert await square.platform.verify(UID)
        answer = await square.client.get(square.path, params=square.query(echostr="<b>echo</b>"))
        assert answer.text == "<b>echo</b>"
        assert answer.headers["content-type"].startswith("text/plain")

    @pytest.mark.parametrize(
        "changed", [{"signature": ""}, {"signature": "0" * 40}, {"timestamp": ""}, {"nonce": ""}, {"nonce": "1"}]
    )
    async def test_a_forged_request_is_refused(self, square: Square, changed: dict[str, str]) -> None:
        query = square.query(**changed)
        assert (await square.client.get(square.path, params={**query, "echostr": "x"})).status_code == 403
        assert (await square.push(square.said(), query)).status_code == 403
        assert await square.inbound() == []

    async def test_an_address_nobody_has_is_unknown(self, square: Square) -> None:
        assert (await square.client.post("/hooks/weibo/nobody", params=square.query())).status_code == 404

    async def test_where_it_is_not_switched_on_there_is_nothing(self, ground: Ground, clock: FrozenClock) -> None:
        async with open_square(ground, clock) as square:
            assert (await square.client.get(square.path, params=square.query(echostr="x"))).status_code == 404
            assert (await square.push(square.said())).status_code == 404

    async def test_its_accounts_are_entered_only_where_it_is_switched_on(self, square: Square) -> None:
        context = square.context
        off = replace(context.ground, settings=context.ground.settings.model_copy(update={"weibo": False}))
        for ground, offered in ((context.ground, True), (off, False)):
            site = ChannelSite(context=replace(context, ground=ground), platforms=PLATFORMS, channels={})
            assert ("weibo" in {one.name for one in site.enterable}) == offered

    async def test_too_much_is_refused(self, square: Square) -> None:
        assert (await square.push(b" " * (BODY_MAX + 1))).status_code == 413


class TestMessages:
    async def test_a_text(self, square: Square) -> None:
        answer = await square.push(square.said())
        assert (answer.status_code, answer.text) == (200, "")
        (message,) = await square.inbound()
        assert (message.address, message.text, message.account) == (str(LI), "发票开不出来", UID)
        assert await square.allowances() == {"message": None}

    async def test_a_place(self, square: Square) -> None:
        where = {"longitude": "116.308586", "latitude": "39.982525"}
        await square.push(square.said(type="position", text="我在这里", data=where))
        assert [one.text for one in await square.inbound()] == ["📍 我在这里 (39.982525, 116.308586)"]

    @pytest.mark.parametrize("kind", ["image", "voice"])
    async def test_a_file_is_fetched_by_the_receivers_id(self, square: Square, kind: str) -> None:
        await square.push(square.said(type=kind, data={"vfid": 821804459, "tovfid": 821804469}))
        (message,) = await square.inbound()
        assert message.media == [{"ref": "821804469", "kind": kind, "name": "", "size": None}]
        assert message.text == ""

    async def test_the_same_push_again_is_the_same_message(self, square: Square) -> None:
        for _ in range(3):
            await square.push(square.said())
        await square.push(square.said(text="还有一件事"))
        assert [one.text for one in await square.inbound()] == ["发票开不出来", "还有一件事"]

    async def test_in_the_other_format(self, square: Square) -> None:
        fields = {"ToUserName": UID, "FromUserName": str(LI), "CreateTime": 1342433360, "Content": "在吗"}
        await square.push(write_xml({**fields, "MsgType": "text", "MsgId": 7}).encode())
        clicked = {"MsgType": "event", "Event": "CLICK", "EventKey": "cmd:status"}
        await square.push(write_xml({**fields, **clicked}).encode())
        typed, chosen = await square.inbound()
        assert (typed.text, typed.address) == ("在吗", str(LI))
        assert chosen.command == "status"

    @pytest.mark.parametrize("stamp", ["Mon Jul 16 18:09:20 +0800 2012", 1342433360])
    def test_its_moment_is_read_in_either_format(self, stamp: object) -> None:
        told = {"type": "text", "receiver_id": UID, "sender_id": LI, "created_at": stamp, "text": "在吗"}
        found = translate(read_push(json.dumps(told).encode()), uid=UID, rules=DEFAULTS)
        assert isinstance(found, Inbound)
        assert found.sent_at == datetime(2012, 7, 16, 10, 9, 20, tzinfo=UTC)


class TestEvents:
    @pytest.mark.parametrize(
        ("subtype", "data", "opens", "command", "argument", "button"),
        [
            ("follow", {}, {"follow": None}, "start", "", None),
            ("subscribe", {}, {"follow": None}, "start", "", None),
            ("scan", {"key": "desk-7", "ticket": "t"}, {"scan": None}, "start", "desk-7", None),
            ("scan_follow", {"key": "desk-7"}, {"scan": None}, "start", "desk-7", None),
            ("click", {"key": "cmd:lang:en"}, {"menu": None}, "lang", "en", None),
            ("click", {"key": "prices"}, {"menu": None}, None, "", "prices"),
        ],
    )
    async def test_what_a_person_does(
        self,
        square: Square,
        subtype: str,
        data: dict[str, str],
        opens: dict[str, int | None],
        command: str | None,
        argument: str,
        button: str | None,
    ) -> None:
        await square.push(square.event(subtype, **data))
        (message,) = await square.inbound()
        assert (message.command, message.argument, message.button) == (command, argument, button)
        assert await square.allowances() == opens

    async def test_a_mention_may_be_answered_once(self, square: Square) -> None:
        data = {"subtype": "status", "key": "3600000000000001"}
        await square.push(square.said(type="mention", text="@应票 怎么开票？", data=data))
        assert [one.text for one in await square.inbound()] == ["@应票 怎么开票？"]
        assert await square.allowances() == {"mention": 1}

    @pytest.mark.parametrize("subtype", ["unfollow", "unsubscribe"])
    async def test_who_leaves_is_out_of_reach_until_they_are_back(self, square: Square, subtype: str) -> None:
        await square.push(square.said())
        await square.push(square.event(subtype))
        assert await square.refused() == ["unfollow"]
        assert await square.allowances() == {}
        await square.push(square.event("follow"))
        assert await square.refused() == [None]

    async def test_a_page_opened_from_the_menu_is_no_message(self, square: Square) -> None:
        await square.push(square.event("view", key="https://desk.example"))
        assert await square.inbound() == []
        assert await square.unread() == []


class TestWhatCannotBeRead:
    @pytest.mark.parametrize(
        ("changed", "reason"),
        [
            ({"receiver_id": 1}, "another account"),
            ({"sender_id": "li"}, "no sender"),
            ({"sender_id": None}, "no sender"),
            ({"type": "image", "data": {}}, "without tovfid"),
            ({"type": "hologram"}, "hologram"),
            ({"type": "event", "data": {"subtype": "wink"}}, "wink"),
            ({"type": "event", "data": []}, "a kind nobody knows"),
            ({"data": "text"}, "data is no object"),
        ],
    )
    async def test_is_kept_for_staff_and_answered(self, square: Square, changed: dict[str, Any], reason: str) -> None:
        told = square.said(**changed)
        answer = await square.push(told)
        assert (answer.status_code, answer.text) == (200, "")
        assert await square.inbound() == []
        (kept,) = await square.unread()
        assert reason in kept.reason

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"garbage",
            b"[]",
            b'{"type": "text", "type": "event"}',
            b'{"data": ' + b'{"a":' * 5000,
            b"<!DOCTYPE xml [<!ENTITY a 'b'>]><xml><Content>&a;</Content></xml>",
            b"<xml><Content>a</Content><Content>b</Content></xml>",
            b"<a>" * 5000,
            b"\xff\xfe",
        ],
    )
    async def test_neither_is_what_was_never_written_by_the_platform(self, square: Square, body: bytes) -> None:
        assert (await square.push(body)).status_code == 200
        assert [one.body for one in await square.unread()] == [body]


async def test_rules_that_were_changed_hold(square: Square) -> None:
    rules = {**square.account.settings, "windows": "message=3/72h"}
    async with square.ground.db.transaction() as session:
        account = await session.merge(square.account)
        account.settings = rules
        session.add(account)
    fresh = type(square.context).of(square.ground)
    square.client._transport.app.state.channels = replace(  # type: ignore[attr-defined]  # the transport we gave it.
        square.context, accounts=fresh.accounts
    )
    await square.push(square.said())
    assert await square.allowances() == {"message": 3}
