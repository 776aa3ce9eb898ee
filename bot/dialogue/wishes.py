"""What people ask for without asking a question: commands of platforms, and the few words that mean the same. Pure."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from tickets.linking.proofs import is_code


class WishKind(StrEnum):
    """START to HUMAN have the names that platforms' commands are given in ``Inbound.command``."""

    START = "start"
    LANG = "lang"
    STATUS = "status"
    LINK = "link"
    HUMAN = "human"
    #: Shows a code that was given out on another channel; BARE_CODE is perhaps one, and perhaps something else.
    CODE = "code"
    BARE_CODE = "bare_code"
    UNLINK = "unlink"
    PREFER = "prefer"


@dataclass(frozen=True)
class Wish:
    """What is wanted, and what came with it: a scene, a language, a code, the name of a channel."""

    kind: WishKind
    argument: str = ""


_KINDS = {kind.value: kind for kind in WishKind}
#: What a start carries when it leads from a code: ``t.me/…?start=link_7K3M9Q2X``, or the scene of a QR code.
_START_WITH_CODE = re.compile(r"(?:qrscene_)?link_(.+)", re.IGNORECASE)
_PHRASES: dict[WishKind, tuple[str, ...]] = {
    WishKind.LINK: (
        "绑定", "绑定账号", "账号绑定", "绑定身份", "绑定其他渠道", "关联账号", "合并账号", "我要绑定",
        "link", "link account", "link my account", "link my accounts", "connect my account", "connect my accounts",
    ),
    WishKind.UNLINK: (
        "解除绑定", "取消绑定", "解绑", "解绑账号", "我要解绑", "取消关联",
        "unlink", "unlink account", "unlink my account", "unlink my accounts", "disconnect my account",
    ),
    WishKind.LANG: ("切换语言", "换语言", "语言", "language", "change language", "switch language"),
}  # fmt: skip
_OF_PHRASE = {phrase: Wish(kind) for kind, phrases in _PHRASES.items() for phrase in phrases}
_LANGUAGES = {
    "zh": ("zh", "中文", "说中文", "用中文", "切换到中文", "chinese", "chinese please", "in chinese please"),
    "en": ("en", "english", "英文", "英语", "说英文", "用英文", "切换到英文", "english please", "in english please"),
}
_OF_LANGUAGE = {word: language for language, words in _LANGUAGES.items() for word in words}
_EDGES = " \t\n/“”\"'。．.!！~～,，:："
_GIVEN = re.compile(r"(?:绑定码?|关联|link(?: my account)?|code)[\s:：]*([0-9a-z]{4})[\s-]?([0-9a-z]{4})")
_BARE = re.compile(r"([0-9a-z]{4})[\s-]?([0-9a-z]{4})")
#: The words people have for channels; nothing means right here.
CHANNEL_WORDS: dict[str, tuple[str, ...]] = {
    "这里": (), "这儿": (), "这边": (), "here": (),
    "微信": ("wechat", "wecom"), "公众号": ("wechat",), "wechat": ("wechat", "wecom"), "weixin": ("wechat", "wecom"),
    "微信客服": ("wecom",), "企业微信": ("wecom",),
    "电报": ("telegram",), "telegram": ("telegram",), "tg": ("telegram",),
    "网页": ("webchat",), "网站": ("webchat",), "web": ("webchat",),
}  # fmt: skip
_CHANNEL = "|".join(sorted(CHANNEL_WORDS, key=len, reverse=True))
_PREFER = re.compile(
    rf"(?:以后|今后|之后)(?:的消息|有消息|有进展)?(?:请都|都请|请|都)?(?:发|发送|通知)到?(?:我的?)?({_CHANNEL})(?:上|里|吧)?"
    r"|(?:please )?(?:always )?(?:send|notify|tell) (?:me |news |updates |everything ){0,3}"
    rf"(?:on |to |in )?({_CHANNEL})"
)


def read_wish(text: str) -> Wish | None:
    """The wish a whole message is, if it is one; never anything inside a longer text."""
    if len(text) > 60:  # noqa: PLR2004 - longer than any of these phrases.
        return None
    plain = unicodedata.normalize("NFKC", text).lower().strip(_EDGES)
    if plain in _OF_PHRASE:
        return _OF_PHRASE[plain]
    if plain in _OF_LANGUAGE and plain not in _LANGUAGES:
        return Wish(WishKind.LANG, _OF_LANGUAGE[plain])
    return _preferring(plain) or _showing(plain)


def wishes_of(commands: Iterable[tuple[str, str]], text: str) -> tuple[Wish, ...]:
    """All wishes of one turn, each kind once, in the order of :class:`WishKind`; the latest of a kind counts."""
    asked = [_of_command(_KINDS[name], argument) for name, argument in commands if name in _KINDS]
    typed = read_wish(text)
    latest = {wish.kind: wish for wish in (*asked, *((typed,) if typed else ()))}
    return tuple(latest[kind] for kind in WishKind if kind in latest)


def language_meant(argument: str) -> str:
    """zh, en, or empty for anything else."""
    word = argument.strip().lower()
    return _OF_LANGUAGE.get(word) or _OF_LANGUAGE.get(re.split(r"[-_]", word)[0], "")


def _of_command(kind: WishKind, argument: str) -> Wish:
    match kind:
        case WishKind.START if found := _START_WITH_CODE.fullmatch(argument):
            return Wish(WishKind.CODE, _code(found[1]))
        case WishKind.LINK if argument.strip():
            return Wish(WishKind.CODE, _code(argument))
        case WishKind.LANG:
            return Wish(kind, language_meant(argument))
    return Wish(kind, argument)


def _showing(plain: str) -> Wish | None:
    given, bare = _GIVEN.fullmatch(plain), _BARE.fullmatch(plain)
    found = given or bare
    if found is None:
        return None
    code = _code(found[1] + found[2])
    if given is None:
        return Wish(WishKind.BARE_CODE, code) if is_code(code) else None
    # 绑定 with eight digits is about something else, and so is a word of eight letters.
    return None if code.isdecimal() or code.isalpha() else Wish(WishKind.CODE, code)


def _preferring(plain: str) -> Wish | None:
    found = _PREFER.fullmatch(plain)
    return Wish(WishKind.PREFER, found[1] or found[2]) if found else None


def _code(typed: str) -> str:
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", typed)).upper()
