"""The line above a quote that says who wrote it and when, in the languages of the usual mail programs."""

import re
from collections.abc import Sequence


def _either(words: str) -> str:
    return "|".join(re.escape(word.strip()) for word in words.split(","))


_LATIN = _either("""
    wrote, writes, schrieb, geschrieben, a écrit, ha escrito, escribió, escreveu, ha scritto, het volgende geschreven,
    schreef, geschreven, skrev, kirjoitti, написал, написала, написав, пишет, пише, писал, писала, napisał, napisała,
    yazdı, napsal, írta, a scris
""")
_OTHERS = _either(
    "写道, 寫道, 写到, 写入, 來信, 来信, 님이 작성, 작성:, さんは書きました, さんが書きました, のメッセージ"
)
_VERBS = re.compile(rf"\b(?:{_LATIN})\b|(?:{_OTHERS})", re.IGNORECASE)
_BEGINNINGS = _either("""
    on, le, am, em, el, il, op, w dniu, dnia, den, på, in data, dne, at, from, 在, 于, 於, mon, tue, wed, thu, fri,
    sat, sun
""")
_OPENERS = re.compile(
    rf"[\s>*\-]{{0,12}}(?:{_BEGINNINGS}|[a-z]{{3,6}}day|\d{{1,4}}[-./年]|[^\W\d_]{{2,12}}\.?,?\s\d)", re.IGNORECASE
)
_ADDRESS = re.compile(r"[^\s<>\"'()]{1,64}@[^\s<>\"'()]{1,190}")
_WHEN = re.compile(r"\d{1,4}[-./年]\s?\d{1,2}|\d{1,2}[:.hH点]\d{2}|\b(?:19|20)\d{2}\b|\d{1,2}\.? [^\W\d_]{3,12}")
#: Without one of these nobody is named and no time is told.
_CLUE = re.compile(r"[@\d]")
_COLON = re.compile(r"[:：]\s*$")
_DASHED = re.compile(r"[\s>]{0,12}-{2,40}.{3,400}-{2,40}\s*$", re.DOTALL)
#: An attribution is no longer than this, and spans no more lines.
_LONGEST, _LINES = 420, 6
_END = 60


def may_be_attribution(line: str) -> bool:
    """Whether one can end with this line, which costs little to say."""
    if len(line) > _LONGEST:
        return False
    if _COLON.search(line[-_END:]):
        return True
    return bool(_DASHED.fullmatch(line) and _VERBS.search(line))


def attribution_ending_at(lines: Sequence[str], end: int) -> int | None:
    """The first line of the attribution that ends with this line, or None. Looks back over a few lines only."""
    last = lines[end]
    if not any(map(_CLUE.search, lines[max(0, end - _LINES) : end + 1])):
        return None
    start, text = end, last
    while not _is_attribution(text):
        start -= 1
        if start < 0 or end - start >= _LINES or not lines[start].strip() or len(lines[start]) + len(text) > _LONGEST:
            return None
        text = f"{lines[start].lstrip('> ')} {text}"
    return _reach_up(lines, start, end, text)


def _is_attribution(text: str) -> bool:
    verb = _VERBS.search(text[-_END:]) or (_VERBS.search(text) if _DASHED.fullmatch(text) else None)
    if verb is None and "schrieb" in text:
        verb = _VERBS.search(text)
    address, when = _ADDRESS.search(text), _WHEN.search(text)
    if verb:
        return bool(address or when)
    # Without a verb only a name with its address may stand at the end, right before the colon.
    return bool(address and when and ("<" in text or "[" in text) and re.search(r"[>\]]\s?[:：]\s*$", text[-12:]))


def _reach_up(lines: Sequence[str], start: int, end: int, text: str) -> int:
    """What stands in the lines above may belong to it: the date, or the beginning of the name."""
    if _OPENERS.match(text) and _WHEN.search(text):
        return start
    for place in range(start - 1, max(-1, end - _LINES), -1):
        line = lines[place]
        if not line.strip() or len(line) > _LONGEST:
            break
        if _OPENERS.match(line) and _WHEN.search(line):
            return place
    return start
