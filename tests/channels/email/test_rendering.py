"""The two bodies of a mail: the same content, in two languages, and nothing in it that was not meant."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from channels.email.rendering import QUOTED_LINES, Bodies, Quoted, Rendering, Words
from channels.port import Button, Link
from kit.i18n import Locale
from tests.support.ground import make_settings

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
MARKER = "——— 请在此线上方回复 / Please reply above this line ———"


@pytest.fixture
def rendering(tmp_path: Path) -> Rendering:
    return Rendering(make_settings(tmp_path, organisation="云杉科技", organisation_en="Spruce"))


def words(locale: Locale = "zh", **fields: object) -> Words:
    values = {
        "text": "您好。" if locale == "zh" else "Hello.",
        "locale": locale,
        "token": "m-abc-0123456789abcdef",
        "reply_to": "support@yunshan.example",
        "subject": "Re: x",
        **fields,
    }
    return Words(**values)  # type: ignore[arg-type]  # Each test knows what it sets.


class _Reader(HTMLParser):
    """What a reader of the HTML sees, where its links go, and whether every element ends."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.links: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value or "" for name, value in attrs if name == "href"]
        if tag not in {"br", "meta"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def seen(bodies: Bodies) -> _Reader:
    reader = _Reader()
    reader.feed(bodies.html)
    assert reader.open == []
    return reader


EVERYTHING: dict[str, Any] = {
    "number": "YP-261124-0042",
    "page": "https://desk.example/t/abc",
    "signature": "Fang · Spruce",
    "links": (Link(label="Status", url="https://desk.example/t/abc"),),
    "buttons": (Button(id="works:1", label="Yes"), Button(id="broken:1", label="No")),
    "unsubscribe": "https://desk.example/mail/unsubscribe/t",
    "quoted": Quoted(text="It does not work\nat all", at=AT),
}


class TestBothBodies:
    @pytest.mark.parametrize("locale", ["zh", "en"])
    def test_everything_stands_in_both(self, rendering: Rendering, locale: Locale) -> None:
        bodies = rendering.render(words(locale, **EVERYTHING))
        reader = seen(bodies)
        read = " ".join(reader.text)
        for said in ("YP-261124-0042", "Fang · Spruce", "Status", "Yes", "No", "It does not work", "at all"):
            assert said in bodies.text
            assert said in read
        addresses = ("https://desk.example/t/abc", "https://desk.example/mail/unsubscribe/t")
        assert all(address in bodies.text and address in reader.links for address in addresses)

    def test_english_mails_have_no_chinese_but_the_marker(self, rendering: Rendering) -> None:
        bodies = rendering.render(words("en", **EVERYTHING))
        assert not CHINESE.search(bodies.text.replace(MARKER, ""))
        assert not CHINESE.search(bodies.html.replace(MARKER, ""))

    def test_a_bare_message_has_nothing_it_does_not_need(self, rendering: Rendering) -> None:
        expected = f"{MARKER}\n\n您好。\n\n云杉科技\n还有问题？直接回复本邮件就好。\n"
        assert rendering.render(words()).text == expected

    def test_the_marker_comes_first(self, rendering: Rendering) -> None:
        bodies = rendering.render(words(**EVERYTHING))
        assert bodies.text.startswith(f"{MARKER}\n")
        assert bodies.html.index("<body") < bodies.html.index('id="yp-reply-m-abc-0123456789abcdef"')
        assert bodies.html.index("yp-reply-") < bodies.html.index("您好。") < bodies.html.index("It does not work")

    def test_lines_and_paragraphs_are_kept(self, rendering: Rendering) -> None:
        bodies = rendering.render(words(text="一\n二\n\n三"))
        assert "一\n二\n\n三" in bodies.text
        assert re.search(r"<p [^>]*>一<br>\n二</p>\s*<p [^>]*>三</p>", bodies.html)

    def test_addresses_in_the_text_can_be_clicked(self, rendering: Rendering) -> None:
        reader = seen(rendering.render(words(text="请看 https://a.example/?a=1&b=2。或 http://b.example/x).")))
        assert reader.links == ["https://a.example/?a=1&b=2", "http://b.example/x"]


class TestHostileWords:
    HOSTILE = "<script>alert(1)</script><a href='javascript:x'>\"&{{ 7*7 }}{% raw %}"

    def test_words_are_words(self, rendering: Rendering) -> None:
        bodies = rendering.render(
            words(
                text=self.HOSTILE,
                signature=self.HOSTILE,
                buttons=(Button(id="x", label=self.HOSTILE),),
                quoted=Quoted(text=self.HOSTILE, at=AT),
                subject=self.HOSTILE,
                number=self.HOSTILE,
            )
        )
        reader = seen(bodies)
        assert "<script" not in bodies.html
        assert "49" not in bodies.html
        assert not any(link.startswith("javascript") for link in reader.links)
        assert self.HOSTILE in bodies.text

    def test_a_label_cannot_add_a_header_to_the_mail_it_opens(self, rendering: Rendering) -> None:
        reader = seen(rendering.render(words(buttons=(Button(id="x", label="好&cc=a@b.example\n"),))))
        assert reader.links == [
            "mailto:support@yunshan.example?subject=Re%3A%20x&body=%E5%A5%BD%26cc%3Da%40b.example%0A"
        ]

    def test_a_very_long_text_is_no_work(self, rendering: Rendering) -> None:
        bodies = rendering.render(words(text="https://" * 12_000 + "\n" * 500))
        assert len(bodies.html) < 2_000_000


class TestQuickReplies:
    @pytest.mark.parametrize(
        ("locale", "labels", "sentence"),
        [
            ("zh", ["好了"], "写“好了”就行。"),
            ("zh", ["好了", "没好"], "写“好了”或“没好”就行。"),
            ("zh", ["解决了", "没解决", "转人工"], "写“解决了”、“没解决”或“转人工”就行。"),
            ("en", ["Yes, solved", "No"], "reply to this mail with “Yes, solved” or “No”."),
        ],
    )
    def test_a_few_are_a_sentence(self, rendering: Rendering, locale: Locale, labels: list[str], sentence: str) -> None:
        buttons = tuple(Button(id=label, label=label) for label in labels)
        assert sentence in rendering.render(words(locale, buttons=buttons)).text

    def test_more_are_a_list(self, rendering: Rendering) -> None:
        buttons = tuple(Button(id=word, label=word) for word in ("春", "夏", "秋", "冬"))
        assert "· 春\n· 夏\n" in rendering.render(words(buttons=buttons)).text

    def test_a_score_is_a_number(self, rendering: Rendering) -> None:
        buttons = tuple(Button(id=str(score), label=f"{score} 分") for score in range(1, 6))
        bodies = rendering.render(words(buttons=buttons))
        assert "写一个数字就行。" in bodies.text
        assert "· " not in bodies.text
        # Where there is something to press, it is there.
        assert ">5 分</a>" in bodies.html

    def test_what_the_text_has_numbered_is_not_named_again(self, rendering: Rendering) -> None:
        titles = ["登录不了，提示证书过期", "开票提交后一直转圈"]
        buttons = tuple(Button(id=title, label=title) for title in [*titles, "都不是"])
        text = "是哪一种？\n" + "\n".join(f"{number}. {title}" for number, title in enumerate(titles, 1))
        said = rendering.render(words(text=text, buttons=buttons)).text
        assert "写一个数字或“都不是”就行。" in said
        assert said.count(titles[0]) == 1


class TestQuote:
    def test_it_is_short(self, rendering: Rendering) -> None:
        quoted = Quoted(text="\n".join(["行" * 1000] * 100), at=AT)
        lines = rendering.render(words(quoted=quoted)).text.splitlines()
        quotes = [line for line in lines if line.startswith("> ")]
        assert (len(quotes), quotes[-1], max(map(len, quotes))) == (QUOTED_LINES + 1, "> …", 502)

    def test_nothing_to_quote_is_no_quote(self, rendering: Rendering) -> None:
        assert ">" not in rendering.render(words(quoted=Quoted(text=" \n ", at=AT))).text
