"""What of a mail is the message."""

import pytest

from channels.email.mime.model import Address, Mail, Part
from channels.email.mime.parsing import parse
from channels.email.reading import Envelope, Letter, NoSenderError, own_addresses, read
from channels.email.translate import files_of, number_in, translate, words_of
from channels.email.trimming.reply import Reply
from channels.port import Inbound
from tests.channels.email.arrivals import LI, MX, OURS, PASSED, mail

GIF = b"GIF89a" + bytes(30)
PHOTO = b"\xff\xd8\xff\xe0" + bytes(5000)


def letter(raw: bytes, envelope: Envelope | None = None) -> Letter:
    return read(raw, envelope or Envelope(), authserv_id=MX)


class TestWords:
    @pytest.mark.parametrize(
        ("subject", "text", "words"),
        [
            ("打印机故障", "三楼的。", "打印机故障\n三楼的。"),
            ("打印机故障", "打印机故障，三楼的。", "打印机故障，三楼的。"),
            ("打印机故障", "", "打印机故障"),
            ("", "三楼的。", "三楼的。"),
            ("回复：打印机故障", "还是不行", "还是不行"),
            ("答复: 打印机", "还是不行", "还是不行"),
            ("RE: Re: printer", "still broken", "still broken"),
            ("Re[2]: printer", "still broken", "still broken"),
            ("Fw:打印机", "请看下面", "请看下面"),
            ("转发：打印机", "", "转发：打印机"),
            ("Report: printer", "It is broken.", "Report: printer\nIt is broken."),
            ("  打印机\r\n 故障 ", "三楼", "打印机 故障\n三楼"),
        ],
    )
    def test_the_subject_of_a_fresh_mail_belongs_to_it(self, subject: str, text: str, words: str) -> None:
        made = _made(Mail(subject=subject, text=text), Reply(text=text, quoted=False))
        assert words_of(made, 1000) == words

    def test_a_book_is_cut(self) -> None:
        assert words_of(_made(Mail(), Reply(text="长" * 500, quoted=False)), 100) == "长" * 99 + "…"


class TestNumber:
    @pytest.mark.parametrize(
        ("subject", "number"),
        [
            ("Re: 打印机 [#YP-261124-0007]", "YP-261124-0007"),
            ("回复：[#yp-261124-0012] x", "YP-261124-0012"),
            ("工单 YP-261124-0007 还没好", "YP-261124-0007"),
            ("XYP-261124-0007", ""),
            ("YP-2611-7", ""),
            ("", ""),
        ],
    )
    def test_it_is_read_from_the_subject(self, subject: str, number: str) -> None:
        assert number_in(subject) == number


class TestSender:
    def test_it_is_who_the_mail_says_in_small_letters(self) -> None:
        read_ = letter(mail(sender="Li <LI@Customer.Test>", Reply_To="other@customer.test"))
        assert (read_.address, read_.named) == (LI, True)

    def test_where_it_does_not_say_the_envelope_does_and_proves_nothing(self) -> None:
        raw = mail(Authentication_Results=PASSED).replace("From: 小李".encode(), b"X: ").replace(b"From:", b"X-From:")
        read_ = letter(raw, Envelope(sender=LI))
        assert (read_.address, read_.named) == (LI, False)
        assert not _inbound(read_).proven

    @pytest.mark.parametrize("sender", ["", "nobody", "@z.test", "x" * 300 + "@z.test"])
    def test_no_address_is_nobody(self, sender: str) -> None:
        with pytest.raises(NoSenderError):
            letter(f"From: {sender}\r\nSubject: x\r\n\r\nhi".encode())


class TestInbound:
    def test_what_the_bot_asks_about_is_there(self) -> None:
        read_ = letter(mail(Authentication_Results=PASSED, Reply_To="other@customer.test"))
        inbound = _inbound(read_)
        assert (inbound.channel, inbound.account, inbound.address) == ("email", OURS, LI)
        assert (inbound.locale, inbound.back_in_reach, inbound.proven) == (None, True, True)
        assert inbound.sent_at is not None
        assert inbound.raw["reply_to"] == ["other@customer.test"]

    def test_an_automatic_one_brings_nobody_back(self) -> None:
        inbound = _inbound(letter(mail()), automatic="repeated")
        assert (inbound.automatic, inbound.back_in_reach) == (True, False)

    def test_an_answer_is_proof_whatever_the_server_says(self) -> None:
        assert _inbound(letter(mail()), answers="bot:1").proven

    def test_a_mail_is_named_by_its_message_id_and_its_body(self) -> None:
        one, other = mail("一", message_id="<a@b.test>"), mail("二", message_id="<a@b.test>")
        names = [letter(raw).platform_id for raw in (one, other, one.replace(b"From:", b"Received: x\r\nFrom:", 1))]
        assert names[0] == names[2] != names[1]
        assert names[0].startswith("a@b.test#")

    def test_our_own_address_is_found_wherever_it_is_written(self) -> None:
        raw = mail(Delivered_To="support+a@desk.test", Cc="support+b@desk.test")
        found = own_addresses(letter(raw, Envelope(recipients=("support+c@desk.test",))))
        assert {f"support+{each}@desk.test" for each in "abc"} | {OURS} <= set(found)


class TestFiles:
    def test_tiny_pictures_within_the_text_are_decoration(self) -> None:
        made = _with(_picture("line", GIF), _picture("photo", PHOTO), html='<img src="cid:line"><img src="cid:photo">')
        assert [part.name for part in files_of(made)] == ["photo.gif"]

    def test_pictures_of_the_quoted_mail_are_not_sent_anew(self) -> None:
        html = '<p>新的</p><img src="cid:new"><blockquote><img src="cid:old"></blockquote>'
        made = _with(_picture("new", PHOTO), _picture("old", PHOTO), html=html, quoted=True)
        assert [part.name for part in files_of(made)] == ["new.gif"]

    def test_a_picture_that_the_text_does_not_show_is_a_file(self) -> None:
        assert len(files_of(_with(_picture("gone", GIF), html="<p>see</p>"))) == 1

    def test_a_tiny_file_is_a_file(self) -> None:
        part = Part(name="a.gif", mime="image/gif", content=GIF)
        assert files_of(_with(part, html="<p>see</p>")) == [part]


def _picture(name: str, content: bytes) -> Part:
    return Part(name=f"{name}.gif", mime="image/gif", content=content, content_id=name, inline=True)


def _with(*parts: Part, html: str, quoted: bool = False) -> Letter:
    return _made(Mail(html=html, parts=parts), Reply(text="新的", quoted=quoted))


def _made(made: Mail, reply: Reply) -> Letter:
    return Letter(
        raw=b"",
        envelope=Envelope(),
        mail=made,
        reply=reply,
        verdict=letter(mail()).verdict,
        report=None,
        address=LI,
        named=True,
        platform_id="x",
    )


def _inbound(one: Letter, *, answers: str = "", automatic: str = "") -> Inbound:
    return translate(
        one,
        account=OURS,
        answers=answers,
        automatic=automatic,
        attachments=(),
        original="",
        limit=1000,
    )


def test_a_mail_parses_to_its_sender() -> None:
    assert parse(mail()).sender == Address(address=LI, name="小李")
