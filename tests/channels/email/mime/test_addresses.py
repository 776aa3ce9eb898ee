import pytest

from channels.email.mime.parsing import parse
from tests.channels.email.mime.raw import message, with_header


def sender(value: str) -> tuple[str, str]:
    found = with_header(f"From: {value}").sender
    return found.address, found.name


class TestOneAddress:
    @pytest.mark.parametrize(
        ("written", "address", "name"),
        [
            ("li@b.example", "li@b.example", ""),
            ("<li@b.example>", "li@b.example", ""),
            ("Li Hua <li@b.example>", "li@b.example", "Li Hua"),
            ('"Hua, Li" <li@b.example>', "li@b.example", "Hua, Li"),
            ('"Li \\"Tiger\\" Hua" <li@b.example>', "li@b.example", 'Li "Tiger" Hua'),
            ("Hua, Li <li@b.example>", "li@b.example", "Hua, Li"),
            ("'Li' <li@b.example>", "li@b.example", "Li"),
            ("li@b.example (Li Hua)", "li@b.example", "Li Hua"),
            ("Li li@b.example", "li@b.example", "Li"),
            ("Li <li@b.example", "li@b.example", "Li"),
            ("Li <mailto:li@b.example>", "li@b.example", "Li"),
            ("Li <<li@b.example>>", "li@b.example", "Li"),
            ('"li@b.example" <li@b.example>', "li@b.example", ""),
            ('"boss@bank.example" <li@b.example>', "li@b.example", "boss@bank.example"),
            ("=?utf-8?B?5p2O5Y2O?= <li@b.example>", "li@b.example", "李华"),
            ("=?utf-8?Q?Hua,_Li?= <li@b.example>", "li@b.example", "Hua, Li"),
            ("=?utf-8?Q?a@x.example,_Li?= <li@b.example>", "li@b.example", "a@x.example, Li"),
            ("=?utf-8?Q?boss=40bank.example?= <li@b.example>", "li@b.example", "boss@bank.example"),
            ('"=?utf-8?B?5p2O5Y2O?=" <li@b.example>', "li@b.example", "李华"),
            ("=?utf-8?Q?Li_<li=40b.example>?=", "li@b.example", "Li"),
            ("Li Hua", "", "Li Hua"),
            ("Li <power of two@b.example>", "poweroftwo@b.example", "Li"),
            ("Mail Delivery <MAILER-DAEMON>", "", "Mail Delivery"),
            ("MAILER-DAEMON <>", "", "MAILER-DAEMON"),
            ("<MAILER-DAEMON>", "", "MAILER-DAEMON"),
            ("", "", ""),
        ],
    )
    def test_it_is_read_as_people_write_it(self, written: str, address: str, name: str) -> None:
        assert sender(written) == (address, name)

    def test_a_raw_chinese_name_is_read(self) -> None:
        mail = with_header("From: 李华 <li@b.example>".encode("gb18030"))
        assert (mail.sender.address, mail.sender.name) == ("li@b.example", "李华")


class TestManyAddresses:
    def test_commas_and_semicolons_part_them(self) -> None:
        mail = with_header('To: a@b.example, "C, D" <c@d.example>; E <e@f.example>,')
        assert [person.address for person in mail.to] == ["a@b.example", "c@d.example", "e@f.example"]

    def test_a_group_is_its_members(self) -> None:
        mail = with_header("To: team: A <a@b.example>, c@d.example;")
        assert [(person.address, person.name) for person in mail.to] == [("a@b.example", "A"), ("c@d.example", "")]
        assert with_header("To: undisclosed-recipients:;").to == ()

    def test_several_headers_are_one_list(self) -> None:
        mail = parse(message("Cc: a@b.example", "Cc: c@d.example", "Reply-To: r@b.example"))
        assert [person.address for person in mail.cc] == ["a@b.example", "c@d.example"]
        assert mail.reply_to[0].address == "r@b.example"

    def test_brackets_inside_a_word_open_nothing(self) -> None:
        mail = with_header("To: =?utf-8?Q?A_(B?= <a@b.example>, c@d.example (C)")
        assert [(person.address, person.name) for person in mail.to] == [("a@b.example", "A (B"), ("c@d.example", "C")]

    def test_a_lone_quote_is_a_letter(self) -> None:
        mail = with_header('To: 5" screen <a@b.example>, c@d.example')
        assert [person.address for person in mail.to] == ["a@b.example", "c@d.example"]


class TestSender:
    def test_the_first_of_several_is_the_sender(self) -> None:
        mail = parse(message("From: Nobody", "From: a@b.example, c@d.example", "Sender: s@b.example"))
        assert mail.sender.address == "a@b.example"

    @pytest.mark.parametrize("header", ["Sender: s@b.example", "Reply-To: s@b.example", "Return-Path: <s@b.example>"])
    def test_another_header_names_one_where_from_does_not(self, header: str) -> None:
        assert parse(message("From: somebody", header)).sender.address == "s@b.example"

    def test_a_name_alone_is_kept(self) -> None:
        assert parse(message("From: Li Hua")).sender.name == "Li Hua"
