"""The address proves itself with the platform's own examples, and takes nothing from anybody else."""

import dataclasses
from collections.abc import AsyncIterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from channels.accounts.book import Account
from channels.simulator.crypto import MessageCipher, signature
from channels.simulator.xml import write_xml
from channels.wechat.opening import Front, Push, Query, RefusedError
from kit.clock import FrozenClock
from kit.ground import Ground
from tests.channels.wechat.hook import APP, KEY, LI, OTHER_KEY, TOKEN, Hook

# developers.weixin.qq.com, 消息推送 and 消息加解密说明.
OFFICIAL_APP = "wxba5fad812f8e6fb9"
OFFICIAL_TOKEN = "AAAAA"
OFFICIAL_KEY = "A" * 43
OFFICIAL_CIPHER_TEXT = (
    "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsX"
    "UnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajA"
    "sjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04="
)


def official(mode: str) -> Front:
    return Front.of(
        Account(
            id=1,
            channel="wechat",
            name="gh_97417a04a28d",
            label="",
            hook="hook",
            paused=False,
            settings={"app_id": OFFICIAL_APP, "mode": mode},
            secrets={"app_secret": "x", "token": OFFICIAL_TOKEN, "aes_key": OFFICIAL_KEY},
        )
    )


class TestWorkedExamples:
    def test_the_address_is_verified(self, clock: FrozenClock) -> None:
        query = Query(
            signature="f464b24fc39322e44b38aa78f5edd27bd1441696",
            timestamp="1714036504",
            nonce="1514711492",
            echostr="4375120948345356249",
        )
        assert official("safe").verify(query, clock.now()) == "4375120948345356249"
        with pytest.raises(RefusedError):
            official("safe").verify(dataclasses.replace(query, nonce="1514711493"), clock.now())

    def test_a_push_in_the_clear_is_opened(self, clock: FrozenClock) -> None:
        query = Query(signature="899cf89e464efb63f54ddac96b0a0a235f53aa78", timestamp="1714037059", nonce="486452656")
        body = (
            b'{"ToUserName":"gh_97417a04a28d","FromUserName":"o9AgO5Kd5ggOC-bXrbNODIiE3bGY","CreateTime":1714037059,'
            b'"MsgType":"event","Event":"debug_demo","debug_str":"hello world"}'
        )
        assert official("plain").open(query, body, clock.now()).fields["debug_str"] == "hello world"

    def test_an_encrypted_push_is_opened(self, clock: FrozenClock) -> None:
        query = Query(
            signature="6c5c811b55cc85e0e1b54100749188c20beb3f5d",
            timestamp="1714112445",
            nonce="415670741",
            msg_signature="046e02f8204d34f8ba5fa3b1db94908f3df2e9b3",
        )
        body = f'{{"ToUserName":"gh_97417a04a28d","Encrypt":"{OFFICIAL_CIPHER_TEXT}"}}'.encode()
        push = official("safe").open(query, body, clock.now())
        assert (push.fields["Event"], push.fields["CreateTime"]) == ("debug_demo", "1714112445")


@pytest.fixture
async def hook(ground: Ground, clock: FrozenClock) -> AsyncIterator[Hook]:
    async with Hook(ground, clock) as opened:
        yield opened


@pytest.fixture
async def safe(ground: Ground, clock: FrozenClock) -> AsyncIterator[Hook]:
    async with Hook(ground, clock, name="gh_safe", mode="safe") as opened:
        yield opened


class TestVerification:
    @pytest.mark.parametrize("echo", ["4375120948345356249", '"<&>"', " 回声 ", ""])
    async def test_the_echo_comes_back_to_the_letter_as_plain_text(self, hook: Hook, echo: str) -> None:
        response = await hook.client.get(hook.path, params=hook.query(echostr=echo))
        assert (response.status_code, response.content) == (200, echo.encode())
        assert response.headers["content-type"] == "text/plain; charset=utf-8"

    async def test_a_wrong_signature_is_refused(self, hook: Hook) -> None:
        query = hook.query(echostr="123", signature="0" * 40)
        response = await hook.client.get(hook.path, params=query)
        assert (response.status_code, "123" in response.text) == (403, False)

    async def test_nothing_at_all_is_refused(self, hook: Hook) -> None:
        assert (await hook.client.get(hook.path)).status_code == 403

    @pytest.mark.parametrize("method", ["GET", "POST"])
    async def test_an_unknown_address_is_nobodys(self, hook: Hook, method: str) -> None:
        response = await hook.client.request(method, "/hooks/wechat/nobody", params=hook.query(echostr="1"))
        assert response.status_code == 404


class TestSignatures:
    @pytest.mark.parametrize(
        "changed",
        [{"signature": "0" * 40}, {"signature": ""}, {"nonce": "2"}, {"timestamp": "1"}, {"signature": "签名"}],
    )
    async def test_a_forged_push_is_refused_and_leaves_nothing(self, hook: Hook, changed: dict[str, str]) -> None:
        response = await hook.post(write_xml(hook.fields()), hook.query(**changed))
        assert response.status_code == 403
        assert (await hook.inbound(), await hook.unparsed()) == ([], [])

    async def test_the_signature_of_another_token_is_refused(self, hook: Hook) -> None:
        query = hook.query(signature=signature("anotherToken", hook.query()["timestamp"], "1234567890"))
        assert (await hook.post(write_xml(hook.fields()), query)).status_code == 403

    async def test_in_safe_mode_only_the_signature_over_the_body_counts(self, safe: Hook) -> None:
        body, query = safe.written(safe.fields())
        assert query["signature"] == signature(TOKEN, query["timestamp"], query["nonce"])
        assert (await safe.post(body, {**query, "msg_signature": query["signature"]})).status_code == 403
        assert (await safe.post(body, {**query, "signature": "0"})).status_code == 200

    async def test_an_altered_cipher_text_is_refused(self, safe: Hook) -> None:
        body, query = safe.written(safe.fields())
        other, _ = safe.written(safe.fields(Content="别的"))
        assert body != other
        assert (await safe.post(other, query)).status_code == 403


class TestModes:
    async def test_safe_mode_refuses_what_is_not_encrypted(self, safe: Hook) -> None:
        assert (await safe.post(write_xml(safe.fields()))).status_code == 403
        assert await safe.inbound() == []

    async def test_compatible_mode_refuses_what_is_only_in_the_clear(self, ground: Ground, clock: FrozenClock) -> None:
        async with Hook(ground, clock, mode="compatible") as hook:
            assert (await hook.post(write_xml(hook.fields()))).status_code == 403

    async def test_compatible_mode_believes_the_encrypted_part_alone(self, ground: Ground, clock: FrozenClock) -> None:
        async with Hook(ground, clock, mode="compatible") as hook:
            encrypted = hook.cipher.encrypt(write_xml(hook.fields(Content="真的")))
            body = write_xml({**hook.fields(Content="假的", FromUserName="somebodyelse"), "Encrypt": encrypted})
            assert (await hook.post(body, hook.query(encrypted))).status_code == 200
            message = await hook.only()
            assert (message.text, message.address) == ("真的", LI)

    async def test_plain_mode_takes_encrypted_pushes_while_the_platform_is_a_step_ahead(self, hook: Hook) -> None:
        encrypted = hook.cipher.encrypt(write_xml(hook.fields(Content="你好")))
        body = write_xml({"ToUserName": hook.name, "Encrypt": encrypted})
        assert (await hook.post(body, hook.query(encrypted))).text == "success"
        assert (await hook.only()).text == "你好"

    async def test_a_mode_that_needs_a_key_refuses_everything_without_one(
        self, ground: Ground, clock: FrozenClock
    ) -> None:
        async with Hook(ground, clock, mode="safe", secrets={"aes_key": ""}) as hook:
            assert (await hook.push(hook.fields())).status_code == 403


class TestKeys:
    @pytest.mark.parametrize(
        "cipher", [MessageCipher(OTHER_KEY, APP), MessageCipher(KEY, "wxffffffffffffffff")], ids=["key", "app id"]
    )
    async def test_a_wrong_key_or_another_app_is_refused(self, safe: Hook, cipher: MessageCipher) -> None:
        safe.cipher = cipher
        assert (await safe.push(safe.fields())).status_code == 403
        assert (await safe.inbound(), await safe.unparsed()) == ([], [])

    async def test_while_keys_are_changed_both_open_and_each_is_answered_with_itself(
        self, ground: Ground, clock: FrozenClock
    ) -> None:
        keys = {"aes_key": OTHER_KEY, "old_aes_key": KEY}
        async with Hook(ground, clock, mode="safe", secrets=keys) as hook:
            for key in (KEY, OTHER_KEY):
                hook.cipher = MessageCipher(key, APP)
                hook.waiting.during.append(hook.answering(f"用{key[0]}"))
                assert await hook.say() == f"用{key[0]}"
            assert len(await hook.inbound()) == 2


class TestTime:
    async def test_any_time_is_taken_unless_a_tolerance_is_set(self, hook: Hook) -> None:
        query = hook.query()
        hook.clock.advance(days=400)
        assert (await hook.post(write_xml(hook.fields()), query)).status_code == 200

    @pytest.mark.parametrize(("later_s", "status"), [(0, 200), (600, 200), (601, 403), (-600, 200), (-601, 403)])
    async def test_a_tolerance_is_kept_to_both_sides(
        self, ground: Ground, clock: FrozenClock, later_s: float, status: int
    ) -> None:
        async with Hook(ground, clock, settings={"timestamp_tolerance_s": 600}) as hook:
            body, query = write_xml(hook.fields()), hook.query()
            clock.advance(seconds=later_s)
            assert (await hook.post(body, query)).status_code == status

    @pytest.mark.parametrize("stamp", ["", "abc", "-1", "²", "9" * 400])
    async def test_what_is_no_time_is_refused(self, ground: Ground, clock: FrozenClock, stamp: str) -> None:
        async with Hook(ground, clock, settings={"timestamp_tolerance_s": 600}) as hook:
            query = hook.query(timestamp=stamp, signature=signature(TOKEN, stamp, "1234567890"))
            assert (await hook.post(write_xml(hook.fields()), query)).status_code == 403


class TestHostileBodies:
    ENTITIES = '<!DOCTYPE xml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'

    @pytest.mark.parametrize(
        "body",
        [
            "",
            "<xml>",
            "{",
            "[]",
            "null",
            "<xml><Content>在吗</Content>",
            ENTITIES + "<xml><Content>&b;</Content></xml>",
            '<!DOCTYPE xml [<!ENTITY f SYSTEM "file:///etc/passwd">]><xml><Content>&f;</Content></xml>',
            "<xml>" + "<a>" * 9000 + "</a>" * 9000 + "</xml>",
            '{"a":' * 10000,
            "[" * 60000,
            "<xml><MsgType>text</MsgType><MsgType>event</MsgType></xml>",
            '{"MsgType":"text","MsgType":"event"}',
            '{"MsgType":NaN}',
            b"\xff\xfe\x00\x00",
            b"<xml><Content>\xff</Content></xml>",
            "<xml><Content>\x00</Content></xml>",
            "<html><body>502</body></html>",
        ],
        ids=range(18),
    )
    async def test_nothing_unreadable_gets_further_than_the_shelf(
        self, hook: Hook, safe: Hook, body: str | bytes
    ) -> None:
        """Signed, but not readable: kept for staff, and the platform is content. In safe mode it was not signed."""
        with capture_logs() as lines:
            assert (await hook.post(body)).text == "success"
            assert (await safe.post(body, safe.query("x"))).status_code == 403
        assert not [line for line in lines if "exception" in line or line["log_level"] in {"error", "critical"}]
        assert await hook.inbound() == []
        content = body.encode() if isinstance(body, str) else body
        assert [push.body for push in await hook.unparsed()] == [content]

    async def test_what_was_encrypted_with_our_key_and_is_unreadable_is_kept_opened(self, safe: Hook) -> None:
        encrypted = safe.cipher.encrypt("<xml><MsgType>text</MsgType>")
        body = write_xml({"ToUserName": safe.name, "Encrypt": encrypted})
        assert (await safe.post(body, safe.query(encrypted))).text == "success"
        (kept,) = await safe.unparsed()
        assert kept.body == b"<xml><MsgType>text</MsgType>"

    @pytest.mark.parametrize("size", [64 * 1024 + 1, 600_000, 2_000_000])
    async def test_more_than_64_kilobytes_are_not_even_looked_at(self, hook: Hook, size: int) -> None:
        body = b"<xml>" + b"a" * size
        assert (await hook.post(body)).status_code == 413
        assert await hook.unparsed() == []

    @pytest.mark.parametrize(
        "encrypt", ["", "<Encrypt></Encrypt>", "<Encrypt><a>1</a></Encrypt>", "<Encrypt>密文</Encrypt>"]
    )
    async def test_what_is_no_cipher_text_is_refused(self, safe: Hook, encrypt: str) -> None:
        response = await safe.post(f"<xml><ToUserName>{safe.name}</ToUserName>{encrypt}</xml>", safe.query("x"))
        assert response.status_code == 403


class TestSpoiledAccounts:
    @pytest.mark.parametrize("settings", [{}, {"app_id": "wx0123456789abcdef", "mode": "none"}, {"unknown": 1}])
    async def test_settings_that_no_form_let_in_are_told_to_the_log_not_to_the_caller(
        self, hook: Hook, settings: dict[str, Any]
    ) -> None:
        async with hook.ground.db.transaction() as session:
            hook.account.settings = settings
            session.add(hook.account)
        hook.context.accounts.forget()
        with capture_logs() as lines:
            assert (await hook.push(hook.fields())).status_code == 404
        assert [line["event"] for line in lines if line["log_level"] == "error"] == ["account cannot be used"]
        assert TOKEN not in str(lines)


def test_a_push_says_how_to_answer_it(clock: FrozenClock) -> None:
    query = Query(signature="899cf89e464efb63f54ddac96b0a0a235f53aa78", timestamp="1714037059", nonce="486452656")
    push: Push = official("plain").open(query, b" {}", clock.now())
    assert (push.envelope.as_json, push.envelope.cipher) == (True, None)
