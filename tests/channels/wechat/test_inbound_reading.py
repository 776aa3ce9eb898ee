"""One strict reader for both formats: what it takes means the same, and it takes nothing doubtful."""

import pytest

from channels.wechat.reading import MAX_DEPTH, UnreadableError, read_fields

GOOD = "<ToUserName>gh_1</ToUserName><MsgType>text</MsgType><Content>在吗</Content>"


def nested(depth: int) -> str:
    return "<xml>" + "<a>" * (depth - 1) + "</a>" * (depth - 1) + "</xml>"


class TestSame:
    @pytest.mark.parametrize(
        ("xml", "json"),
        [
            ("<xml><A>1</A><B><![CDATA[ x ]]></B></xml>", '{"A":1,"B":" x "}'),
            ("<xml><A>22.5</A><B></B></xml>", '{"A":22.5,"B":null}'),
            ("<xml><A><B>1</B></A></xml>", '{"A":{"B":"1"}}'),
            ("<xml><A><i>1</i><i>2</i><i>3</i></A></xml>", '{"A":{"i":[1,2,3]}}'),
            ("<xml><A>中😀</A></xml>", '{"A":"中\\ud83d\\ude00"}'),
            ("<xml/>", "{}"),
            (" <xml><A>1</A></xml> ", ' {"A":true} '),
        ],
    )
    def test_both_formats_mean_the_same(self, xml: str, json: str) -> None:
        assert read_fields(xml.encode()) == read_fields(json.encode())

    def test_what_a_document_says_of_its_own_encoding_is_not_believed(self) -> None:
        document = '<?xml version="1.0" encoding="gbk"?><xml><A>中</A></xml>'
        assert read_fields(document.encode()) == {"A": "中"}


class TestRefused:
    @pytest.mark.parametrize(
        "body",
        [
            f"<!DOCTYPE xml><xml>{GOOD}</xml>",
            f'<!DOCTYPE xml [<!ENTITY a "b">]><xml>{GOOD}</xml>',
            f'<!DOCTYPE xml [<!ENTITY a "在吗">]><xml>{GOOD}<A>&a;</A></xml>',
            f'<!DOCTYPE xml SYSTEM "http://a.cn/x.dtd"><xml>{GOOD}</xml>',
        ],
    )
    def test_a_document_type_even_where_it_does_nothing(self, body: str) -> None:
        with pytest.raises(UnreadableError, match="document type"):
            read_fields(body.encode())

    @pytest.mark.parametrize(
        "body",
        [
            f"<xml>{GOOD}<Extra>1</Extra><Extra>1</Extra></xml>",
            '{"MsgType":"text","Extra":1,"Extra":1}',
            '{"MsgType":"text","A":{"Extra":1,"Extra":1}}',
        ],
    )
    def test_what_stands_twice_even_where_nobody_needs_it(self, body: str) -> None:
        with pytest.raises(UnreadableError, match="twice"):
            read_fields(body.encode())

    def test_more_levels_than_any_push_has(self) -> None:
        assert read_fields(nested(MAX_DEPTH).encode())
        for body in (nested(MAX_DEPTH + 1), '{"a":' * MAX_DEPTH + "[1]" + "}" * MAX_DEPTH):
            with pytest.raises(UnreadableError, match="deep"):
                read_fields(body.encode())

    @pytest.mark.parametrize(
        "body",
        [
            "<html></html>",
            "<xml></xml><xml></xml>",
            "<xml>&nbsp;</xml>",
            '{"A":1e999}',
            '{"A":Infinity}',
            '{"A":' + "9" * 5000 + "}",
            '{"A":1}x',
            "[1]",
            '"text"',
            "1",
        ],
    )
    def test_anything_else_that_is_not_as_the_platform_writes(self, body: str) -> None:
        with pytest.raises(UnreadableError):
            read_fields(body.encode())
