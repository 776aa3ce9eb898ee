"""Take out of a text what tells who it is about, and say what was taken out. Pure: no database, no web.

It takes out too much rather than too little, and it is not perfect: somebody reads every case before it is published,
with a list of what was taken out.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from kit.masking import mask_address, mask_number


class Personal(StrEnum):
    """What was taken out; each has a word ``knowledge.personal.<kind>`` that stands in its place."""

    NAME = "name"
    COMPANY = "company"
    PHONE = "phone"
    EMAIL = "email"
    TAX_ID = "tax_id"
    ID_CARD = "id_card"
    INVOICE = "invoice"
    ACCOUNT = "account"
    TICKET = "ticket"
    ADDRESS = "address"
    LINK = "link"
    NETWORK = "network"
    PLATE = "plate"


@dataclass(frozen=True)
class Removed:
    """One thing that was taken out, as far as it may be shown, and how often it stood there."""

    kind: Personal
    shown: str
    count: int


@dataclass(frozen=True)
class Known:
    """What the desk knows of the person: taken out wherever it stands, whatever it looks like."""

    kind: Personal
    value: str


_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜谢邹苏潘葛范彭鲁韦马苗方俞任袁柳唐罗薛雷贺倪汤殷毕郝"
    "邬安常乐于傅齐康伍余顾孟黄穆萧尹姚邵汪祁毛狄米贝明成戴宋庞熊纪舒屈项祝董梁杜阮蓝闵席季贾路江童颜郭梅盛林钟徐邱"
    "骆高夏蔡田胡凌霍万柯管卢莫房丁邓洪崔龚程陆刘叶"
)
_TITLES = "先生|女士|小姐|会计|经理|总|老师|师傅|主任"
_FIRMS = "有限责任公司|股份有限公司|有限公司|分公司|集团|事务所|合作社|个体工商户|经营部|商行"
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_CODE = "[0-9A-HJ-NPQRTUWXY]"
_ALONE, _ENDS = r"(?<![0-9A-Za-z])", r"(?![0-9A-Za-z])"
_IS = r"[\s:：为是]*"
#: Long forms first: a tax id has the digits of a phone number in it.
_PATTERNS: tuple[tuple[Personal, str], ...] = (
    (Personal.LINK, r"https?://[^\s<>()\[\]\"'，。；、）】]+|www\.[^\s<>()\"'，。；、]+"),
    (Personal.EMAIL, r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    (Personal.TICKET, r"\bYP[-\s]?\d[\d-]{3,}\d\b"),
    (
        Personal.ID_CARD,
        rf"{_ALONE}[1-9]\d{{5}}(?:19|20)\d{{2}}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{{3}}[\dXx]{_ENDS}",
    ),
    (Personal.TAX_ID, rf"{_ALONE}{_CODE}{{2}}\d{{6}}{_CODE}{{10}}{_ENDS}"),
    (Personal.TAX_ID, rf"(?:税号|识别号|信用代码|(?i:tax\s?(?:id|no\.?|number))){_IS}[0-9A-Za-z]{{8,20}}"),
    (Personal.INVOICE, r"(?<!\d)\d{20}(?!\d)"),
    (Personal.INVOICE, rf"(?:发票(?:号码?|代码)|(?i:invoice\s?(?:no\.?|number|code))){_IS}\d{{8,20}}"),
    (Personal.PHONE, r"(?<!\d)(?:\+?86[-\s]?)?1[3-9]\d[-\s]?\d{4}[-\s]?\d{4}(?!\d)"),
    (Personal.PHONE, r"(?<!\d)(?:\+?86[-\s]?)?\(?0\d{2,3}\)?[-\s]?\d{7,8}(?:[-转\s]+\d{1,5})?(?!\d)"),
    (Personal.PHONE, r"(?<!\d)400[-\s]?\d{3}[-\s]?\d{4}(?!\d)"),
    (Personal.PHONE, r"\+\d[\d\s()-]{7,16}\d"),
    (Personal.PLATE, rf"[{_PROVINCES}][A-HJ-NP-Z][·\s]?[A-HJ-NP-Z0-9]{{5,6}}{_ENDS}"),
    (Personal.NETWORK, r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])|\b(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}\b"),
    (Personal.COMPANY, rf"[\u4e00-\u9fff（）()·A-Za-z0-9]{{2,24}}?(?:{_FIRMS})"),
    (
        Personal.COMPANY,
        r"\b(?:[A-Z][\w&.-]*\s){1,5}(?:Co\.,?\s?Ltd\.?|Ltd\.?|LLC|Inc\.?|GmbH|Limited|Corporation)",
    ),
    (
        Personal.ADDRESS,
        (
            r"[\u4e00-\u9fff]{2,12}(?:省|市|区|县)[\u4e00-\u9fff0-9A-Za-z]{0,20}?(?:路|街|道|巷|镇|村)"
            r"[0-9A-Za-z一二三四五六七八九十]{0,6}(?:号|弄|栋|幢)[0-9A-Za-z-]*(?:楼|室|单元)?"
        ),
    ),
    (Personal.NAME, r"(?<=我叫)[\u4e00-\u9fff·]{2,4}|(?:(?<=联系人[:：])|(?<=姓名[:：]))\s*[\u4e00-\u9fff·]{2,4}"),
    (Personal.NAME, rf"[{_SURNAMES}][\u4e00-\u9fff]{{0,2}}(?:{_TITLES})"),
    (
        Personal.NAME,
        (
            r"\b(?:Mr|Mrs|Ms|Miss|Dr)\.?\s[A-Z][a-z]+(?:\s[A-Z][a-z]+)?"
            r"|(?<=[Mm]y name is )[A-Z][a-z]+(?:\s[A-Z][a-z]+)?"
        ),
    ),
    (
        Personal.ACCOUNT,
        r"(?:微信号?|QQ号?|账号|用户名|卡号|(?i:wechat|account|user\s?name))[\s:：为是]+[A-Za-z0-9_@-]{5,30}",
    ),
    (Personal.ACCOUNT, r"(?<![\d.])\d{9,19}(?![\d.])"),
)
_COMPILED = tuple((kind, re.compile(pattern)) for kind, pattern in _PATTERNS)
_SHORTEST_KNOWN = 2


def redact(text: str, known: Iterable[Known], words: dict[Personal, str]) -> tuple[str, list[tuple[Personal, str]]]:
    """The text with a word in place of each such thing, and the things themselves."""
    found: list[tuple[Personal, str]] = []
    for kind, pattern in (*_known_patterns(known), *_COMPILED):
        text = pattern.sub(lambda hit, kind=kind: _instead(hit, kind, words, found), text)  # type: ignore[misc]  # Bound at once.
    return text, found


def _instead(hit: re.Match[str], kind: Personal, words: dict[Personal, str], found: list[tuple[Personal, str]]) -> str:
    found.append((kind, hit.group().strip()))
    return words[kind]


def _known_patterns(known: Iterable[Known]) -> Iterator[tuple[Personal, re.Pattern[str]]]:
    for one in sorted(known, key=lambda one: -len(one.value)):
        value = one.value.strip()
        if len(value) >= _SHORTEST_KNOWN:
            between = r"[\s-]*" if value.isdigit() else ""
            yield one.kind, re.compile(between.join(re.escape(letter) for letter in value), re.IGNORECASE)


def summed(found: Iterable[tuple[Personal, str]]) -> list[Removed]:
    """What was taken out, masked: the list is for checking, not for keeping what was taken out."""
    counts = Counter((kind, masked(kind, value)) for kind, value in found)
    return [Removed(kind, shown, count) for (kind, shown), count in counts.items()]


def masked(kind: Personal, value: str) -> str:
    """Enough to recognise it when one knows the ticket."""
    if kind is Personal.EMAIL:
        return mask_address(value)
    if kind in {Personal.NAME, Personal.COMPANY, Personal.ADDRESS}:
        return value[:1] + "•" * min(len(value) - 1, 6)
    return mask_number(value)
