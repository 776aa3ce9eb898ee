"""A message as the platform's text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.port import Button, Link, Outbound
from channels.simulator.wechat.text import show
from channels.wechat.formatting import MOST_BYTES, escaped, link, menu_of, size, text_of


def texts(most: int = 1800) -> st.SearchStrategy[str]:
    """Anything a person may have written, within the limit the core keeps."""
    pieces = st.sampled_from(
        ["您好", "<税号>", "&amp;", "<a ", "</a>", "😀", "a & b", "\n", "https://发票.cn/?a=1&b=2 ", "x"]
    )
    return st.lists(pieces, max_size=400).map("".join).map(lambda text: text.encode()[:most].decode(errors="ignore"))


class TestMarkup:
    @pytest.mark.parametrize(
        ("written", "sent"),
        [
            ("税额 < 100 & 已开票", "税额 &lt; 100 &amp; 已开票"),
            ("<Invoice><Tax>6</Tax></Invoice>", "&lt;Invoice>&lt;Tax>6&lt;/Tax>&lt;/Invoice>"),
            ('<a href="javascript:alert(1)">x</a>', '&lt;a href="javascript:alert(1)">x&lt;/a>'),
            ('<a href="https://a.cn" onclick="x()">x</a>', '&lt;a href="https://a.cn" onclick="x()">x&lt;/a>'),
            # Somebody who could write the tag of a quick reply could speak for the customer.
            (
                '<a href="weixin://bizmsgmenu?msgmenuid=1">x</a>',
                '&lt;a href="weixin://bizmsgmenu?msgmenuid=1">x&lt;/a>',
            ),
            ('看<a href="https://a.cn/?x=1&y=2">这里</a>', '看<a href="https://a.cn/?x=1&y=2">这里</a>'),
            ("看 https://a.cn/?x=1&y=2 吧", "看 https://a.cn/?x=1&y=2 吧"),
        ],
    )
    def test_only_links_are_markup(self, written: str, sent: str) -> None:
        assert escaped(written) == sent

    def test_a_link_has_a_label_and_an_address(self) -> None:
        assert link("看 & 改", "https://a.cn/?x=1&y=2") == '<a href="https://a.cn/?x=1&y=2">看 &amp; 改</a>'

    @pytest.mark.parametrize("url", ["javascript:alert(1)", 'https://a.cn/"onclick="x', "weixin://bizmsgmenu?x", "a b"])
    def test_an_address_that_is_none_is_only_said(self, url: str) -> None:
        assert "<a " not in link("看", url)


class TestQuickReplies:
    def test_a_plain_question_is_a_menu_of_the_platforms_own(self) -> None:
        message = Outbound(text="解决了吗？", buttons=(Button(id="1", label="解决了"),))
        assert menu_of(message) == {
            "head_content": "解决了吗？",
            "list": [{"id": "1", "content": "解决了"}],
            "tail_content": "",
        }

    @pytest.mark.parametrize(
        "message",
        [
            Outbound(text="没有可选的"),
            Outbound(text="", buttons=(Button(id="1", label="好"),)),
            Outbound(text="a < b", buttons=(Button(id="1", label="好"),)),
            Outbound(text='<a href="https://a.cn">看</a>', buttons=(Button(id="1", label="好"),)),
            Outbound(text="看", buttons=(Button(id="1", label="好"),), links=(Link(label="页", url="https://a.cn"),)),
        ],
    )
    def test_where_a_menu_may_show_markup_as_it_is_written_there_is_none(self, message: Outbound) -> None:
        assert menu_of(message) is None

    @pytest.mark.parametrize(("label", "name"), [("好", "1"), ('"&<>%# +', "a=b&c#d"), ("100% 满意 😀", "csat:5")])
    def test_what_is_tapped_comes_back_to_the_letter(self, label: str, name: str) -> None:
        text = text_of(Outbound(text="请选", buttons=(Button(id=name, label=label),)))
        assert text is not None
        (tap,) = show(text).taps.values()
        assert (tap.content, tap.menu_id) == (label, name)

    def test_with_little_room_they_are_named_instead(self) -> None:
        buttons = tuple(Button(id=label, label=label) for label in ("解决了", "没有", "再问问"))
        text = text_of(Outbound(text="长" * 600, buttons=buttons))
        assert text is not None
        assert text.endswith("【解决了】 / 【没有】 / 【再问问】")
        assert show(text).taps == {}

    def test_with_less_they_are_left_out_rather_than_a_word_of_the_answer(self) -> None:
        buttons = tuple(Button(id=str(number), label="很长的一个选项" * 3) for number in range(8))
        assert text_of(Outbound(text="长" * 600, buttons=buttons)) == "长" * 600


class TestRoom:
    @given(texts(), st.lists(st.text("选项<&12 ", min_size=1, max_size=20), max_size=8))
    def test_what_the_core_lets_through_fits_with_every_word(self, said: str, labels: list[str]) -> None:
        buttons = tuple(Button(id=f"{number}", label=label) for number, label in enumerate(labels))
        text = text_of(Outbound(text=said, buttons=buttons))
        if text is None:
            # Only what is made of tags to a good part has no room: it is refused, and staff see it.
            assert len(re.findall(r"</?a|&", said)) > 40
            return
        assert size(text) <= MOST_BYTES
        assert show(text).text.startswith(said)

    def test_an_invoice_pasted_as_xml_fits(self) -> None:
        xml = "".join(f"<I{number}>{number}</I{number}>" for number in range(140))[:1800]
        text = text_of(Outbound(text=xml))
        assert text is not None
        assert show(text).text == xml

    def test_nothing_but_tags_is_refused(self) -> None:
        assert text_of(Outbound(text="<a " * 600)) is None

    def test_a_link_is_named_once(self) -> None:
        same = Link(label="进度", url="https://a.cn/1")
        text = text_of(Outbound(text="好", links=(same, same)))
        assert text == '好\n\n<a href="https://a.cn/1">进度</a>'
