import pytest

from channels.email.mime.authentication import Verdict, verdict
from channels.email.mime.parsing import parse
from tests.channels.email.mime.raw import SENDER, message

US = "mx.desk.example"


def judged(*results: str, headers: tuple[str, ...] = (SENDER,)) -> Verdict:
    """Of a mail from li@customer.example with these Authentication-Results."""
    written = [f"Authentication-Results: {result}" for result in results]
    return verdict(parse(message(*written, *headers, body="hello")), US)


class TestWhoIsBelieved:
    def test_our_own_server_is(self) -> None:
        assert judged(f"{US}; spf=pass smtp.mailfrom=customer.example; dkim=none; dmarc=pass") == Verdict(
            spf="pass", dkim="none", dmarc="pass", proven=True
        )

    @pytest.mark.parametrize(
        "result",
        [
            "",
            "mx.other.example; dmarc=pass",
            f"{US}.evil.example; dmarc=pass",
            f"x{US}; dmarc=pass",
            f"(x) evil.example ({US}); dmarc=pass",
            f"{US}",
            f"{US}; none",
            f"mx.other.example {US}; dmarc=pass",
        ],
    )
    def test_nobody_else_is(self, result: str) -> None:
        assert judged(result) == Verdict()

    def test_only_the_first_header_of_ours_counts(self) -> None:
        assert judged(f"{US}; dmarc=fail", f"{US}; dmarc=pass; dkim=pass header.d=customer.example") == Verdict(
            dmarc="fail"
        )
        assert judged("mx.other.example; dmarc=fail", f"{US}; dmarc=pass").proven

    def test_without_a_name_of_ours_nothing_is_believed(self) -> None:
        mail = parse(message("Authentication-Results: ; dmarc=pass", SENDER, body="hello"))
        assert verdict(mail, "") == Verdict()
        assert verdict(mail, " ") == Verdict()


class TestNotation:
    @pytest.mark.parametrize(
        "result",
        [
            "MX.Desk.Example;DMARC=Pass",
            f"{US} 1; dmarc = pass (p=reject sp=none; dis=none) header.from=customer.example",
            f"{US}; (a comment (in a comment) \\) ; dmarc=fail) dmarc=pass",
            f'"{US}"; dmarc=pass reason="not; dmarc=fail"',
            f"{US};\r\n\tspf=fail (why; dmarc=fail);\r\n\tdmarc/1=pass;",
        ],
    )
    def test_it_is_read_in_every_form(self, result: str) -> None:
        assert judged(result).dmarc == "pass"
        assert judged(result).proven

    @pytest.mark.parametrize("result", ["dmarc=pass-ish", "xdmarc=pass", "reason=dmarc=pass", "spf=fail (dmarc=pass)"])
    def test_what_only_looks_like_it_is_not_read(self, result: str) -> None:
        assert judged(f"{US}; {result}").dmarc != "pass"


class TestWhatProves:
    @pytest.mark.parametrize(
        ("results", "proven"),
        [
            ("dmarc=pass", True),
            ("dmarc=pass header.from=customer.example", True),
            ("dmarc=pass header.from=other.example", False),
            ("dmarc=fail; dkim=pass header.d=customer.example; spf=pass smtp.mailfrom=customer.example", False),
            ("dmarc=temperror; dkim=pass header.d=customer.example", False),
            ("dmarc=none; dkim=pass header.d=customer.example", True),
            ("dkim=pass header.d=customer.example", True),
            ("dkim=pass header.i=@mail.customer.example", True),
            ("dkim=fail header.d=customer.example", False),
            ("dkim=pass header.d=esp.example", False),
            ("dkim=pass header.d=esp.example; dkim=pass header.d=customer.example", True),
            ("dkim=fail header.d=a.example; dkim=pass header.d=customer.example", True),
            ("dkim=pass header.d=evilcustomer.example", False),
            ("dkim=pass header.d=example", False),
            ("dkim=pass", False),
            ("spf=pass smtp.mailfrom=li@customer.example", True),
            ("spf=pass smtp.mailfrom=bounce.customer.example", True),
            ("spf=pass smtp.mailfrom=other.example", False),
            ("spf=pass smtp.helo=customer.example", False),
            ("spf=softfail smtp.mailfrom=customer.example", False),
            ("spf=none; dkim=none", False),
        ],
    )
    def test_results_for_the_domain_of_the_author_do(self, *, results: str, proven: bool) -> None:
        assert judged(f"{US}; {results}").proven is proven

    def test_one_signature_that_holds_is_enough(self) -> None:
        assert judged(f"{US}; dkim=fail header.d=a.example; dkim=pass header.d=customer.example").dkim == "pass"

    @pytest.mark.parametrize(("signer", "proven"), [("com.cn", False), ("cn", False), ("shop.com.cn", True)])
    def test_an_ending_that_many_share_proves_nobody(self, *, signer: str, proven: bool) -> None:
        from_shop = ("From: li@mail.shop.com.cn",)
        assert judged(f"{US}; dkim=pass header.d={signer}", headers=from_shop).proven is proven

    @pytest.mark.parametrize(
        "headers",
        [
            (SENDER, "From: boss@bank.example"),
            (SENDER, SENDER),
            ("From: li@customer.example, boss@bank.example",),
            ("Sender: li@customer.example",),
            ("From: Li Hua",),
            (),
        ],
    )
    def test_a_mail_without_one_author_proves_nobody(self, headers: tuple[str, ...]) -> None:
        assert not judged(f"{US}; dmarc=pass; dkim=pass header.d=customer.example", headers=headers).proven

    def test_a_name_that_looks_like_an_address_is_no_author(self) -> None:
        assert judged(f"{US}; dmarc=pass", headers=('From: "a@b.example" <li@customer.example>',)).proven
