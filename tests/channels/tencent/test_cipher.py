"""The platform's own worked examples of encryption, and everything that is not one."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.tencent.cipher import CipherRefusedError, MessageCipher, key_bytes

# The published example: a key of 43 letters A, that is 32 zero bytes.
KEY = "A" * 43
APP = "wxba5fad812f8e6fb9"
CIPHER_TEXT = (
    "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsX"
    "UnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajA"
    "sjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04="
)
REPLY = '{"demo_resp":"good luck"}'
REPLY_CIPHER_TEXT = "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ=="
WECOM_KEY = "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR"
WECOM_CORP = "wx49f0ab532d5d035a"
WECOM_ECHO = "4ByGGj+sVCYcvGeQYhaKIk1o0pQRNbRjxybjTGblXrBaXlTXeOo1+bXFXDQQb1o6co6Yh9Bv41n7hOchLF6p+Q=="


class TestWorkedExamples:
    def test_a_push_opens(self) -> None:
        opened = json.loads(MessageCipher(aes_key=KEY, receiver_id=APP).decrypt(CIPHER_TEXT))
        assert opened == {
            "ToUserName": "gh_97417a04a28d",
            "FromUserName": "o9AgO5Kd5ggOC-bXrbNODIiE3bGY",
            "CreateTime": 1714112445,
            "MsgType": "event",
            "Event": "debug_demo",
            "debug_str": "hello world",
        }

    def test_a_reply_is_sealed_to_the_letter(self) -> None:
        cipher = MessageCipher(aes_key=KEY, receiver_id=APP, chance=lambda: "707722b803182950")
        assert cipher.encrypt(REPLY) == REPLY_CIPHER_TEXT

    def test_the_verification_of_a_wecom_callback_opens(self) -> None:
        assert MessageCipher(aes_key=WECOM_KEY, receiver_id=WECOM_CORP).decrypt(WECOM_ECHO) == "5927782489442352469"


class TestKeys:
    def test_what_the_old_key_sealed_opens_and_is_answered_with_the_old_key(self) -> None:
        old = MessageCipher(aes_key=KEY, receiver_id=APP)
        both = MessageCipher(aes_key=WECOM_KEY, receiver_id=APP, old_aes_key=KEY)
        text, cipher = both.opened(old.encrypt("在吗"))
        assert text == "在吗"
        assert old.decrypt(cipher.encrypt("在的")) == "在的"

    def test_what_the_new_key_sealed_is_answered_with_the_new_key(self) -> None:
        new = MessageCipher(aes_key=WECOM_KEY, receiver_id=APP)
        both = MessageCipher(aes_key=WECOM_KEY, receiver_id=APP, old_aes_key=KEY)
        text, cipher = both.opened(new.encrypt("在吗"))
        assert (text, new.decrypt(cipher.encrypt("在的"))) == ("在吗", "在的")

    @pytest.mark.parametrize("bad", ["", KEY[:-1], KEY + "A", "!" * 43, "钥" * 43, "A" * 42 + "="])
    def test_what_is_no_key_is_refused_when_it_is_entered(self, bad: str) -> None:
        with pytest.raises(ValueError, match="EncodingAESKey"):
            key_bytes(bad)


class TestHostileInput:
    CIPHER = MessageCipher(aes_key=WECOM_KEY, receiver_id=WECOM_CORP)

    def refused(self, encrypted: str) -> bool:
        with pytest.raises(CipherRefusedError):
            self.CIPHER.decrypt(encrypted)
        return True

    @pytest.mark.parametrize(
        "encrypted", ["", "=", "AAAA", "A" * 43, "A" * 44, "A" * 88, "密文", "\ud800", "\x00", WECOM_ECHO[:-4]]
    )
    def test_what_is_no_cipher_text_is_refused(self, encrypted: str) -> None:
        assert self.refused(encrypted)

    def test_another_key_and_another_receiver_are_refused(self) -> None:
        assert self.refused(CIPHER_TEXT)
        assert self.refused(MessageCipher(aes_key=WECOM_KEY, receiver_id=APP).encrypt("你好"))

    @given(st.binary(max_size=200).map(lambda junk: base64.b64encode(junk).decode()) | st.text())
    def test_no_text_raises_anything_else(self, encrypted: str) -> None:
        try:
            self.CIPHER.decrypt(encrypted)
        except CipherRefusedError:
            return

    @given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
    def test_whatever_is_sealed_opens_again(self, text: str) -> None:
        assert self.CIPHER.decrypt(self.CIPHER.encrypt(text)) == text
