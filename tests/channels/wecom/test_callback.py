import json
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from channels.tencent.signatures import signature
from channels.wecom.callback import MAX_BYTES, Callback, encrypted_part, read_callback
from channels.wecom.models import WecomCursor
from tests.channels.wecom.kf import CORP, Kf
from tests.channels.wecom.office import AES_KEY, Office, sealed
from tests.support.trying import tries

#: The example in the platform's document on callbacks (加解密方案说明, URL 验证).
EXAMPLE_CORP = "wx5823bf96d3bd56c7"
EXAMPLE = {
    "msg_signature": "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3",
    "timestamp": "1409659589",
    "nonce": "263014780",
    "echostr": "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==",
}
#: Another one of the platform, which many libraries carry in their tests.
OTHER_KEY, OTHER_ECHO = (
    "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aQ",
    "4ByGGj+sVCYcvGeQYhaKIk1o0pQRNbRjxybjTGblXrBaXlTXeOo1+bXFXDQQb1o6co6Yh9Bv41n7hOchLF6p+Q==",
)
NEWS = "<xml><Event><![CDATA[kf_msg_or_event]]></Event><Token><![CDATA[T]]></Token></xml>"


async def set_up(office: Office, *, corp: str = CORP, **secret: str) -> None:
    """Another corporation behind the account's address."""
    account = await office.account()
    account.settings["corp_id"] = corp
    account.secrets.update(secret)


class TestVerification:
    async def get(self, office: Office, **query: str) -> tuple[int, bytes, str]:
        async with office.web() as client:
            response = await client.get(f"/hooks/wecom/{office.hook}", params=query)
        return response.status_code, response.content, response.headers["content-type"]

    async def test_the_platforms_own_example_is_answered_with_the_bare_text(self, office: Office) -> None:
        await set_up(office, corp=EXAMPLE_CORP)
        status, content, kind = await self.get(office, **EXAMPLE)
        assert (status, content) == (200, b"1616140317555161061")
        assert kind.startswith("text/plain")
        [cursor] = await office.rows(WecomCursor)
        assert cursor.verified_at == office.clock.now()

    async def test_the_other_example_decrypts_too(self, office: Office) -> None:
        await set_up(office, aes_key=OTHER_KEY)
        query = {"timestamp": "1411443780", "nonce": "437374425", "echostr": OTHER_ECHO}
        given = signature("QDG6eK", *query.values())
        assert await self.get(office, **query, msg_signature=given) == (
            200,
            b"5927782489442352469",
            "text/plain; charset=utf-8",
        )

    @pytest.mark.parametrize("changed", ["msg_signature", "timestamp", "nonce", "echostr"])
    async def test_a_change_of_any_part_is_refused(self, office: Office, changed: str) -> None:
        await set_up(office, corp=EXAMPLE_CORP)
        assert (await self.get(office, **{**EXAMPLE, changed: "0" + EXAMPLE[changed][1:]}))[:2] == (403, b"")

    @pytest.mark.parametrize("missing", list(EXAMPLE))
    async def test_a_missing_part_is_refused(self, office: Office, missing: str) -> None:
        await set_up(office, corp=EXAMPLE_CORP)
        rest = {name: value for name, value in EXAMPLE.items() if name != missing}
        assert (await self.get(office, **rest))[:2] == (403, b"")

    async def test_an_unknown_address_is_refused(self, office: Office) -> None:
        office.hook = "nobodys"
        assert (await self.get(office, **EXAMPLE))[:2] == (403, b"")


class TestHostility:
    async def refused(self, office: Office, body: bytes, **query: str) -> int:
        status = (await office.post(body, **query)).status_code
        assert await office.jobs("kf.pull") == []
        assert await office.unparsed() == []
        return status

    async def test_a_forged_signature_is_refused(self, office: Office) -> None:
        body, query = sealed(NEWS, token="another")
        assert await self.refused(office, body, **query) == 403

    async def test_a_signature_of_other_content_is_refused(self, office: Office) -> None:
        body, _query = sealed(NEWS)
        _body, query = sealed(NEWS)
        assert await self.refused(office, body, **query) == 403

    async def test_another_key_is_refused_even_with_the_right_token(self, office: Office) -> None:
        body, query = sealed(NEWS, aes_key=OTHER_KEY)
        assert await self.refused(office, body, **query) == 403

    async def test_another_corporation_is_refused(self, office: Office) -> None:
        body, query = sealed(NEWS, corp="ww0000000000000000")
        assert await self.refused(office, body, **query) == 403

    async def test_a_truncated_body_is_refused(self, office: Office) -> None:
        body, query = sealed(NEWS)
        assert await self.refused(office, body[: len(body) // 2], **query) == 403

    async def test_too_large_a_body_is_refused_before_anything_else(self, office: Office) -> None:
        body, query = sealed(NEWS)
        assert await self.refused(office, body + b" " * MAX_BYTES, **query) == 413

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{",
            b"[" * 60_000,
            b'{"encrypt":' * 5_000,
            b'{"encrypt": 17}',
            b"<xml>" * 12_000,
            b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><xml><Encrypt>&b;</Encrypt></xml>',
            b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><Encrypt>&a;</Encrypt></xml>',
            b"<xml><Encrypt>AAAA</Encrypt><Encrypt>AAAA</Encrypt></xml>",
            b"\xff\xfe\x00<xml/>",
            b"<xml><Encrypt>" + b"A" * 60_000,
        ],
        ids=range(11),
    )
    async def test_no_body_makes_us_stumble(self, office: Office, body: bytes) -> None:
        _body, query = sealed(NEWS)
        assert await self.refused(office, body, **query) == 403

    async def test_a_replay_makes_us_look_once_more_and_nothing_else(self, office: Office, kf: Kf) -> None:
        kf.says("一")
        body, query = sealed(NEWS)
        for _ in range(3):
            assert (await office.post(body, **query)).text == "success"
        await office.pull()
        assert await office.texts() == ["一"]

    async def test_an_account_that_was_spoilt_refuses_and_does_not_stumble(self, office: Office) -> None:
        await set_up(office, aes_key="spoilt")
        body, query = sealed(NEWS)
        assert await self.refused(office, body, **query) == 403

    async def test_a_key_just_changed_still_opens(self, office: Office) -> None:
        await set_up(office, aes_key=OTHER_KEY, old_aes_key=AES_KEY)
        body, query = sealed(NEWS)
        assert (await office.post(body, **query)).status_code == 200
        assert len(await office.jobs("kf.pull")) == 1

    async def test_what_is_signed_but_no_event_is_kept_and_answered(self, office: Office) -> None:
        body, query = sealed("nothing we know")
        assert (await office.post(body, **query)).text == "success"
        [push] = await office.unparsed()
        assert (push.reason, push.body) == ("no event", b"nothing we know")

    async def test_json_is_as_good_as_xml(self, office: Office) -> None:
        body, query = sealed(NEWS)
        body = json.dumps({"tousername": CORP, "encrypt": encrypted_part(body)}).encode()
        assert (await office.post(body, **query)).text == "success"
        assert len(await office.jobs("kf.pull")) == 1

    @settings(max_examples=tries(300), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(body=some.binary(max_size=3000), query=some.dictionaries(some.text(max_size=20), some.text(max_size=50)))
    async def test_whatever_comes_is_refused_without_a_fault(
        self, office: Office, body: bytes, query: dict[str, str]
    ) -> None:
        address = f"/hooks/wecom/{office.hook}?{urlencode(query, errors='replace')}"
        async with office.web() as client:
            response = await client.post(address, content=body)
        assert response.status_code == 403


class TestReading:
    @pytest.mark.slow
    @settings(max_examples=tries(10_000), deadline=None)
    @given(body=some.binary(max_size=300) | some.text(max_size=300).map(lambda text: text.encode("utf8", "replace")))
    def test_any_body_is_read_without_a_fault(self, body: bytes) -> None:
        part = encrypted_part(b"<xml><Encrypt>" + body)
        assert part is None or isinstance(part, str)
        encrypted_part(b"{" + body)
        read_callback(body.decode("utf8", "replace"))

    def test_the_platforms_example_is_read(self) -> None:
        text = (
            "<xml>\n   <ToUserName><![CDATA[ww12345678910]]></ToUserName>\n   <CreateTime>1348831860</CreateTime>\n"
            "   <MsgType><![CDATA[event]]></MsgType>\n   <Event><![CDATA[kf_msg_or_event]]></Event>\n"
            "   <Token><![CDATA[ENCApHxnGDNAVNY4AaSJKj4Tb5mwsEMzxhFmHVGcra996NR]]></Token>\n"
            "   <OpenKfId><![CDATA[wkxxxxxxx]]></OpenKfId>\n</xml>"
        )
        token = "ENCApHxnGDNAVNY4AaSJKj4Tb5mwsEMzxhFmHVGcra996NR"
        assert read_callback(text) == Callback(event="kf_msg_or_event", open_kfid="wkxxxxxxx", token=token)
