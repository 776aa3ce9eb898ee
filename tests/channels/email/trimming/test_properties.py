"""Whatever is written: nothing raises, nothing is invented, and the work grows with the text and no faster."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.email.mime.model import Mail
from channels.email.trimming import attributions, blocks
from channels.email.trimming.reply import reply_of, trim_html, trim_text
from tests.support.trying import tries

LINES = st.sampled_from(
    [
        "", "好的", "> 引用", ">> 更早", "-- ", "---- 回复的原邮件 ----", "发件人：客服", "主题：开票", "From: a", "Sent: b", "To: c",
        "On Tue, Nov 24, 2026 at 9:41 AM Desk", "<help@desk.test> wrote:", "在 2026年11月24日，客服 写道：", "Sent from my iPhone",
        "Original", "____", "wrote:", "\ue000", "\ue002", "\ue003", "| From | x |",
    ]
)  # fmt: skip
TEXTS = st.lists(LINES | st.text(max_size=30), max_size=30).map("\n".join)
TAGS = st.sampled_from(
    [
        "<div>",
        "</div>",
        "<blockquote type=cite>",
        "</blockquote>",
        '<div class="gmail_quote">',
        "<hr id=replySplit>",
        "<br>",
        "<p",
        "<!--",
    ]
)
PAGES = st.lists(TAGS | LINES | st.text(max_size=20), max_size=40).map("".join)


@settings(max_examples=tries(1_000), deadline=None, suppress_health_check=list(HealthCheck))
@given(TEXTS)
def test_what_is_kept_was_written(text: str) -> None:
    reply = trim_text(text)
    written = {_plain(line) for line in re.split(r"\r\n|\r|\n", text)}
    assert {_plain(line) for line in reply.text.split("\n")} <= written | {""}
    visible = text.replace("\ue000", "").replace("\ue001", "").replace("\ue002", "")
    assert bool(reply.text.strip()) or not visible.replace(">", "").strip()


def _plain(line: str) -> str:
    return re.sub(r"[>\s\u00a0]", "", line)


@settings(max_examples=tries(500), deadline=None, suppress_health_check=list(HealthCheck))
@given(PAGES)
def test_no_page_is_too_strange(page: str) -> None:
    trim_html(page)
    reply_of(Mail(html=page, text=page))


@settings(max_examples=tries(300), deadline=None)
@given(TEXTS)
def test_what_is_kept_is_kept_the_second_time_too(text: str) -> None:
    """Unless that was only a quote, whose marks are gone then."""
    once = trim_text(text)
    if once.quoted and once.text and ">" not in text and not once.text.startswith(("发件人", "From", "---")):
        assert len(trim_text(once.text).text) <= len(once.text)


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How many characters were handed to the costly patterns."""
    handed = [0]
    at, ending = blocks.header_at, attributions.attribution_ending_at

    def counting_at(line: str) -> str:
        handed[0] += len(line)
        return at(line)

    def counting_ending(lines: list[str], end: int) -> int | None:
        handed[0] += sum(map(len, lines[max(0, end - 6) : end + 1]))
        return ending(lines, end)

    monkeypatch.setattr("channels.email.trimming.reply.header_at", counting_at)
    monkeypatch.setattr("channels.email.trimming.reply.attribution_ending_at", counting_ending)
    yield handed


@pytest.mark.parametrize("unit", ["On ", "> ", "wrote:\n", "From: a\n", "1 @:\n", "-- \n", "在 2020 写道：\n", "\n"])
def test_the_work_grows_no_faster_than_the_text(monkeypatch: pytest.MonkeyPatch, unit: str) -> None:
    with counted(monkeypatch) as handed:
        work = []
        for size in (10_000, 20_000, 40_000, 1_000_000):
            handed[0] = 0
            trim_text((unit * (size // len(unit) + 1))[:size])
            work.append(max(1, handed[0]))
    assert work[1] <= 2.2 * work[0]
    assert work[2] <= 2.2 * work[1]
    # Nobody writes so much above a quote: beyond, nothing is looked at any more.
    assert work[3] <= 2 * work[2]
