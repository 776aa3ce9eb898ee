import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.compose import can_merge, length, merged, parts_of, split_text
from channels.port import Attachment, Button, Capabilities, Link, MediaKind, Outbound, TextUnit
from tests.support.trying import tries

NARROW = Capabilities(text_limit=60, text_unit=TextUnit.UTF8, buttons=3, attachments=frozenset(MediaKind))
PICTURE = Attachment(id="a1", name="错误.png", mime="image/png", size=3)
FLAG, FAMILY, THUMB = "🇨🇳", "👨\u200d👩\u200d👧", "👍🏽"


class TestSplitting:
    @given(st.text(max_size=300), st.integers(8, 80), st.sampled_from(TextUnit))
    @settings(max_examples=tries(500))
    def test_every_part_fits_and_no_word_is_lost(self, text: str, limit: int, unit: TextUnit) -> None:
        parts = split_text(text, limit, unit)
        assert all(length(part, unit) <= limit for part in parts)
        assert "".join("".join(parts).split()) == "".join(text.split())

    @given(st.lists(st.sampled_from([FLAG, FAMILY, THUMB, "e\u0301", "票", "a"]), max_size=60), st.integers(40, 60))
    def test_what_is_seen_as_one_character_stays_together(self, graphemes: list[str], limit: int) -> None:
        parts = split_text("".join(graphemes), limit, TextUnit.UTF8)
        left = list(graphemes)
        for part in parts:
            taken = ""
            while taken != part:
                assert len(taken) < len(part), f"{part!r} begins or ends within a character"
                taken += left.pop(0)
        assert left == []

    def test_an_address_is_never_cut_where_it_fits_one_part(self) -> None:
        address = "https://desk.test/t/abcdefghijklmnop"
        parts = split_text("进度随时可以在这里看到，点开就行：" + address, 60, TextUnit.UTF8)
        assert parts[-1] == address

    def test_paragraphs_then_lines_then_sentences_are_the_seams(self) -> None:
        assert (
            split_text("第一步重启。第二步登录。\n\n第三步上传。", 40, TextUnit.UTF8)[0] == "第一步重启。第二步登录。"
        )
        assert split_text("第一步重启。第二步登录。第三步上传。", 40, TextUnit.UTF8) == [
            "第一步重启。第二步登录。",
            "第三步上传。",
        ]

    @pytest.mark.parametrize(
        ("unit", "size"), [(TextUnit.UTF8, 4), (TextUnit.UTF16, 2), (TextUnit.CHARACTERS, 1)], ids=str
    )
    def test_each_platform_counts_in_its_own_unit(self, unit: TextUnit, size: int) -> None:
        assert length("🧾", unit) == size

    def test_a_text_without_any_seam_is_cut_all_the_same(self) -> None:
        parts = split_text("票" * 50, 60, TextUnit.UTF8)
        assert [unicodedata.normalize("NFC", part) for part in parts] == ["票" * 20, "票" * 20, "票" * 10]


class TestParts:
    def test_quick_replies_stand_under_the_last_text_and_files_follow(self) -> None:
        message = Outbound(text="好" * 30, buttons=(Button(id="yes", label="解决了"),), attachments=(PICTURE,))
        first, second, file = parts_of(message, NARROW)
        assert (first.buttons, second.buttons[0].label) == ((), "解决了")
        assert (file.text, file.attachments) == ("", (PICTURE,))

    def test_where_links_have_no_names_they_are_written_out(self) -> None:
        (only,) = parts_of(Outbound(text="看这里", links=(Link(label="进度", url="https://a.cn/t"),)), NARROW)
        assert only.text == "看这里\n\n进度\nhttps://a.cn/t"

    def test_where_text_and_files_travel_together_the_message_stays_whole(self) -> None:
        message = Outbound(text="见图", attachments=(PICTURE,))
        mixed = Capabilities(text_limit=100, attachments=frozenset(MediaKind), mixed=True, links=True)
        assert parts_of(message, mixed) == [message]


class TestMerging:
    def test_two_bubbles_of_one_speaker_become_one_and_the_last_question_stays(self) -> None:
        first = Outbound(text="已登记。", buttons=(Button(id="a", label="旧"),))
        second = Outbound(text="好了吗？", buttons=(Button(id="b", label="好了"),))
        assert can_merge(first, second, NARROW)
        whole = merged([first, second])
        assert whole.text == "已登记。\n\n好了吗？"
        assert [button.label for button in whole.buttons] == ["好了"]

    def test_never_two_speakers_nor_files_nor_more_than_fits(self) -> None:
        text = Outbound(text="您好。")
        assert not can_merge(text, Outbound(text="您好。", author="staff", author_name="王芳"), NARROW)
        assert not can_merge(text, Outbound(text="", attachments=(PICTURE,)), NARROW)
        assert not can_merge(text, Outbound(text="好" * 19), NARROW)
