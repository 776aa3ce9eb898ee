import pytest

from channels.email.mime.parsing import parse
from tests.channels.email.mime.raw import file, message, multipart, name_of_file, text

DISPOSITION = "Content-Disposition: attachment; "


class TestNames:
    @pytest.mark.parametrize(
        ("written", "name"),
        [
            ('filename="invoice.pdf"', "invoice.pdf"),
            ("filename=invoice no 7.pdf", "invoice no 7.pdf"),
            ('filename="a \\"b\\".pdf"', 'a "b".pdf'),
            ('filename="open.pdf', "open.pdf"),
            ("filename*=utf-8''%E5%8F%91%E7%A5%A8.pdf", "发票.pdf"),
            ("filename*=gb2312'zh'%B7%A2%C6%B1.pdf", "发票.pdf"),
            ("filename*=us-ascii''W%F6lbung.pdf", "Wölbung.pdf"),
            ("filename*0*=utf-8''%E5%8F%91; filename*1*=%E7%A5%A8; filename*2=.pdf", "发票.pdf"),
            ('filename*1="two.pdf"; filename*0="one-"', "one-two.pdf"),
            ("filename=\"plain.pdf\"; filename*=utf-8''%E5%8F%91.pdf", "发.pdf"),
            ('filename="=?utf-8?B?5Y+R56Wo?=.pdf"', "发票.pdf"),
            ('filename="=?utf-8?Q?=E5=8F=91?=\r\n =?utf-8?Q?=E7=A5=A8.pdf?="', "发票.pdf"),
            ('filename="C:\\Users\\li\\invoice.pdf"', "invoice.pdf"),
            ('filename="../../etc/passwd"', "passwd.pdf"),
            ('filename="invoice\u202efdp.exe"', "invoicefdp.exe"),
            ('filename="in\x00voice.pdf"', "invoice.pdf"),
            ("filename*=utf-8''%E5%8F%91%E3%80%80%E7%A5%A8%20%C2%A07.pdf", "发\u3000票 7.pdf"),
        ],
    )
    def test_it_is_read_as_mailers_write_it(self, written: str, name: str) -> None:
        assert name_of_file(DISPOSITION + written) == name

    def test_raw_chinese_is_read(self) -> None:
        assert name_of_file(DISPOSITION.encode() + 'filename="发票明细.pdf"'.encode("gb18030")) == "发票明细.pdf"

    def test_a_long_name_keeps_its_ending(self) -> None:
        name = name_of_file(f'{DISPOSITION}filename="{"票" * 200}.pdf"')
        assert name.startswith("票票")
        assert name.endswith("票.pdf")
        assert len(name.encode()) <= 180

    @pytest.mark.parametrize(
        "written", ["attachment", 'attachment; filename=""', 'attachment; filename=" "', 'x; filename=".."']
    )
    def test_one_without_a_name_is_named_by_its_type(self, written: str) -> None:
        assert name_of_file(f"Content-Disposition: {written}") == "file.pdf"

    @pytest.mark.parametrize(
        ("headers", "name"),
        [
            (("Content-Type: image/jpeg",), "image.jpg"),
            (("Content-Type: application/octet-stream",), "file"),
            (("Content-Type: image/png; name=logo.png",), "logo.png"),
            (("Content-Type: image/png", "Content-Location: http://x.example/a/logo.png?s=1"), "logo.png"),
            (("Content-Type: image/png", "Content-ID: <image007.png@01DC5D2E.8F0A1B20>"), "image007.png"),
            (("Content-Type: image/png", "Content-ID: <part1.4711@x.example>"), "image.png"),
            (("Content-Type: application/pdf; name=scan",), "scan.pdf"),
            (("Content-Type: application/pdf", "Content-Description: my scan.pdf"), "my scan.pdf"),
            (("Content-Type: application/pdf", "Content-Description: what I scanned"), "file.pdf"),
            (("Content-Type: message/rfc822", "Content-Description: the complaint"), "the complaint.eml"),
            (("Content-Type: message/rfc822",), "message.eml"),
        ],
    )
    def test_other_headers_name_it_too(self, headers: tuple[str, ...], name: str) -> None:
        mail = parse(multipart("mixed", text("see"), message(*headers, body=b"content")))
        assert [part.name for part in mail.parts] == [name]

    def test_two_of_one_name_are_told_apart(self) -> None:
        mail = parse(multipart("mixed", file("a.pdf"), file("a.pdf", b"2"), file("noext"), file("noext")))
        assert [part.name for part in mail.parts] == ["a.pdf", "a1.pdf", "noext.pdf", "noext1.pdf"]


class TestKinds:
    def test_a_mail_that_is_a_file_is_a_file_without_text(self) -> None:
        mail = parse(message("Content-Type: image/png", "Content-Transfer-Encoding: base64", body="iVBORw=="))
        assert mail.text == ""
        assert [(part.name, part.mime, part.content) for part in mail.parts] == [("image.png", "image/png", b"\x89PNG")]

    def test_a_mail_inside_a_mail_is_called_as_its_subject(self) -> None:
        inner = message("Subject: =?utf-8?B?5Y+R56Wo?= 1/2", "From: a@b.example", body="old text")
        mail = parse(multipart("mixed", text("see"), message("Content-Type: message/rfc822", body=inner)))
        assert [(part.name, part.content) for part in mail.parts] == [("发票 1_2.eml", inner)]
        assert mail.text == "see"

    def test_a_file_written_into_the_text_is_taken_out_of_it(self) -> None:
        said = "see this\r\nbegin 644 a b.txt\r\n%:&5L;&\\\r\n`\r\nend\r\nbye"
        mail = parse(message("Content-Type: text/plain", body=said))
        assert mail.text == "see this\nbye"
        assert [(part.name, part.content) for part in mail.parts] == [("a b.txt", b"hello")]

    def test_a_sentence_with_begin_is_a_sentence(self) -> None:
        assert parse(message("Content-Type: text/plain", body="begin 644 a\r\nnow")).text == "begin 644 a\nnow"

    def test_a_named_file_with_an_id_is_inline_unless_it_is_attached(self) -> None:
        shown = message("Content-Type: image/png; name=a.png", "Content-ID: <a>", body=b"x")
        kept = message(
            "Content-Type: image/png", "Content-ID: <b>", 'Content-Disposition: attachment; filename="b.png"'
        )
        mail = parse(multipart("mixed", text("see"), shown, kept))
        assert [(part.name, part.content_id, part.inline) for part in mail.parts] == [
            ("a.png", "a", True),
            ("b.png", "b", False),
        ]
