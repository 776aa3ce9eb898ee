"""Show where a text has what was looked for; segments, so that nothing from outside becomes markup."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tickets.search.segment import TAIL, Token, fold, tokens
from tickets.search.wanted import Phrase, Wanted

_BEFORE, _LENGTH = 24, 96
_ELLIPSIS = "…"


@dataclass(frozen=True)
class Segment:
    """A piece of a text; ``hit`` is what was looked for."""

    text: str
    hit: bool = False


def mark(text: str, wanted: Wanted) -> tuple[Segment, ...]:
    """The whole text, with all that was looked for marked."""
    return tuple(_cut(text, _spans(text, wanted), 0, len(text)))


def excerpt(text: str, wanted: Wanted) -> tuple[Segment, ...]:
    """Some words around the first thing that was looked for; nothing if none of it is there."""
    line = " ".join(text.split())
    spans = _spans(line, wanted)
    if not spans:
        return ()
    begin = max(0, spans[0][0] - _BEFORE)
    end = min(len(line), begin + _LENGTH)
    segments = list(_cut(line, spans, begin, end))
    if begin > 0:
        segments.insert(0, Segment(_ELLIPSIS))
    if end < len(line):
        segments.append(Segment(_ELLIPSIS))
    return tuple(segments)


def _spans(text: str, wanted: Wanted) -> list[tuple[int, int]]:
    """Where it stands, in order and without overlaps."""
    folded, origins = _fold_by_letter(text)
    found = list(tokens(folded))
    spans = sorted(
        (origins[start], origins[end - 1] + 1)
        for phrase in wanted.phrases
        for start, end in _occurrences(found, phrase)
        if end > start
    )
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _fold_by_letter(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each of its letters the place it comes from."""
    pieces = [fold(letter) for letter in text]
    return "".join(pieces), [place for place, piece in enumerate(pieces) for _ in piece]


def _occurrences(found: Sequence[Token], phrase: Phrase) -> Iterator[tuple[int, int]]:
    length, last = len(phrase.tokens), phrase.tokens[-1]
    for place in range(len(found) - length + 1):
        part = found[place : place + length]
        if [token.text for token in part[:-1]] == list(phrase.tokens[:-1]) and _fits(part[-1], last, phrase):
            yield part[0].start, part[-1].start + len(last)
    if phrase.tail:
        ends = phrase.tail.removeprefix(TAIL)
        yield from ((token.end - len(ends), token.end) for token in found if token.text.endswith(ends))


def _fits(token: Token, wanted: str, phrase: Phrase) -> bool:
    return token.text.startswith(wanted) if phrase.open_end else token.text == wanted


def _cut(text: str, spans: Sequence[tuple[int, int]], begin: int, end: int) -> Iterator[Segment]:
    place = begin
    for start, stop in spans:
        if start >= end:
            break
        if start > place:
            yield Segment(text[place:start])
        yield Segment(text[start : min(stop, end)], hit=True)
        place = min(stop, end)
    if place < end:
        yield Segment(text[place:end])
