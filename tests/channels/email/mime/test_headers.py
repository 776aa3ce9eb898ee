from datetime import UTC, datetime

import pytest

from channels.email.mime.parsing import parse
from tests.channels.email.mime.raw import message, with_header

GB = "发票开具失败，请尽快处理"


def subject(value: str | bytes, *, content_type: str = "text/plain") -> str:
    raw = value if isinstance(value, bytes) else value.encode()
    return with_header(b"Subject: " + raw, content_type=content_type).subject


class TestEncodedWords:
    def test_words_of_both_encodings_are_read(self) -> None:
        assert subject("=?utf-8?B?5Y+R56Wo?= =?UTF-8?q?_No=2E_7?=") == "发票 No. 7"

    def test_text_around_words_keeps_its_blanks(self) -> None:
        assert subject("Re: =?utf-8?B?5Y+R56Wo?= now") == "Re: 发票 now"

    def test_a_letter_split_between_two_words_is_read(self) -> None:
        """Each word ends in the middle of a letter."""
        assert subject("=?utf-8?Q?=E5=8F=91=E7=A5?=\r\n =?utf-8?Q?=A8?=") == "发票"

    def test_base64_split_between_two_words_is_read(self) -> None:
        assert subject("=?utf-8?B?5Y+R5?= =?utf-8?B?6Wo?=") == "发票"

    def test_padding_that_is_missing_is_no_loss(self) -> None:
        assert subject("=?utf-8?B?5Y+R56WoMQ?=") == "发票1"

    def test_blanks_and_line_ends_inside_a_word_are_read(self) -> None:
        assert subject("=?utf-8?Q?two words\r\n and more?=") == "two words and more"

    def test_a_last_word_that_was_cut_off_is_read(self) -> None:
        assert subject("=?utf-8?B?5Y+R56Wo") == "发票"

    def test_gb2312_means_gb18030(self) -> None:
        """镕 and 喆 are not in GB2312."""
        assert subject("=?gb2312?B?1uzpRrv5?=") == "朱镕基"
        assert subject("=?GB2312?Q?=86=B4?=") == "喆"

    def test_a_charset_with_a_language_is_a_charset(self) -> None:
        assert subject("=?utf-8*zh?B?5Y+R56Wo?=") == "发票"

    def test_an_unknown_charset_is_read_by_its_bytes(self) -> None:
        assert subject("=?x-unknown?B?5Y+R56Wo?=") == "发票"


class TestRawBytes:
    def test_utf_8_is_read(self) -> None:
        assert subject(GB.encode()) == GB

    def test_chinese_is_read_without_any_label(self) -> None:
        assert subject(GB.encode("gb18030")) == GB

    def test_the_charset_of_the_body_is_that_of_the_headers(self) -> None:
        assert subject("Счёт".encode("koi8-r"), content_type="text/plain; charset=koi8-r") == "Счёт"

    def test_japanese_escapes_are_read(self) -> None:
        assert subject("請求書".encode("iso-2022-jp")) == "請求書"

    def test_what_no_store_takes_is_gone(self) -> None:
        assert subject("a\x00b\x1b=?utf-8?B?AGM=?=") == "abc"


class TestFields:
    def test_folded_lines_are_one(self) -> None:
        assert subject("one\r\n two\r\n\tthree") == "one two three"

    def test_a_wide_blank_stays(self) -> None:
        assert subject("主\u3000题") == "主\u3000题"

    def test_a_line_that_was_broken_without_indent_belongs_to_the_field_before(self) -> None:
        raw = b"Subject: long and\r\nbroken\r\nFrom: a@b.example\r\n\r\nbody"
        mail = parse(raw)
        assert (mail.subject, mail.sender.address, mail.text) == ("long and broken", "a@b.example", "body")
        assert mail.defects

    def test_parameters_that_were_broken_off_belong_to_their_field(self) -> None:
        mail = parse(b'Content-Type: multipart/mixed;\r\nboundary="b"\r\n\r\n--b\r\n\r\nhello\r\n--b--')
        assert (mail.text, mail.header("content-type")) == ("hello", 'multipart/mixed; boundary="b"')

    def test_a_body_without_an_empty_line_before_it_is_a_body(self) -> None:
        mail = parse(b"Subject: short\r\nDear all\r\nhello")
        assert (mail.subject, mail.text) == ("short", "Dear all\nhello")

    def test_what_a_mailbox_puts_before_the_first_field_is_no_defect(self) -> None:
        mail = parse(b"\xef\xbb\xbfFrom li@b.example Mon Nov 24 10:00:00 2025\r\nSubject: x\r\n\r\nbody")
        assert (mail.subject, mail.text, mail.defects) == ("x", "body", ())

    @pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r"])
    def test_lines_end_in_any_way(self, end: bytes) -> None:
        mail = parse(end.join([b"Subject: x", b"", b"one", b"two"]))
        assert (mail.subject, mail.text) == ("x", "one\ntwo")

    def test_every_field_is_kept_by_its_lower_case_name(self) -> None:
        mail = parse(message("X-Tag: a", "x-tag: =?utf-8?Q?b?=", body="hello"))
        assert mail.headers["x-tag"] == ("a", "b")
        assert mail.header("X-TAG") == "a"
        assert mail.header("x-none") == ""


class TestIds:
    def test_ids_come_without_their_brackets(self) -> None:
        mail = parse(
            message(
                "Message-ID: <a@x.example>",
                "In-Reply-To: <b@x.example>",
                "References: <c@x.example>\r\n <b@x.example> <c@x.example>",
            )
        )
        assert mail.message_id == "a@x.example"
        assert mail.in_reply_to == ("b@x.example",)
        assert mail.references == ("c@x.example", "b@x.example")

    @pytest.mark.parametrize(
        ("written", "read"),
        [
            ("", ""),
            ("<>", ""),
            ("bare@x.example", "bare@x.example"),
            ("<[abc@x>", "[abc@x"),
            ("<split\r\n @x.example>", "split@x.example"),
            ("<open@x.example", "open@x.example"),
            ("<" + "a" * 5000 + ">", "a" * 998),
        ],
    )
    def test_hostile_ids_are_read_or_left(self, written: str, read: str) -> None:
        assert with_header(f"Message-ID: {written}").message_id == read

    def test_only_the_last_of_many_references_are_kept(self) -> None:
        many = " ".join(f"<{number}@x.example>" for number in range(300))
        references = with_header(f"References: {many}").references
        assert len(references) == 100
        assert references[-1] == "299@x.example"


class TestDates:
    def test_a_date_is_given_in_utc(self) -> None:
        sent = with_header("Date: Mon, 24 Nov 2025 18:00:00 +0800").sent_at
        assert sent == datetime(2025, 11, 24, 10, tzinfo=UTC)

    @pytest.mark.parametrize("written", ["", "yesterday", "Mon, 99 Nov 2025 18:00:00", "1 Jan 99999 00:00:00 +1400"])
    def test_one_that_is_none_is_left_out(self, written: str) -> None:
        assert with_header(f"Date: {written}").sent_at is None


@pytest.mark.parametrize("charset", ["utf-7", "UTF-7", "unicode-1-1-utf-7"])
def test_what_filters_do_not_read_is_left_as_it_stands(charset: str) -> None:
    """A subject in UTF-7 would show people what no filter on the way has seen."""
    mail = parse(f"Subject: =?{charset}?Q?+ZeW8YA-?= ok\r\n\r\nx".encode())
    assert mail.subject == "+ZeW8YA- ok"
