"""Bytes as text, under whatever label they came.

Chinese mail names GB2312 and means GBK or GB18030; Western mail names ISO-8859-1 and means Windows-1252; much mail
names one charset and was written in another, or names none. What can be proven by the bytes themselves wins over the
label.
"""

import codecs
import re
from functools import lru_cache

GB18030 = "gb18030"
#: What a label means, where that is not what it says. Keys are without blanks, dashes and underscores.
_MEANT = {
    "cp936": GB18030,
    "ms936": GB18030,
    "windows936": GB18030,
    "xgb18030": GB18030,
    "euccn": GB18030,
    "chinesegb": GB18030,
    "big5": "cp950",
    "xbig5": "cp950",
    "csbig5": "cp950",
    "cnbig5": "cp950",
    "latin1": "cp1252",
    "iso88591": "cp1252",
    "iso8859": "cp1252",
    "iso885915": "iso8859-15",
    "iso88598i": "iso8859-8",
    "iso88598e": "iso8859-8",
    "iso88599": "cp1254",
    "iso885911": "cp874",
    "tis620": "cp874",
    "windows874": "cp874",
    "shiftjis": "cp932",
    "xsjis": "cp932",
    "sjis": "cp932",
    "windows31j": "cp932",
    "ksc56011987": "cp949",
    "ksc5601": "cp949",
    "euckr": "cp949",
    "xwindows949": "cp949",
    "unicode11utf7": "utf-7",
    "xunicode20utf7": "utf-7",
    "utf8mb4": "utf-8",
    "xutf8": "utf-8",
    "xmacroman": "mac-roman",
    "xmaccyrillic": "mac-cyrillic",
}
#: These say that nothing is known, or no more than what ASCII says.
_SAYS_NOTHING = frozenset({"usascii", "ascii", "ansix341968", "646", "iso646us", "7bit", "8bit", "binary", "default"})
#: In these, bytes below 128 are not ASCII letters.
_SHIFTING = ("iso-2022", "iso2022", "hz", "utf-7", "utf-16", "utf-32", "utf_16", "utf_32", "utf_7")
_WIDE = ("utf-16", "utf-32")
_MULTIBYTE = frozenset({GB18030, "cp950", "cp932", "cp949", "big5hkscs", "euc_jp", "euc_kr", "johab"})
_JIS = re.compile(rb"\x1b\$[@B]((?:[\x21-\x7e]{2})*)")
#: Shift JIS leaves a gap in its rows, and leaves out the byte 127.
_UPPER_ROWS, _DELETE = 0x5F, 0x7F
_HALF_WIDTH = re.compile(rb"\x1b\(I([\x21-\x5f]*)")
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
#: What no store takes and no screen shows; line ends and tabs stay.
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_CHINESE = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")


def decode(data: bytes, label: str = "", *, otherwise: str = "") -> str:
    """The text of these bytes; ``otherwise`` is asked where the label says nothing. Never raises."""
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(codec, "replace")
    codec = codec_of(label)
    if data.isascii() and (not codec.startswith(_SHIFTING) or (codec.startswith(_WIDE) and b"\x00" not in data)):
        return data.decode("ascii")
    codec = codec or codec_of(otherwise)
    return _decode_as(data, codec) if codec else guess(data)


def storable(text: str) -> str:
    r"""The text without NUL, lone surrogates and other controls; line ends become ``\n``."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNSTORABLE.sub("", unified)


@lru_cache(maxsize=256)
def codec_of(label: str) -> str:
    """Python's name for a charset; empty when the label says nothing or nobody knows it."""
    plain = label.strip().strip("\"'").lower().split("*", 1)[0]
    key = re.sub(r"[\s_:-]", "", plain)
    if key in _SAYS_NOTHING:
        return ""
    if "gb2312" in key or "gbk" in key:
        return "hz" if key.startswith("hz") else GB18030
    for name in (_MEANT.get(key), plain, re.sub(r"^(?:x-|cs)?(?:windows|win|cp)[-_]?(\d+)$", r"cp\1", plain)):
        if name and _known(name):
            return codecs.lookup(name).name
    return ""


def guess(data: bytes) -> str:
    """Text nobody labelled: UTF-8 where it is valid, else Chinese where its bytes come in pairs, else Western."""
    text = _strict(data, "utf-8")
    if text is not None:
        return text
    if _in_pairs(data):
        chinese = _strict(data, GB18030)
        if chinese is not None:
            return chinese
    lossy = data.decode("utf-8", "replace")
    if sum(letter > "\x7f" for letter in lossy) > 2 * lossy.count("�"):
        return lossy
    if _in_pairs(data):
        return data.decode(GB18030, "replace")
    return _western(data)


def _decode_as(data: bytes, codec: str) -> str:
    text = _strict(data, codec) if codec != "cp1252" else _western(data)
    if codec == "utf-8":
        return guess(data) if text is None else text
    if not codec.startswith(_SHIFTING):
        unicode = _strict(data, "utf-8")
        if unicode is not None and (text is None or codec not in _MULTIBYTE or _surely_chinese(unicode)):
            return unicode
    if text is not None:
        return text
    if codec.startswith("iso2022_jp"):
        return _japanese(data)
    if codec.startswith("cp125") or codec not in _MULTIBYTE:
        return data.decode(codec, "replace")
    return data.decode("big5hkscs" if codec == "cp950" and _strict(data, "big5hkscs") else codec, "replace")


def _japanese(data: bytes) -> str:
    """ISO-2022-JP with the letters that only Microsoft has, such as ①."""
    shifted = _JIS.sub(lambda found: _shift_jis(found.group(1)), data)
    narrowed = _HALF_WIDTH.sub(lambda found: bytes(letter | 0x80 for letter in found.group(1)), shifted)
    return re.sub(rb"\x1b[($].", b"", narrowed).decode("cp932", "replace")


def _shift_jis(pairs: bytes) -> bytes:
    result = bytearray()
    for row, cell in zip(pairs[::2], pairs[1::2], strict=False):
        lead = (row + 1) // 2 + (0x70 if row < _UPPER_ROWS else 0xB0)
        trail = cell + (0x7E if row % 2 == 0 else 0x1F)
        result += bytes((lead, trail + (row % 2 == 1 and trail >= _DELETE)))
    return bytes(result)


def _surely_chinese(text: str) -> bool:
    """Whether what is not ASCII is Chinese almost throughout: no text of a double-byte charset looks so by chance."""
    foreign = [letter for letter in text if letter > "\x7f"]
    return len(foreign) > 1 and len(_CHINESE.findall(text)) * 10 >= len(foreign) * 9


def _in_pairs(data: bytes) -> bool:
    """Whether bytes above 127 stand in even runs, as those of Chinese words do and those of Western words do not."""
    runs = [len(run) for run in _HIGH_RUN.findall(data)]
    return sum(run % 2 == 0 for run in runs) * 10 >= len(runs) * 8


def _western(data: bytes) -> str:
    text = _strict(data, "cp1252")
    return data.decode("latin-1") if text is None else text


def _strict(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeError, ValueError):
        return None


def _known(name: str) -> bool:
    try:
        # Codecs that are no charsets, such as Base64, refuse to make text.
        b" ".decode(name)
    except UnicodeError:
        return True
    except (LookupError, ValueError, TypeError, AssertionError):
        return False
    return True
