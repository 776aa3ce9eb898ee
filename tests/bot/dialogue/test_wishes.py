"""What is asked for outright: commands of platforms, and the few words that mean the same."""

import pytest

from bot.dialogue.wishes import Wish, WishKind, read_wish, wishes_of
from tickets.linking.proofs import DIGITS, LETTERS, is_code, new_code

LINK, UNLINK, LANG = Wish(WishKind.LINK), Wish(WishKind.UNLINK), Wish(WishKind.LANG)


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("绑定", LINK),
        (" 绑定。", LINK),
        ("Link my account!", LINK),
        ("/link", LINK),
        ("解除绑定", UNLINK),
        ("unlink", UNLINK),
        ("绑定 7K3M9Q2X", Wish(WishKind.CODE, "7K3M9Q2X")),
        ("绑定7k3m9q2x", Wish(WishKind.CODE, "7K3M9Q2X")),
        ("绑定码：7K3M-9Q2X", Wish(WishKind.CODE, "7K3M9Q2X")),
        ("link 7k3m 9q2x", Wish(WishKind.CODE, "7K3M9Q2X")),
        ("绑定 ７Ｋ３Ｍ９Ｑ２Ｘ", Wish(WishKind.CODE, "7K3M9Q2X")),
        # Mistyped ones are attempts too: O is no character of ours.
        ("绑定 7K3M9Q2O", Wish(WishKind.CODE, "7K3M9Q2O")),
        ("7K3M9Q2X", Wish(WishKind.BARE_CODE, "7K3M9Q2X")),
        ("切换语言", LANG),
        ("English please", Wish(WishKind.LANG, "en")),
        ("中文", Wish(WishKind.LANG, "zh")),
        ("以后都发到微信", Wish(WishKind.PREFER, "微信")),
        ("以后请发到这里", Wish(WishKind.PREFER, "这里")),
        ("please always notify me on telegram", Wish(WishKind.PREFER, "telegram")),
    ],
)
def test_a_whole_message_is_a_wish(text: str, wish: Wish) -> None:
    assert read_wish(text) == wish


@pytest.mark.parametrize(
    "text",
    [
        "",
        "怎么绑定税控盘",
        "绑定手机号失败",
        "办税员绑定不了企业",
        "绑定 12345678",
        "绑定 PASSWORD",
        "12345678",
        "PASSWORD",
        "E5002345",
        "ERR-5001",
        "7K3M9Q2X 这个码是什么",
        "the link does not work",
        "英文发票怎么开",
        "以后都发到邮局",
        "以后开票发到哪里",
        "绑定\n7K3M9Q2X\n然后呢",
        "绑" * 5000,
    ],
)
def test_everything_else_is_not(text: str) -> None:
    assert read_wish(text) is None


@pytest.mark.parametrize(
    ("commands", "text", "wishes"),
    [
        ([], "", ()),
        ([("", "")], "", ()),
        ([("dance", "")], "", ()),
        ([("start", "")], "", (Wish(WishKind.START),)),
        ([("start", "shop-7")], "", (Wish(WishKind.START, "shop-7"),)),
        ([("start", "link_7k3m9q2x")], "", (Wish(WishKind.CODE, "7K3M9Q2X"),)),
        ([("start", "qrscene_link_7K3M9Q2X")], "", (Wish(WishKind.CODE, "7K3M9Q2X"),)),
        ([("link", "")], "", (LINK,)),
        ([("link", "7k3m-9q2x")], "", (Wish(WishKind.CODE, "7K3M9Q2X"),)),
        ([("lang", "en-US")], "", (Wish(WishKind.LANG, "en"),)),
        ([("lang", "zh-hans")], "", (Wish(WishKind.LANG, "zh"),)),
        ([("lang", "klingon")], "", (LANG,)),
        ([("status", "")], "开票失败", (Wish(WishKind.STATUS),)),
        # Once each, the latest counts, and the language is set before anything is said.
        ([("status", ""), ("lang", "zh"), ("lang", "en")], "", (Wish(WishKind.LANG, "en"), Wish(WishKind.STATUS))),
    ],
)
def test_a_turn_has_its_wishes_in_order(commands: list[tuple[str, str]], text: str, wishes: tuple[Wish, ...]) -> None:
    assert wishes_of(commands, text) == wishes


class TestCodes:
    def test_no_two_characters_look_alike(self) -> None:
        assert not set("01OILU") & set(DIGITS + LETTERS)

    def test_every_new_code_is_taken_for_one_when_it_is_sent_alone(self) -> None:
        for _ in range(300):
            code = new_code()
            assert is_code(code)
            assert read_wish(code) == Wish(WishKind.BARE_CODE, code)
