"""Keep of what a model wrote only what the passages it names do say. Pure, and rather too strict than too mild."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kit.i18n import Locale
from knowledge.llm.masking import has_placeholder
from knowledge.search.fold import normalise
from knowledge.search.tokens import tokenise

MOST_CHARACTERS = 900
#: Share of a sentence's words and pairs of words that must stand in the passages it names.
SUPPORT = 0.5
_ANY_CASE = re.IGNORECASE
_CITATION = re.compile(r"[\[［【]\s*(\d{1,3}(?:\s*[,，、]\s*\d{1,3})*)\s*[\]］】]")
#: A full stop, and the numbers that may stand behind it.
_SENTENCE = re.compile(
    r"[^。！？!?\n]*?(?:[。！？!?]|\.(?=\s|$|[\[［【])|\n|$)(?:\s*[\[［【][\d\s,，、]+[\]］】])*", re.DOTALL
)
_NUMBER = re.compile(r"\d+(?:[.,:/%-]\d+)*%?")
_COUNTED = re.compile(r"[零〇一二两三四五六七八九十百千万半]+(?:个)?(?=[天日周月年小时分钟秒次元块张份点倍]|工作日)")
_LINK = re.compile(
    r"(?:https?://|www\.)[^\s，。；、）)\]]+|\b[\w-]+(?:\.[\w-]+)*\.(?:com|cn|net|org|gov|io|top|xyz)\b\S*",
    _ANY_CASE,
)
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9_-]+")
_NAME = re.compile(r"(?<!^)(?<![.!?] )\b[A-Z][A-Za-z0-9]+")
_HAN = re.compile(r"[\u3400-\u9fff]")
_NOT = re.compile(
    r"不|没|無|无|未|别|勿|禁止|切忌|\b(?:not|never|no|without|cannot|don'?t|do not|avoid)\b|n't\b", _ANY_CASE
)
_PROMISE = re.compile(
    r"保证|承诺|一定会|必定|肯定能|赔偿|退款|免单|\b(?:guarantee|promise|refund|compensat)\w*|\bwe will\b",
    _ANY_CASE,
)
_SECRET = re.compile(
    r"(?:发|提供|告诉|回复|输入给|报|说出).{0,12}(?:密码|口令|验证码|PIN)"
    r"|(?:密码|口令|验证码|PIN).{0,8}(?:发给|告诉|提供给|回复)"
    r"|\b(?:send|tell|give|reply|share)\b.{0,40}\b(?:password|passcode|pin|code)\b",
    _ANY_CASE,
)
_ORDER = re.compile(
    r"忽略.{0,8}(?:指令|要求|规则|提示)|\bignore\b.{0,30}\b(?:instruction|rule|prompt)|系统提示|system prompt",
    _ANY_CASE,
)
_MOST_HAN_IN_ENGLISH = 0.2
#: Who speaks: what one of them said must not be told of another.
SPEAKERS = re.compile(r"客户|客服|机器人|\b(?:customer|agent|bot)\b", _ANY_CASE)


@dataclass(frozen=True)
class Checked:
    """What may be said; empty where nothing may."""

    text: str
    dropped: int


def check(written: str, passages: Sequence[str], locale: Locale, *, exact: re.Pattern[str] | None = None) -> Checked:
    """Each sentence by itself: one that is not borne out is left out, the others stay.

    Words that are ``exact`` must stand in what it names, however much else does.
    """
    sentences = list(_sentences(written))
    said: list[str] = []
    for sentence in filter(None, (_borne_out(one, passages, locale, exact) for one in sentences)):
        if sum(map(len, said)) + len(sentence) <= MOST_CHARACTERS:
            said.append(sentence)
    joint = "" if locale == "zh" else " "
    return Checked(joint.join(said), len(sentences) - len(said))


def _sentences(written: str) -> Iterator[str]:
    for hit in _SENTENCE.finditer(written):
        if _CITATION.sub("", hit[0]).strip(" \n。.!?！？"):
            yield hit[0].strip()


def _borne_out(sentence: str, passages: Sequence[str], locale: Locale, exact: re.Pattern[str] | None) -> str | None:
    numbers = {int(one) for hit in _CITATION.finditer(sentence) for one in re.findall(r"\d+", hit[1])}
    if not numbers or not all(1 <= number <= len(passages) for number in numbers):
        return None
    said = re.sub(r"\s+([。.!?！？])", r"\1", _CITATION.sub("", sentence)).strip()
    named = "\n".join(passages[number - 1] for number in sorted(numbers))
    holds = (
        _is_in_language(said, locale)
        and not has_placeholder(said)
        and not (_SECRET.search(said) or _ORDER.search(said))
        and not _adds(said, named)
        and (exact is None or all(one.casefold() in named.casefold() for one in exact.findall(said)))
        and _support(said, named) >= SUPPORT
        and _negates_alike(said, named)
    )
    return said if holds else None


def _is_in_language(said: str, locale: Locale) -> bool:
    share = len(_HAN.findall(said)) / max(1, len(re.findall(r"\w", said)))
    return share > _MOST_HAN_IN_ENGLISH if locale == "zh" else share <= _MOST_HAN_IN_ENGLISH


def _adds(said: str, named: str) -> bool:
    """Whether it has a number, a name, a link or a promise that the passages have not."""
    if not set(_NUMBER.findall(said)) <= set(_NUMBER.findall(named)):
        return True
    lowered = named.casefold()
    names = _LATIN if _HAN.search(said) else _NAME
    exact = [*_COUNTED.findall(said), *_LINK.findall(said), *names.findall(said), *_PROMISE.findall(said)]
    return any(one.casefold() not in lowered for one in exact)


def _support(said: str, named: str) -> float:
    words = tokenise(normalise(said)).written
    return len(words & tokenise(normalise(named)).written) / len(words) if words else 0.0


def _negates_alike(said: str, named: str) -> bool:
    """Clause by clause, against the nearest one there: "do" must not become "do not", nor the other way round."""
    theirs = _clauses(named)
    return all(bool(_NOT.search(own)) == bool(_NOT.search(_nearest(own, theirs))) for own in _clauses(said))


def _clauses(text: str) -> list[str]:
    return [clause for clause in re.split(r"[。！？!?；;，,\n]|\.\s", text) if clause.strip()]


def _nearest(own: str, theirs: Sequence[str]) -> str:
    return max(theirs, key=lambda clause: _support(own, clause), default="")
