import pytest

from bot.dialogue.language import detect
from kit.i18n import LOCALES, Locale


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("发票开不了", "zh"),
        ("Chrome 打不开", "zh"),
        ("IE浏览器 error ERR_CONNECTION_RESET 怎么办", "zh"),
        ("發票", "zh"),
        ("UKey不好使 Windows 10 driver", "zh"),
        ("I cannot log in", "en"),
        ("hello", "en"),
        ("My system shows “发票未上传” when I open it", "en"),
        ("printer error", "en"),
        ("thanks!", "en"),
        ("agent please", "en"),
        ("Human", "en"),
    ],
)
def test_the_language_of_the_person(text: str, locale: Locale) -> None:
    assert all(detect(text, fallback) == locale for fallback in LOCALES)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "OK",
        "12345678",
        "👍",
        "zhang@example.com",
        "https://etax.example.cn/login",
        "Windows 10",
        "YP-261124-0042",
        "0x80070005",
        "UKey",
        "\ud800",
        "。。。",
        "こんにちは",
    ],
)
def test_what_tells_nothing_leaves_the_language_as_it_was(text: str) -> None:
    assert [detect(text, fallback) for fallback in LOCALES] == list(LOCALES)
