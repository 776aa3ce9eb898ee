"""Cut texts into what can be looked for: pairs of letters in Chinese, words and numbers elsewhere.

Width, case and script make no difference. A run of Chinese letters gives each pair of neighbours and its last letter
alone, so every letter has exactly one place and a phrase is a row of neighbouring tokens.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kit.text import simplify

#: Letters that are written without spaces: Han, kana, hangul.
_DENSE = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(f"(?P<dense>[{_DENSE}]+)|[^\\W_{_DENSE}]+")
_LONGEST_WORD = 64
#: So much of one text can be found; what follows is read by nobody who searches.
_LONGEST_TEXT = 8000
#: Numbers are read out from their end: so many of their last signs can be asked for.
TAILS = range(4, 9)
_SHORTEST_WITH_TAILS = 8
#: In front of what is no word of a text; no text can contain it.
TAIL = "~"
#: Between two texts of one entry, so that no phrase reaches across.
GAP = "~"


@dataclass(frozen=True, slots=True)
class Token:
    """What is looked for, and where it stands in the folded text."""

    text: str
    start: int
    end: int
    dense: bool = False


def fold(text: str) -> str:
    """One spelling for width, case and script."""
    return simplify(unicodedata.normalize("NFKC", text).lower())


def tokens(folded: str) -> Iterator[Token]:
    """The tokens of a folded text in their order."""
    for run in _RUN.finditer(folded):
        start, end = run.span()
        if run["dense"] is None:
            yield Token(run[0][:_LONGEST_WORD], start, end)
            continue
        for place in range(start, end):
            yield Token(folded[place : min(place + 2, end)], place, min(place + 2, end), dense=True)


def index_tokens(texts: Sequence[str | None]) -> list[str]:
    """All tokens of the texts of one entry, then the ends of their numbers."""
    found: list[str] = []
    for text in texts:
        if not text:
            continue
        if found:
            found.append(GAP)
        found += [token.text for token in tokens(fold(text[:_LONGEST_TEXT]))]
    tails = {TAIL + word[-length:] for word in found if _is_number(word) for length in TAILS}
    return [*found, GAP, *sorted(tails)] if tails else found


def _is_number(word: str) -> bool:
    return len(word) >= _SHORTEST_WITH_TAILS and any(map(str.isdigit, word))
