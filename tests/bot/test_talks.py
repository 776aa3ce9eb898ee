from bot.talks import DeskTalks


class TestTalks:
    def test_a_thread_has_a_channel_and_a_page_has_none(self) -> None:
        assert DeskTalks().channel_of("wechat:main:o1") == "wechat"
        assert DeskTalks().channel_of("help") == ""
        assert DeskTalks().channel_of("unheard-of:a:b") == ""

    def test_what_tells_of_a_person_is_taken_out(self) -> None:
        masked = DeskTalks().mask("我叫王小明，电话13800138000", "zh")
        assert "13800138000" not in masked
        assert "王小明" not in masked
