"""What somebody typed into the search, understood: words that all have to be there, phrases as they stand."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tickets.search.segment import TAIL, TAILS, fold, tokens

_QUOTED = re.compile(r'["“”„«»「」『』]([^"“”„«»「」『』]*)["“”„«»「」『』]|(\S+)')
_MOST_PHRASES = 12
#: A word this long is taken for the beginning of longer ones, as somebody may still be typing it.
_SHORTEST_BEGINNING = 3
_NUMBER = re.compile(r"([a-z]{2})-?(\d{6})-?(\d{4,8})")


@dataclass(frozen=True)
class Phrase:
    """Tokens that have to stand one after the other; ``open_end``: the last may go on."""

    tokens: tuple[str, ...]
    open_end: bool = False

    @property
    def tail(self) -> str | None:
        """The end of a longer number, where this can be one."""
        [*_, last] = self.tokens
        is_tail = len(self.tokens) == 1 and len(last) in TAILS and any(map(str.isdigit, last))
        return TAIL + last if is_tail else None


@dataclass(frozen=True)
class Wanted:
    """All phrases have to be there; ``number`` is the ticket's own, if one was typed as a whole."""

    phrases: tuple[Phrase, ...] = ()
    number: str | None = None

    def __bool__(self) -> bool:
        return bool(self.phrases)

    @property
    def has_open_end(self) -> bool:
        return any(phrase.open_end for phrase in self.phrases)


def understand(typed: str) -> Wanted:
    """Signs alone are nothing to look for."""
    phrases = [
        phrase
        for quoted, word in _QUOTED.findall(typed)
        if (phrase := _phrase(fold(quoted or word), quoted=bool(quoted))) is not None
    ]
    number = _NUMBER.fullmatch(fold(typed).strip())
    return Wanted(tuple(dict.fromkeys(phrases))[:_MOST_PHRASES], "-".join(number.groups()).upper() if number else None)


def _phrase(folded: str, *, quoted: bool) -> Phrase | None:
    found = list(tokens(folded))
    if not found:
        return None
    last = found[-1]
    words = [token.text for token in found]
    if last.dense:
        # The last letter alone ends a run: what is looked for may stand inside a longer one.
        if len(found) > 1 and found[-2].end == last.end:
            return Phrase(tuple(words[:-1]))
        return Phrase(tuple(words), open_end=True)
    return Phrase(tuple(words), open_end=not quoted and len(last.text) >= _SHORTEST_BEGINNING)


def for_sqlite(wanted: Wanted, buckets: Sequence[str] = ()) -> str:
    """As FTS5 reads it; no sign of what was typed has a meaning there, as tokens hold letters and digits alone."""
    parts = [_any([_fts_phrase(phrase), *_quoted('"', phrase.tail)], " OR ") for phrase in wanted.phrases]
    return " AND ".join([*parts, *([_any(_quoted('"', *buckets), " OR ")] if buckets else [])])


def _fts_phrase(phrase: Phrase) -> str:
    return f'"{" ".join(phrase.tokens)}"' + ("*" if phrase.open_end else "")


def for_postgres(wanted: Wanted, buckets: Sequence[str] = ()) -> str:
    """As a tsquery is written."""
    parts = [_any([_ts_phrase(phrase), *_quoted("'", phrase.tail)], " | ") for phrase in wanted.phrases]
    return " & ".join([*parts, *([_any(_quoted("'", *buckets), " | ")] if buckets else [])])


def _ts_phrase(phrase: Phrase) -> str:
    return "(" + " <-> ".join(_quoted("'", *phrase.tokens)) + (":*)" if phrase.open_end else ")")


def _quoted(quote: str, *words: str | None) -> list[str]:
    return [f"{quote}{word}{quote}" for word in words if word]


def _any(choices: Sequence[str], separator: str) -> str:
    return choices[0] if len(choices) == 1 else f"({separator.join(choices)})"
