"""Ask the shipped knowledge base the questions of the tests: ``python -m benchmarks.questions [--lexical]``."""

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from knowledge.loader import phrasings_of, read_folder
from knowledge.search.calibration import Outcome
from knowledge.search.encoder import UniversalEncoder
from knowledge.search.index import Index, Result
from knowledge.search.phrasing import background

ROOT = Path(__file__).parents[1]
CONTENT = ROOT / "knowledge" / "content"
QUESTIONS = ROOT / "tests" / "knowledge" / "questions.jsonl"
LEAST_RIGHT_FIRST, LEAST_ABSTAINED = 0.92, 0.85


@dataclass(frozen=True, slots=True)
class Asked:
    question: str
    gold: frozenset[str]
    result: Result
    cpu_ms: float

    @property
    def right_first(self) -> bool:
        """The right article is on top of what the bot says; silence says nothing."""
        return self.result.outcome is not Outcome.ABSTAIN and self.result.hits[0].article in self.gold

    @property
    def answered(self) -> bool:
        return self.result.outcome is Outcome.ANSWER

    @property
    def abstained(self) -> bool:
        return self.result.outcome is Outcome.ABSTAIN


def shipped_index(*, lexical: bool) -> Index:
    phrasings = [phrasing for article in read_folder(CONTENT) for phrasing in phrasings_of(article)]
    return Index.of(phrasings + background(), None if lexical else UniversalEncoder())


def ask(index: Index, path: Path) -> list[Asked]:
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    asked = []
    for line in lines:
        started = time.process_time()
        result = index.search(line["q"], lang=line["lang"])
        asked.append(Asked(line["q"], frozenset(line["gold"]), result, 1000 * (time.process_time() - started)))
    return asked


def report(asked: Sequence[Asked]) -> list[str]:
    answerable = [one for one in asked if one.gold]
    unanswerable = [one for one in asked if not one.gold]
    outright = [one for one in asked if one.answered]
    wrong = [one for one in outright if not one.right_first]
    times = [one.cpu_ms for one in asked]
    return [
        f"right first:        {sum(one.right_first for one in answerable)} of {len(answerable)} answerable",
        f"answered outright:  {sum(one.answered for one in answerable)} of {len(answerable)} answerable",
        f"answered wrongly:   {len(wrong)} of {len(outright)} answers",
        f"abstained:          {sum(one.abstained for one in unanswerable)} of {len(unanswerable)} unanswerable",
        f"CPU of a question:  p50 {np.percentile(times, 50):.1f} ms, p99 {np.percentile(times, 99):.1f} ms",
        *(_miss(one) for one in answerable if not one.right_first),
        *(_miss(one) for one in unanswerable if not one.abstained),
    ]


def meets_target(asked: Sequence[Asked]) -> bool:
    right = [one.right_first for one in asked if one.gold]
    silent = [one.abstained for one in asked if not one.gold]
    return sum(right) >= LEAST_RIGHT_FIRST * len(right) and sum(silent) >= LEAST_ABSTAINED * len(silent)


def main() -> None:
    started = time.perf_counter()
    index = shipped_index(lexical="--lexical" in sys.argv[1:])
    sys.stdout.write(f"index built in {time.perf_counter() - started:.1f} s\n")
    asked = ask(index, QUESTIONS)
    sys.stdout.write("\n".join(report(asked)) + "\n")
    sys.exit(0 if meets_target(asked) else 1)


def _miss(one: Asked) -> str:
    heads = ", ".join(f"{hit.article} {hit.confidence:.2f}" for hit in one.result.hits[:3])
    wanted = " or ".join(sorted(one.gold)) or "silence"
    return f"  {one.result.outcome.value:8} {one.question!r}: {heads}; wanted {wanted}"


if __name__ == "__main__":
    main()
