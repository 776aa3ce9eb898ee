import base64

import pytest

from channels.email.mime.model import Mail
from channels.email.mime.parsing import parse
from tests.channels.email.mime.raw import message, multipart, text


def body(said: bytes, *headers: str) -> Mail:
    return parse(message(*headers, body=said))


class TestTransferEncodings:
    def test_quoted_printable_is_read(self) -> None:
        said = b"=E5=8F=91=E7=A5=A8 and a soft =\r\nbreak= \r\n, =3D=zz"
        mail = body(said, "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: Quoted-Printable")
        assert mail.text == "发票 and a soft break, ==zz"

    def test_base64_is_read_with_rubbish_in_it(self) -> None:
        lines = base64.encodebytes("发票开具失败，税号错误，请尽快处理。".encode() * 3).replace(b"\n", b"\r\n")
        damaged = lines + b"\r\n_____\r\nsent by the list\r\n"
        mail = body(damaged, "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64")
        assert mail.text == "发票开具失败，税号错误，请尽快处理。" * 3

    def test_base64_in_several_pieces_is_read(self) -> None:
        mail = body(base64.b64encode(b"one ") + b"\r\n" + base64.b64encode(b"two"), "Content-Transfer-Encoding: base64")
        assert mail.text == "one two"

    def test_text_that_is_called_base64_is_text(self) -> None:
        assert body(b"Dear all, here is it.", "Content-Transfer-Encoding: base64").text == "Dear all, here is it."

    @pytest.mark.parametrize("name", ["uuencode", "x-uuencode", "X-UUE"])
    def test_uuencoded_text_is_read(self, name: str) -> None:
        mail = body(b"begin 644 a.txt\r\n%:&5L;&\\\r\n`\r\nend\r\n", f"Content-Transfer-Encoding: {name}")
        assert mail.text == "hello"

    @pytest.mark.parametrize("name", ["8bit", "binary", "7bit", "x-nonsense", ""])
    def test_anything_else_is_as_it_came(self, name: str) -> None:
        mail = body("发票".encode(), f"Content-Transfer-Encoding: {name}")
        assert mail.text == "发票"


class TestContentTypes:
    @pytest.mark.parametrize("written", ["", "Content-Type: text", "Content-Type: ;;", "Content-Type: text/; charset="])
    def test_a_text_without_a_type_is_plain(self, written: str) -> None:
        headers = ("Subject: x", *([written] if written else ()))
        assert parse(message(*headers, body="hello")).text == "hello"

    def test_html_without_a_type_is_html(self) -> None:
        mail = parse(message("Subject: x", body="<html><body><p>hello</p></body></html>"))
        assert (mail.text, mail.content_type) == ("hello", "text/html")

    def test_html_says_its_own_charset(self) -> None:
        page = "<html><head><meta http-equiv='content-type' content='text/html; charset=koi8-r'></head>Счёт</html>"
        assert parse(message("Content-Type: text/html", body=page.encode("koi8-r"))).text == "Счёт"


class TestAlternatives:
    def test_both_forms_are_kept(self) -> None:
        mail = parse(multipart("alternative", text("plain"), text("<p>rich</p>", "html")))
        assert (mail.text, mail.html, mail.content_type) == ("plain", "<p>rich</p>", "text/html")
        assert mail.parts == ()

    def test_text_is_made_of_the_html_where_there_is_none(self) -> None:
        mail = parse(multipart("alternative", text("  \r\n"), text("<p>one<p>two", "html")))
        assert mail.text == "one\n\ntwo"

    def test_a_name_does_not_make_a_file_of_a_form(self) -> None:
        named = message('Content-Type: text/html; name="mail.html"', body="<p>rich</p>")
        mail = parse(multipart("alternative", text("plain"), named))
        assert (mail.html, mail.parts) == ("<p>rich</p>", ())

    def test_pictures_beside_the_html_are_inline(self) -> None:
        picture = message("Content-Type: image/png", "Content-ID: <logo@x>", body=b"\x89PNG")
        related = multipart("related", text("<img src=cid:logo@x>", "html"), picture, boundary="b2")
        mail = parse(multipart("alternative", text("plain"), related))
        assert mail.text == "plain"
        assert [(part.content_id, part.inline, part.content) for part in mail.parts] == [("logo@x", True, b"\x89PNG")]

    def test_an_invitation_is_a_file_and_the_text_is_shown(self) -> None:
        event = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Visit\r\nEND:VEVENT"
        mail = parse(multipart("alternative", text("please come"), text(event, "calendar")))
        assert mail.text == "please come"
        assert [part.name for part in mail.parts] == ["invite.ics"]

    def test_an_invitation_alone_is_one_line(self) -> None:
        event = (
            "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;TZID=Asia/Shanghai:20260131T090000\r\n"
            "SUMMARY:Visit\\, at\r\n  last\r\nLOCATION:Room 4\r\nEND:VEVENT"
        )
        assert parse(text(event, "calendar")).text == "Visit, at last · 2026-01-31 09:00 · Room 4"


class TestSeveralTexts:
    def test_they_are_shown_one_after_another(self) -> None:
        mail = parse(multipart("mixed", text("one"), text("two")))
        assert (mail.text, mail.html) == ("one\n\ntwo", None)

    def test_plain_text_among_html_is_html_too(self) -> None:
        mail = parse(multipart("mixed", text("a < b"), text("<p>rich</p>", "html")))
        assert mail.text == "a < b\n\nrich"
        assert mail.html is not None
        assert "a &lt; b" in mail.html
        assert mail.html.endswith("<p>rich</p>")

    def test_what_was_signed_is_shown_and_the_signature_is_a_file(self) -> None:
        signature = message("Content-Type: application/pgp-signature", body="-----BEGIN")
        mail = parse(multipart("signed", text("hello"), signature))
        assert mail.text == "hello"
        assert [part.name for part in mail.parts] == ["signature.asc"]

    def test_a_report_is_its_first_text_and_its_parts_are_files(self) -> None:
        status = message("Content-Type: message/delivery-status", body="Action: failed")
        mail = parse(multipart("report", text("could not be delivered"), status))
        assert mail.text == "could not be delivered"
        assert [(part.name, part.mime) for part in mail.parts] == [("delivery-status.txt", "message/delivery-status")]

    def test_a_second_page_beside_a_page_is_a_file(self) -> None:
        mail = parse(multipart("related", text("<p>page</p>", "html"), text("<p>frame</p>", "html")))
        assert mail.text == "page"
        assert [part.name for part in mail.parts] == ["document.html"]

    def test_a_text_with_a_name_is_a_file(self) -> None:
        log = message('Content-Type: text/plain; name="log.txt"', body="line")
        mail = parse(multipart("mixed", text("see the log"), log))
        assert mail.text == "see the log"
        assert [part.name for part in mail.parts] == ["log.txt"]

    def test_a_text_with_a_name_is_shown_where_it_is_the_only_one(self) -> None:
        mail = parse(message('Content-Type: text/plain; name="body.txt"', body="hello"))
        assert mail.text == "hello"
        assert [part.name for part in mail.parts] == ["body.txt"]

    def test_an_attached_text_is_never_shown(self) -> None:
        mail = parse(message("Content-Type: text/plain", "Content-Disposition: attachment", body="hello"))
        assert mail.text == ""
        assert [part.name for part in mail.parts] == ["document.txt"]


class TestFlowed:
    def test_lines_that_were_broken_are_joined(self) -> None:
        said = b"one \r\ntwo\r\n> quoted \r\n> more\r\n>> deep \r\nthree\r\n-- \r\nLi"
        mail = body(said, "Content-Type: text/plain; format=flowed")
        assert mail.text == "one two\n> quoted more\n>> deep \nthree\n-- \nLi"

    def test_blanks_that_only_mark_the_break_are_deleted(self) -> None:
        mail = body("发 \r\n票".encode(), "Content-Type: text/plain; charset=utf-8; format=flowed; delsp=yes")
        assert mail.text == "发票"

    def test_other_text_keeps_its_lines(self) -> None:
        assert body(b"one \r\ntwo", "Content-Type: text/plain").text == "one \ntwo"


class TestBrokenMultiparts:
    def test_the_closing_line_may_be_missing(self) -> None:
        raw = multipart("mixed", text("one"), text("two")).rsplit(b"--b1--", 1)[0]
        assert parse(raw).text == "one\n\ntwo"

    def test_the_boundary_may_be_another_than_the_header_says(self) -> None:
        raw = multipart("mixed", text("one"), text("two")).replace(b'boundary="b1"', b'boundary="other"')
        mail = parse(raw)
        assert mail.text == "one\n\ntwo"
        assert mail.defects

    def test_the_boundary_may_be_missing_in_the_header(self) -> None:
        raw = multipart("mixed", text("one"), text("two")).replace(b'; boundary="b1"', b"")
        assert parse(raw).text == "one\n\ntwo"

    def test_without_any_parts_it_is_text(self) -> None:
        mail = parse(message("Content-Type: multipart/mixed; boundary=x", body="hello"))
        assert mail.text == "hello"
        assert mail.defects

    def test_text_before_and_after_the_parts_is_not_shown(self) -> None:
        raw = multipart("mixed", text("one")).replace(b"--b1\r\n", b"This is MIME.\r\n--b1\r\n", 1) + b"the end"
        assert parse(raw).text == "one"

    def test_a_part_without_headers_is_text(self) -> None:
        raw = message("Content-Type: multipart/mixed; boundary=x", body="--x\r\n\r\nDear: all\r\n--x--\r\n")
        assert parse(raw).text == "Dear: all"

    def test_a_boundary_within_a_line_is_text(self) -> None:
        assert parse(multipart("mixed", text("one --b1\r\ntwo"))).text == "one --b1\ntwo"

    def test_a_boundary_that_begins_as_another_is_another(self) -> None:
        inner = multipart("alternative", text("plain"), text("<p>rich</p>", "html"), boundary="b1-2")
        assert parse(multipart("mixed", inner, text("after"))).text == "plain\n\nafter"

    def test_parts_in_a_transfer_encoding_are_found(self) -> None:
        whole = multipart("mixed", text("one"), text("two"))
        head, _, inside = whole.partition(b"\r\n\r\n")
        raw = head + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(inside)
        assert parse(raw).text == "one\n\ntwo"

    def test_a_digest_is_made_of_messages(self) -> None:
        mail = parse(multipart("digest", message("", body=message("Subject: First", body="hello"))))
        assert [(part.name, part.mime) for part in mail.parts] == [("First.eml", "message/rfc822")]


def test_an_empty_mail_is_a_mail() -> None:
    mail = parse(b"")
    assert (mail.subject, mail.text, mail.html, mail.parts, mail.sent_at) == ("", "", None, (), None)
