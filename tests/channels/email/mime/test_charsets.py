import pytest

from channels.email.mime.charsets import codec_of, decode, storable

CHINESE = "发票开具失败，税号错误"


class TestLabels:
    @pytest.mark.parametrize(
        "label", ["gb2312", "GB_2312-80", "gbk", "x-gbk", "CP936", "ms936", "windows-936", "iso-gb2312", '"gb18030"']
    )
    def test_every_chinese_label_means_the_largest_set(self, label: str) -> None:
        assert decode("朱镕基喆€😀".encode("gb18030"), label) == "朱镕基喆€😀"

    @pytest.mark.parametrize(
        ("label", "codec", "said"),
        [
            ("big5", "cp950", "發票開立失敗"),
            ("shift_jis", "cp932", "①請求書"),
            ("x-sjis", "cp932", "請求書"),
            ("ks_c_5601-1987", "cp949", "영수증"),
            ("koi8-r", "koi8-r", "Счёт не пришёл"),
            ("windows-1251", "cp1251", "Счёт не пришёл"),
            ("windows1252", "cp1252", "“naïve” €"),
            ("iso-8859-1", "cp1252", "“naïve” €"),
            ("hz-gb-2312", "hz", "发票"),
            ("iso-2022-jp", "iso-2022-jp", "請求書"),
            ("unicode-1-1-utf-7", "utf-7", "Über 发票"),
            ("utf-16", "utf-16", "发票 7"),
        ],
    )
    def test_a_label_means_what_mailers_mean_by_it(self, label: str, codec: str, said: str) -> None:
        assert decode(said.encode(codec), label) == said

    @pytest.mark.parametrize("label", ["base64", "zip", "idna", "rot13", "undefined", "x-unknown", "8bit", "\x00", ""])
    def test_what_is_no_charset_says_nothing(self, label: str) -> None:
        assert codec_of(label) in {"", "idna", "undefined"}
        assert decode(CHINESE.encode(), label) == CHINESE


class TestWrongLabels:
    @pytest.mark.parametrize("label", ["iso-8859-1", "us-ascii", "windows-1251", "gb2312", "big5", "x-unknown"])
    def test_utf_8_is_seen_under_another_label(self, label: str) -> None:
        assert decode(CHINESE.encode(), label) == CHINESE

    def test_chinese_is_seen_under_the_label_of_utf_8(self) -> None:
        assert decode(CHINESE.encode("gb18030"), "utf-8") == CHINESE

    def test_chinese_that_is_valid_utf_8_by_chance_stays_chinese(self) -> None:
        """一 in GB18030 is a Cyrillic letter in UTF-8."""
        assert decode("一".encode("gb18030"), "gb2312") == "一"

    def test_chinese_is_seen_without_a_label(self) -> None:
        assert decode(CHINESE.encode("gb18030")) == CHINESE

    def test_western_letters_are_seen_without_a_label(self) -> None:
        assert decode("für die Größe, où ça".encode("latin-1")) == "für die Größe, où ça"

    def test_one_damaged_byte_does_not_spoil_utf_8(self) -> None:
        assert decode(CHINESE.encode()[:-1] + b"!", "utf-8").startswith("发票开具失败，税号错")

    def test_ascii_is_read_under_a_wide_label(self) -> None:
        assert decode(b"hello", "utf-16") == "hello"

    def test_a_byte_order_mark_is_believed(self) -> None:
        assert decode("发票".encode("utf-8-sig"), "iso-8859-1") == "发票"
        assert decode(b"\xff\xfe" + "发票".encode("utf-16-le"), "utf-8") == "发票"

    def test_japanese_letters_of_one_company_are_read(self) -> None:
        """① is not in ISO-2022-JP, and is written there all the same; so are letters of half width."""
        assert decode(b"\x1b$B-!@AEl\x1b(B and \x1b(I123\x1b(B.", "iso-2022-jp") == "①請東 and ｱｲｳ."


def test_storable_text_has_no_controls() -> None:
    assert storable("a\x00\x07\x85b\ud800\r\nc\rd\te") == "ab\nc\nd\te"
