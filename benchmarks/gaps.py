"""Look for planted gaps in seeded months: ``python -m benchmarks.gaps [SEED...]``.

Each question is searched among the shipped articles as the bot does it; what was answered is then judged, grouped and
ranked as the job does it, without a database.
"""

import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from benchmarks.gaps_month import TURNS, Turn, month
from benchmarks.gaps_words import PLANTED
from benchmarks.questions import QUESTIONS, shipped_index
from knowledge.gaps.failing import Failure, failures
from knowledge.gaps.grouping import Group, Groups
from knowledge.gaps.meaning import Meaning
from knowledge.gaps.ranking import Asked, standing, wanting
from knowledge.models import AnswerLog
from knowledge.search.calibration import Outcome
from knowledge.search.encoder import Matrix, UniversalEncoder
from knowledge.search.index import Index, Result, encoded

ROWS = 12
_BATCH = 500
_ENCODED_AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the report, and what most of its failed questions were planted as."""

    score: float
    people: int
    sort: str
    purity: float
    doubts: Sequence[str]


@dataclass(frozen=True, slots=True)
class Report:
    seed: int
    rows: list[Row]
    seconds: float

    @property
    def found(self) -> set[str]:
        return {row.sort for row in self.rows[:ROWS]} & PLANTED.keys()

    @property
    def above(self) -> list[str]:
        """What is no gap, and stands above the first row of one that is."""
        first = {name: place for place, row in reversed(list(enumerate(self.rows))) if (name := row.sort) in PLANTED}
        last = max(first.values(), default=0)
        return [row.sort for row in self.rows[:last] if row.sort not in PLANTED]


class Known:
    """An encoder that was asked before; many questions are asked again."""

    MODEL = UniversalEncoder.MODEL

    def __init__(self) -> None:
        self._encoder = UniversalEncoder()
        self._rows: dict[str, Matrix] = {}

    def encode(self, texts: list[str], /) -> Matrix:
        new = [text for text in dict.fromkeys(texts) if text not in self._rows]
        for start in range(0, len(new), _ENCODED_AT_ONCE):
            some = new[start : start + _ENCODED_AT_ONCE]
            self._rows.update(zip(some, self._encoder.encode(some), strict=True))
        return np.stack([self._rows[text] for text in texts])


def report(seed: int, encoder: Known | None, shipped: Index, turns: int = TURNS) -> Report:
    """Without an encoder by words alone."""
    began = time.perf_counter()
    index = shipped if encoder is None else Index(shipped.collection, encoder, shipped.head)
    asked = month(seed, _answered(), turns)
    if encoder is not None:
        encoder.encode([encoded(turn.text) for turn in asked])
    answers, followed = _asked(asked, index)
    meaning = Meaning(index, encoder, model=encoder.MODEL if encoder else "")
    grouped = _grouped(asked, answers, failures(answers, followed), meaning)
    now = asked[-1].at + timedelta(hours=3)
    rows = sorted((_row(found, now, foreign=foreign) for found, foreign in grouped), key=lambda row: -row.score)
    return Report(seed, rows, time.perf_counter() - began)


def _answered() -> list[str]:
    lines = map(json.loads, QUESTIONS.read_text(encoding="utf-8").splitlines())
    return [line["q"] for line in lines if line["gold"] and line["lang"] == "zh"]


def _asked(turns: Sequence[Turn], index: Index) -> tuple[list[AnswerLog], set[tuple[str, datetime]]]:
    results: dict[str, Result] = {}
    answers = []
    for number, turn in enumerate(turns, 1):
        found = results.get(turn.text) or results.setdefault(turn.text, index.search(turn.text))
        given = found.outcome is not Outcome.ABSTAIN
        candidates: list[dict[str, Any]] = [{"slug": hit.article, "score": round(hit.score, 3)} for hit in found.hits]
        answers.append(
            AnswerLog(
                id=number,
                reference=turn.person,
                locale="zh",
                question=turn.text,
                outcome=found.outcome,
                slug=found.hits[0].article if given else None,
                confidence=found.confidence,
                candidates=candidates,
                helped=(False if turn.rejects else True if turn.thanks else None) if given else None,
                at=turn.at,
            )
        )
    return answers, {(turn.person, turn.at) for turn in turns if turn.ticket}


def _grouped(
    turns: Sequence[Turn], answers: Sequence[AnswerLog], failed: dict[int, Failure | None], meaning: Meaning
) -> list[tuple[list[tuple[Asked, Turn]], bool]]:
    members: dict[int, list[tuple[Asked, Turn]]] = defaultdict(list)
    rows = meaning.rows([one.question for one in answers], [one.candidates for one in answers])
    strange = {text: meaning.foreign(text) for text in dict.fromkeys(turn.text for turn in turns)}
    groups = Groups([], rows.shape[1])
    for place, (turn, answer) in enumerate(zip(turns, answers, strict=True), 1):
        row = rows[place - 1]
        group, _ = groups.nearest(row, foreign=strange[turn.text])
        if group is None:
            group = Group(place, row, strange[turn.text])
            groups.begin(group)
        else:
            groups.grow(group, row)
        members[group.id].append((Asked(turn.person, turn.at, failed[answer.id]), turn))
        if place % _BATCH == 0 or place == len(turns):
            _moved(members, groups.merge())
            _moved(members, groups.widen(_wanting(groups, members)))
    return [(members[group.id], group.foreign) for group in groups.groups]


def _moved(members: dict[int, list[tuple[Asked, Turn]]], gone: dict[int, int]) -> None:
    for old, new in gone.items():
        members[new] += members.pop(old)


def _wanting(groups: Groups, members: dict[int, list[tuple[Asked, Turn]]]) -> set[int]:
    own = {group.id: [asked for asked, _ in members[group.id]] for group in groups.groups if not group.foreign}
    return {name for name, asked in own.items() if wanting(asked)}


def _row(found: Sequence[tuple[Asked, Turn]], now: datetime, *, foreign: bool) -> Row:
    stands = standing([asked for asked, _ in found], now, foreign=foreign)
    sorts = Counter(turn.sort for asked, turn in found if asked.failure not in {None, Failure.UNSURE})
    sort, count = sorts.most_common(1)[0] if sorts else ("", 0)
    return Row(stands.score, stands.people, sort, count / max(sorts.total(), 1), stands.doubts)


def main() -> None:
    encoder, shipped = Known(), shipped_index(lexical=False)
    for seed in map(int, sys.argv[1:] or "12345"):
        made = report(seed, encoder, shipped)
        sys.stdout.write(f"seed {seed}: {len(made.found)} of {len(PLANTED)} gaps in {ROWS} rows, ")
        sys.stdout.write(f"no gaps above: {', '.join(made.above) or 'none'}, {made.seconds:.1f} s\n")
        for row in made.rows[:ROWS]:
            sys.stdout.write(f"  {row.score:6.1f} {row.people:4} {row.sort} {row.purity:.2f} {' '.join(row.doubts)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
