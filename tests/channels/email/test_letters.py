"""The bytes of a mail, read back by the standard library."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.email.letters import CHAIN_MOST, Enclosure, Letter, as_bytes, chain_of, plain_address, subject_of
from channels.errors import DeliveryRefusedError

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def letter(**fields: object) -> Letter:
    values = {
        "sender_name": "云杉科技",
        "sender": "support@yunshan.example",
        "recipient": "li@kehu.example",
        "subject": "登录不上",
        "message_id": "m-abc-0@yunshan.example",
        "at": AT,
        "text": "您好\n",
        "html": "<p>您好</p>",
        "locale": "zh",
        **fields,
    }
    return Letter(**values)  # type: ignore[arg-type]  # Each test knows what it sets.


def read(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=policy.default)


def text_of(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


class TestAddress:
    @pytest.mark.parametrize(
        "address",
        [
            "",
            "li",
            "@kehu.example",
            "li@",
            "小李@kehu.example",
            "li\r\nBcc: x@evil.example",
            "li@kehu.example\r\nBcc: x",
            "li@kehu.example\nx",
            "li@kehu.example,x",
            "a,li@kehu.example",
            "li;x@kehu.example",
            '"li"@kehu.example',
            "li@kehu.example>",
            "li@kehu example",
        ],
    )
    def test_nothing_else_gets_into_a_head_with_it(self, address: str) -> None:
        with pytest.raises(DeliveryRefusedError):
            plain_address(address)

    def test_one_in_other_letters_is_as_it_is_looked_up(self) -> None:
        assert plain_address("o'li+a=b@客户.example") == "o'li+a=b@xn--ubt06m.example"


class TestSubject:
    @pytest.mark.parametrize(
        ("theirs", "number", "expected"),
        [
            ("登录不上", "", "Re: 登录不上"),
            ("Re: 登录不上", "YP-261124-0001", "Re: 登录不上 [#YP-261124-0001]"),
            ("回复：Re: 答复: RE[2]: Fwd: 登录不上", "", "Re: 登录不上"),
            ("Re: 登录不上 [#YP-261124-0001]", "YP-261124-0001", "Re: 登录不上 [#YP-261124-0001]"),
            ("登录\r\nBcc: a@b.example\x00", "", "Re: 登录 Bcc: a@b.example"),
            ("好" * 500, "YP-261124-0001", f"Re: {'好' * 149}… [#YP-261124-0001]"),
            ("", "YP-261124-0001", "我们的话题 [#YP-261124-0001]"),
            ("Re: ", "", "Re:"),
        ],
    )
    def test_what_stands_there(self, theirs: str, number: str, expected: str) -> None:
        assert subject_of(theirs, "我们的话题", number) == expected

    def test_a_thousand_prefixes_are_no_work(self) -> None:
        assert subject_of("Re: " * 1000 + "登录", "", "").startswith("Re: Re: ")


class TestChain:
    def test_the_answered_mail_is_the_last(self) -> None:
        assert chain_of("<b@x>", ["<a@x>"]) == ("b@x", ["a@x", "b@x"])

    def test_a_long_one_keeps_its_beginning_and_its_end(self) -> None:
        last, chain = chain_of("z@x", [f"{number}@x" for number in range(100)])
        assert (last, len(chain), chain[0], chain[-2:]) == ("z@x", CHAIN_MOST, "0@x", ["99@x", "z@x"])

    def test_what_is_no_name_is_left_out(self) -> None:
        hostile = ["a@x>\r\nBcc: <b@x", "", "c d@x", "好@x", "x" * 400, "<ok@x>"]
        assert chain_of("\r\nSubject: x", hostile) == ("", ["ok@x"])


class TestBytes:
    def test_what_went_in_comes_out(self) -> None:
        message = read(as_bytes(letter(subject="“登录”不上？😀", machine="auto-replied", references=["a@x", "b@x"])))
        assert message["Subject"] == "“登录”不上？😀"
        assert message["From"].addresses[0].display_name == "云杉科技"
        assert (message["References"], message["Date"].datetime) == ("<a@x> <b@x>", AT)
        assert text_of(message) == "您好\n"

    def test_unsubscribing_is_one_click(self) -> None:
        message = read(as_bytes(letter(unsubscribe="https://desk.example/mail/unsubscribe/abc")))
        assert message["List-Unsubscribe"] == "<https://desk.example/mail/unsubscribe/abc>"
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"

    def test_english_stays_readable_on_the_way_and_chinese_is_short(self) -> None:
        assert b"Please try again" in as_bytes(letter(text="Please try again.\n" * 20))
        chinese = as_bytes(letter(text="请再试一次。\n" * 200, html=""))
        assert len(chinese) < 200 * 22 * 1.5 + 1500

    def test_no_line_is_too_long_for_any_server(self) -> None:
        long = letter(
            subject="很长的主题" * 30,
            text="x" * 5000 + "\n" + "好" * 5000,
            references=[f"{'a' * 60}{number}@example.example" for number in range(20)],
            files=[Enclosure(name=f"{'附件' * 60}.pdf", mime="application/pdf", content=bytes(5000))],
            unsubscribe="https://desk.example/mail/unsubscribe/" + "a" * 300,
        )
        assert max(map(len, as_bytes(long).split(b"\r\n"))) <= 998
        assert as_bytes(long).isascii()

    @pytest.mark.parametrize(
        "name",
        ["报价单.pdf", "a b.pdf", "a;b=c,d.pdf", 'quo"te\\.pdf', "很长的名字" * 20 + ".pdf", "😀表情.png", "x.pdf"],
    )
    def test_names_of_files(self, name: str) -> None:
        file = Enclosure(name=name, mime="application/pdf", content=b"%PDF")
        message = read(as_bytes(letter(files=[file])))
        (part,) = message.iter_attachments()
        expected = name.replace('"', "'").replace("\\", "_")
        assert (part.get_filename(), part.get_content_type()) == (expected, "application/pdf")
        assert part.get_payload(decode=True) == b"%PDF"
        del part["Content-Disposition"]
        assert part.get_param("name") == expected

    @pytest.mark.parametrize("field", ["sender_name", "subject"])
    def test_no_head_can_be_forged(self, field: str) -> None:
        message = read(as_bytes(letter(**{field: "x\r\nBcc: all@kehu.example\n\nbody"})))
        assert message["Bcc"] is None
        assert text_of(message) == "您好\n"

    @given(st.text(max_size=300), st.text(max_size=60), st.text(max_size=40))
    @settings(max_examples=150, deadline=None)
    def test_whatever_is_written_comes_out_again(self, text: str, subject: str, name: str) -> None:
        one_line = subject_of("", subject, "")
        unified = text.replace("\r\n", "\n").replace("\r", "\n")
        file = Enclosure(name=name or "x", mime="text/plain", content=text.encode(errors="replace"))
        raw = as_bytes(letter(text=unified, subject=one_line, files=[file]))
        message = read(raw)
        assert raw.isascii()
        assert text_of(message).rstrip("\n") == unified.rstrip("\n")
        assert " ".join(str(message["Subject"]).split()) == one_line
