"""The platform's own worked examples: developers.weixin.qq.com, 消息推送 and 消息加解密说明; 微信客服 callbacks."""

import pytest

from channels.tencent.signatures import signature, signed_by

TOKEN = "AAAAA"
CIPHER_TEXT = (
    "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsX"
    "UnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajA"
    "sjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04="
)
REPLY_CIPHER_TEXT = "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ=="
WECOM_ECHO = "4ByGGj+sVCYcvGeQYhaKIk1o0pQRNbRjxybjTGblXrBaXlTXeOo1+bXFXDQQb1o6co6Yh9Bv41n7hOchLF6p+Q=="


class TestWorkedExamples:
    @pytest.mark.parametrize(
        ("token", "parts", "expected"),
        [
            (TOKEN, ("1714036504", "1514711492"), "f464b24fc39322e44b38aa78f5edd27bd1441696"),
            (TOKEN, ("1714037059", "486452656"), "899cf89e464efb63f54ddac96b0a0a235f53aa78"),
            (TOKEN, ("1714112445", "415670741"), "6c5c811b55cc85e0e1b54100749188c20beb3f5d"),
            (TOKEN, ("1714112445", "415670741", CIPHER_TEXT), "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3"),
            (TOKEN, ("1713424427", "415670741", REPLY_CIPHER_TEXT), "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1"),
            ("123456", ("1411443780", "437374425", WECOM_ECHO), "dd6b9c95b495b3f7e2901bfbc76c664930ffdb96"),
        ],
        ids=["verification", "plain push", "safe push", "safe push body", "passive reply", "wecom callback"],
    )
    def test_the_published_signature_comes_out(self, token: str, parts: tuple[str, ...], expected: str) -> None:
        assert signature(token, *parts) == expected
        assert signed_by(token, expected, *parts)


class TestForgeries:
    RIGHT = "f464b24fc39322e44b38aa78f5edd27bd1441696"

    @pytest.mark.parametrize(
        "given", ["", RIGHT[:-1], RIGHT.upper(), "0" * 40, RIGHT + "0", "签名", "\ud800", " " + RIGHT]
    )
    def test_anything_but_the_signature_is_refused(self, given: str) -> None:
        assert not signed_by(TOKEN, given, "1714036504", "1514711492")

    @pytest.mark.parametrize("changed", [("1714036505", "1514711492"), ("1714036504", ""), ("\ud800", "\x00")])
    def test_a_signature_is_of_its_own_parts_only(self, changed: tuple[str, str]) -> None:
        assert not signed_by(TOKEN, self.RIGHT, *changed)
