"""Error codes and the words of an error message as a person repeats them."""

import re
from collections.abc import Iterator

from bot.dialogue.entities.model import Entity, EntityKind
from bot.dialogue.folding import printable

_CODE = r"-?[a-z0-9][a-z0-9_.\-]{0,31}"
_LABELLED = re.compile(
    rf"(?:错误代码|错误号码|错误码|错误编号|错误号|报错代码|报错码|异常代码|返回码|返回代码|状态码|故障码|"
    rf"(?<![a-z])error code|(?<![a-z])errcode|(?<![a-z])status code)[ :#=是为]{{0,4}}({_CODE})"
)
# A bare "error 3" may be the third error; a code has a sign, a prefix or three digits.
_AFTER_ERROR = re.compile(
    r"(?:错误|报错|(?<![a-z])err(?:or)?)[ :#=]{0,3}(-\d{1,9}|[a-z]{1,4}-?\d{2,8}|\d{3,9})(?![\w.])"
)
_BARE = re.compile(
    r"(?<![a-z0-9])(?:0x[0-9a-f]{4,16}|e-?\d{3,6}|err_[a-z_]{3,40}|ora-\d{4,6}|http ?[45]\d\d)(?![a-z0-9_])"
    r"|\[-?\d{1,6}[\-:]\d{1,8}\]|\[-\d{2,9}\]"
)
_QUOTED = re.compile(
    '“([^“”\n]{2,200})”|‘([^‘’\n]{2,200})’|「([^「」\n]{2,200})」|『([^『』\n]{2,200})』|"([^"\n]{2,200})"'
)
_SAID = re.compile(
    r"(?:(?:提示|报错|显示(?!器|屏)|弹出|弹窗)(?:信息|内容|窗口|我|说|为|的是|是)?|"
    r"(?<![a-z])(?:error(?: message)?(?: is| says)?:|says|saying))[ :,]{0,3}([^\n,;。!?“”‘’「」『』\"]{2,120})"
)
_NO_MESSAGE = re.compile(
    r"了|怎么|什么|啥|吗|没|不出|不了|不全|如何|为什么|是不是|一下|问题|过|之后|以后|that\b|it\b|so\b|the\b"
)
_WORD_OF_A_MESSAGE = re.compile(r"[a-z\u4e00-\u9fff]{2}")
_TAIL = re.compile(
    r" {0,3}(?:怎么办|怎么回事|怎么解决|怎么处理|是什么意思|什么意思|是怎么回事|是什么原因|这是什么问题"
    r"|咋办|了|呢|啊){1,6}+$"
)


def find_error_codes(folded: str) -> Iterator[Entity]:
    """Find codes after words such as 错误代码 and codes whose shape speaks for itself."""
    taken: set[int] = set()
    for pattern, group in ((_LABELLED, 1), (_BARE, 0), (_AFTER_ERROR, 1)):
        for match in pattern.finditer(folded):
            start, end = match.span(group)
            code = folded[start:end].rstrip("-._")
            if any(char.isdigit() for char in code) or code.startswith("err_"):
                span = (start, start + len(code))
                if taken.isdisjoint(range(*span)):
                    taken.update(range(*span))
                    yield Entity(EntityKind.ERROR_CODE, _spelled(code), span)


def find_error_texts(text: str, folded: str) -> Iterator[Entity]:
    """Find what stands in quotation marks or follows 提示, 报错, 显示 or "error:", in the person's own writing."""
    for match in _QUOTED.finditer(text):
        yield from _error_text(text, *match.span(match.lastindex or 0))
    for match in _SAID.finditer(folded):
        start, end = match.span(1)
        start += len(folded[start:end]) - len(folded[start:end].lstrip())
        tail = _TAIL.search(folded, start, end)
        end = tail.start() if tail else end
        said = folded[start:end]
        if _WORD_OF_A_MESSAGE.search(said) and not _NO_MESSAGE.match(said):
            yield from _error_text(text, start, end)


def _error_text(text: str, start: int, end: int) -> Iterator[Entity]:
    value = printable(text[start:end])
    if value:
        yield Entity(EntityKind.ERROR_TEXT, value, (start, end))


def _spelled(code: str) -> str:
    return f"0x{code[2:].upper()}" if code.startswith("0x") else code.upper()
