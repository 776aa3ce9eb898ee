"""Ask the shipped knowledge base the questions of the tests: ``python -m benchmarks.questions [--lexical]``."""

import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.loader import phrasings_of, read_folder
from knowledge.search.calibration import Outcome
from knowledge.search.encoder import UniversalEncoder
from knowledge.search.index import Index, Result
from knowledge.search.phrasing import background

ROOT = Path(__file__).parents[1]
CONTENT = ROOT / "knowledge" / "content"
#: Plain questions of the first release, and the same trade in five voices.
QUESTIONS = ROOT / "tests" / "knowledge" / "questions.jsonl"
VOICES = QUESTIONS.with_name("questions_voices.jsonl")
#: Written once the articles stood and asked once: nothing was changed after it, so no target is set on it.
FRESH = QUESTIONS.with_name("questions_fresh.jsonl")
LEAST_RIGHT_FIRST, LEAST_ABSTAINED = 0.92, 0.85
NO_ARTICLE = "no article"
#: So many of the questions that come closest to a phrasing.
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Asked:
    question: str
    #: Articles any of which answers; none where the knowledge base should stay silent.
    gold: tuple[str, ...]
    result: Result
    cpu_ms: float
    #: Who asks; empty for the plain questions.
    voice: str = ""

    @property
    def kind(self) -> str:
        """The sort of article that answers, as its name begins."""
        return self.gold[0].partition("-")[0] if self.gold else NO_ARTICLE

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
    return [_ask(index, json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines() if line]


def report(asked: Sequence[Asked]) -> list[str]:
    outright = [one for one in asked if one.answered]
    wrong = [one for one in outright if not one.right_first]
    times = [one.cpu_ms for one in asked]
    return [
        _share("together", asked),
        *_shares(asked, lambda one: one.voice or "plain"),
        *_shares(asked, lambda one: one.kind),
        f"answered outright:  {len(outright)}, wrongly {len(wrong)}",
        f"CPU of a question:  p50 {np.percentile(times, 50):.1f} ms, p99 {np.percentile(times, 99):.1f} ms",
        *(_miss(one) for one in asked if not (one.right_first if one.gold else one.abstained)),
    ]


def nearest(index: Index, asked: Sequence[Asked]) -> list[tuple[float, str, str]]:
    """Every question and the phrasing closest to it, nearest first; words and meaning alike give 2."""
    closest = [(one.question, *index.closest(one.question, limit=1)[0][1:]) for one in asked]
    return sorted(((nearness, question, phrasing) for question, phrasing, nearness in closest), reverse=True)


def meets_target(asked: Sequence[Asked]) -> bool:
    right = [one.right_first for one in asked if one.gold]
    silent = [one.abstained for one in asked if not one.gold]
    return sum(right) >= LEAST_RIGHT_FIRST * len(right) and sum(silent) >= LEAST_ABSTAINED * len(silent)


def main() -> None:
    started = time.perf_counter()
    index = shipped_index(lexical="--lexical" in sys.argv[1:])
    sys.stdout.write(f"index built in {time.perf_counter() - started:.1f} s\n")
    met = True
    for path in (QUESTIONS, VOICES, FRESH):
        asked = ask(index, path)
        met &= path is FRESH or meets_target(asked)
        close = [f"  nearest  {near:.2f} {one!r}: {other!r}" for near, one, other in nearest(index, asked)[:SHOWN]]
        sys.stdout.write("\n".join([f"\n{path.name}", *report(asked), *close]) + "\n")
    sys.exit(0 if met else 1)


def _ask(index: Index, line: dict[str, Any]) -> Asked:
    started = time.process_time()
    result = index.search(line["q"], lang=line["lang"])
    return Asked(line["q"], tuple(line["gold"]), result, 1000 * (time.process_time() - started), line.get("voice", ""))


def _shares(asked: Sequence[Asked], group: Callable[[Asked], str]) -> list[str]:
    """A line for each group, as they come; nothing where all are of one."""
    names = list(dict.fromkeys(group(one) for one in asked))
    return [_share(name, [one for one in asked if group(one) == name]) for name in names] if len(names) > 1 else []


def _share(name: str, asked: Sequence[Asked]) -> str:
    answerable = [one for one in asked if one.gold]
    unanswerable = [one for one in asked if not one.gold]
    parts = (
        [f"right first {sum(one.right_first for one in answerable):>3} of {len(answerable):>3}"] if answerable else []
    )
    if unanswerable:
        parts.append(f"silent {sum(one.abstained for one in unanswerable):>2} of {len(unanswerable):>2}")
    return f"{name + ':':<19} {', '.join(parts)}"


def _miss(one: Asked) -> str:
    heads = ", ".join(f"{hit.article} {hit.confidence:.2f}" for hit in one.result.hits[:3])
    wanted = " or ".join(one.gold) or "silence"
    return f"  {one.result.outcome.value:8} {one.question!r}: {heads}; wanted {wanted}"


if __name__ == "__main__":
    main()
