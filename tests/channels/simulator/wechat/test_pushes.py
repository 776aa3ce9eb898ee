import json
from typing import Any

import pytest

from channels.simulator.crypto import MessageCipher, UnreadableError, new_aes_key, signature
from channels.simulator.faults import Drop, LoseAnswer, Twice
from channels.simulator.wechat.account import Format, Mode, OfficialAccount
from channels.simulator.wechat.rules import OUT_OF_SERVICE
from channels.simulator.wechat.state import WeChatPlatform
from channels.simulator.xml import read_xml, write_xml
from tests.channels.simulator.product import Product, Pushed


def reply_fields(pushed: Pushed | None = None, **changes: Any) -> dict[str, Any]:
    fields = {"ToUserName": "li", "FromUserName": "gh_desk", "CreateTime": 1, "MsgType": "text", "Content": "在的"}
    return {**fields, **changes}


class TestTheCipher:
    def test_the_platforms_own_example_of_a_signature_verifies(self) -> None:
        assert signature("AAAAA", "1714036504", "1514711492") == "f464b24fc39322e44b38aa78f5edd27bd1441696"

    def test_what_is_encrypted_is_read_again_by_the_same_account_alone(self) -> None:
        key = new_aes_key()
        encrypted = MessageCipher(key, "wx-desk").encrypt("发票😀")
        assert MessageCipher(key, "wx-desk").decrypt(encrypted) == "发票😀"
        for other in (MessageCipher(key, "wx-other"), MessageCipher(new_aes_key(), "wx-desk")):
            with pytest.raises(UnreadableError):
                other.decrypt(encrypted)

    @pytest.mark.parametrize("junk", ["", "%%%", "QUFB", "QUFBQUFBQUFBQUFBQUFBQQ=="])
    def test_junk_is_unreadable(self, junk: str) -> None:
        with pytest.raises(UnreadableError):
            MessageCipher(new_aes_key(), "wx").decrypt(junk)


class TestXML:
    def test_a_text_that_ends_a_section_survives(self) -> None:
        assert read_xml(write_xml({"Content": "a]]>b"}))["Content"] == "a]]>b"


class TestModes:
    async def test_a_clear_push_is_signed(
        self, platform: WeChatPlatform, account: OfficialAccount, product: Product
    ) -> None:
        await (await platform.person("li")).says("你好 <b>")
        (pushed,) = product.pushes
        assert signature(account.token, pushed.query["timestamp"], pushed.query["nonce"]) == pushed.query["signature"]
        fields = pushed.fields
        assert (fields["ToUserName"], fields["FromUserName"], fields["Content"]) == ("gh_desk", "li", "你好 <b>")
        assert fields["MsgId"].isdigit()

    @pytest.mark.parametrize("mode", [Mode.SAFE, Mode.COMPATIBLE])
    @pytest.mark.parametrize("written", list(Format))
    async def test_encrypted_pushes_are_signed_over_the_cipher_text(
        self, platform: WeChatPlatform, account: OfficialAccount, product: Product, mode: Mode, written: Format
    ) -> None:
        account.mode, account.format = mode, written
        await (await platform.person("li")).says("你好")
        (pushed,) = product.pushes
        read = json.loads if written is Format.JSON else lambda body: read_xml(body.decode())
        outside = read(pushed.body)
        query = pushed.query
        assert query["encrypt_type"] == "aes"
        expected = signature(account.token, query["timestamp"], query["nonce"], outside["Encrypt"])
        assert query["msg_signature"] == expected
        assert ("Content" in outside) == (mode is Mode.COMPATIBLE)
        assert read(account.cipher.decrypt(outside["Encrypt"]).encode())["Content"] == "你好"


class TestPassiveReplies:
    async def test_a_clear_answer_reaches_the_person(
        self, platform: WeChatPlatform, account: OfficialAccount, product: Product
    ) -> None:
        product.answer = lambda _pushed: write_xml(reply_fields())
        li = await platform.person("li")
        await li.says("在吗")
        assert li.texts == ["在的"]
        assert li.last.via == "passive"
        assert li.grants.left(platform.clock.now()) == 5

    async def test_an_encrypted_answer_is_decrypted_and_a_clear_one_refused_in_safe_mode(
        self, platform: WeChatPlatform, account: OfficialAccount, product: Product
    ) -> None:
        account.mode = Mode.SAFE
        li = await platform.person("li")

        def sealed(_pushed: Pushed) -> str:
            encrypted = account.cipher.encrypt(write_xml(reply_fields()))
            signed = signature(account.token, "1", "n", encrypted)
            return write_xml({"Encrypt": encrypted, "MsgSignature": signed, "TimeStamp": 1, "Nonce": "n"})

        product.answer = sealed
        await li.says("在吗")
        product.answer = lambda _pushed: write_xml(reply_fields())
        await li.says("在吗")
        assert li.texts == ["在的", OUT_OF_SERVICE]
        assert len(platform.violations) == 1

    @pytest.mark.parametrize(
        "answer",
        [
            '{"errcode": 0}',
            "<html></html>",
            "SUCCESS",
            "success\n",
            write_xml(reply_fields(ToUserName="zhang")),
            write_xml(reply_fields(MsgType="poem")),
            write_xml(reply_fields(Content="票" * 683)),
        ],
    )
    async def test_nonsense_shows_the_person_that_the_account_is_out_of_service(
        self, platform: WeChatPlatform, account: OfficialAccount, product: Product, answer: str
    ) -> None:
        product.answer = lambda _pushed: answer
        li = await platform.person("li")
        await li.says("在吗")
        assert (li.texts, li.notices) == ([OUT_OF_SERVICE], 1)
        assert len(platform.violations) == 1
        assert len(product.pushes) == 1

    async def test_an_answer_told_twice_is_shown_once(
        self, platform: WeChatPlatform, account: OfficialAccount, product: Product
    ) -> None:
        product.answer = lambda _pushed: write_xml(reply_fields())
        platform.faults.add("/hooks/wechat", Twice())
        li = await platform.person("li")
        await li.says("在吗")
        assert len(product.pushes) == 2
        assert li.texts == ["在的"]


class TestTries:
    async def test_three_tries_carry_the_same_message_and_then_the_person_is_told(
        self, platform: WeChatPlatform, account: OfficialAccount, product: Product
    ) -> None:
        product.status = 500
        li = await platform.person("li")
        (pushed,) = await li.says("在吗")
        assert pushed.tries == 3
        assert len({each.fields["MsgId"] for each in product.pushes}) == 1
        assert len({each.query["signature"] for each in product.pushes}) == 3
        assert li.texts == [OUT_OF_SERVICE]
        assert len(platform.violations) == 1

    async def test_a_slow_answer_comes_too_late_and_the_next_try_gets_it(
        self, platform: WeChatPlatform, account: OfficialAccount, product: Product
    ) -> None:
        platform.line.patience_s = 0.01
        product.answers_from = 2
        product.answer = lambda _pushed: write_xml(reply_fields())
        li = await platform.person("li")
        (pushed,) = await li.says("在吗")
        await platform.settle()
        assert pushed.tries == 2
        assert li.texts == ["在的"]

    async def test_a_lost_answer_makes_the_platform_try_again(
        self, platform: WeChatPlatform, account: OfficialAccount, product: Product
    ) -> None:
        product.answer = lambda _pushed: write_xml(reply_fields())
        platform.faults.add("/hooks/wechat", LoseAnswer(), times=2)
        li = await platform.person("li")
        await li.says("在吗")
        assert len(product.pushes) == 3
        assert li.texts == ["在的"]
        assert platform.violations == []

    async def test_a_dropped_push_is_never_seen(
        self, platform: WeChatPlatform, account: OfficialAccount, product: Product
    ) -> None:
        platform.faults.add("/hooks/wechat", Drop())
        await (await platform.person("li")).says("在吗")
        assert product.pushes == []


class TestTheCheckOfTheAddress:
    @pytest.mark.parametrize(("decoration", "good"), [("", True), ('"', False), ("\n", False)])
    async def test_the_echo_must_come_back_as_it_was(
        self, platform: WeChatPlatform, account: OfficialAccount, product: Product, decoration: str, *, good: bool
    ) -> None:
        product.answer = lambda pushed: pushed.query["echostr"] + decoration
        assert await platform.verify(account) is good
        query = product.pushes[0].query
        assert signature(account.token, query["timestamp"], query["nonce"]) == query["signature"]


class TestEvents:
    async def test_events_have_no_message_id_and_name_what_was_done(
        self, platform: WeChatPlatform, account: OfficialAccount, product: Product
    ) -> None:
        li = await platform.person("li", following=False)
        await li.scans("bind-7")
        await li.scans("bind-8")
        await li.clicks("status")
        await li.unfollows()
        told = [(each.fields["Event"], each.fields["EventKey"]) for each in product.pushes]
        assert told == [
            ("subscribe", "qrscene_bind-7"),
            ("SCAN", "bind-8"),
            ("CLICK", "status"),
            ("unsubscribe", ""),
        ]
        assert all("MsgId" not in each.fields for each in product.pushes)

    async def test_who_has_left_cannot_write(self, platform: WeChatPlatform, account: OfficialAccount) -> None:
        li = await platform.person("li", following=False)
        with pytest.raises(RuntimeError):
            await li.says("你好")

    async def test_a_decision_on_notices_lists_its_templates(
        self, platform: WeChatPlatform, account: OfficialAccount, product: Product
    ) -> None:
        account.format = Format.JSON
        li = await platform.person("li")
        await li.decides(progress=True)
        await li.decides(progress=True, result=False)
        one, two = (json.loads(each.body)["List"] for each in product.pushes)
        assert one["SubscribeStatusString"] == "accept"
        assert [each["SubscribeStatusString"] for each in two] == ["accept", "reject"]
        assert li.consents == {"progress": 2}
