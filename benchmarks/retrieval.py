"""Score the search on sets of questions: ``python -m benchmarks.retrieval DIR...``.

With ``--scale N`` instead, a knowledge base of N entries is searched, edited and built. A folder may also hold the
folders of several sets.

A folder holds ``entries.jsonl`` (``id``, ``variants``) and ``queries.jsonl`` (``q``, ``gold``; an empty list is a
question that nothing answers). One line of JSON is printed for each folder. The shipped background is indexed beside
the entries, as in an installation; a line of it that an entry speaks of is left out by the index itself.
"""

import json
import resource
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.retrieval_scale import measure
from knowledge.search.encoder import UniversalEncoder
from knowledge.search.index import Index, Result
from knowledge.search.phrasing import Phrasing, background

DEPTH = 10
PRECISION = 0.95


@dataclass(frozen=True, slots=True)
class Asked:
    gold: frozenset[str]
    result: Result
    cpu_ms: float

    @property
    def rank(self) -> int | None:
        """Of the first right article, counted from 1."""
        return next((place for place, hit in enumerate(self.result.hits, 1) if hit.article in self.gold), None)


def main() -> None:
    encoder = UniversalEncoder()
    encoder.encode(["warm"])
    if sys.argv[1] == "--scale":
        _say(measure(int(sys.argv[2]), encoder))
        return
    for given in map(Path, sys.argv[1:]):
        for folder in [given] if (given / "entries.jsonl").exists() else sorted(given.iterdir()):
            if (folder / "entries.jsonl").exists():
                _say(score(folder, encoder))


def _say(figures: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(figures) + "\n")
    sys.stdout.flush()


def score(folder: Path, encoder: UniversalEncoder) -> dict[str, float | str | None]:
    phrasings = [
        Phrasing(entry["id"], "", variant, "question")
        for entry in _lines(folder / "entries.jsonl")
        for variant in entry["variants"]
    ]
    started = time.process_time()
    index = Index.of(phrasings + background(), encoder)
    build_s = time.process_time() - started
    asked = [_ask(index, line) for line in _lines(folder / "queries.jsonl")]
    times = [one.cpu_ms for one in asked]
    return {
        "set": folder.name,
        **_ranking([one.rank for one in asked if one.gold]),
        "auroc": _auroc(asked),
        "coverage_at_p95": _coverage(asked),
        "p50_ms": round(float(np.percentile(times, 50)), 2),
        "p99_ms": round(float(np.percentile(times, 99)), 2),
        "build_s": round(build_s, 1),
        "ram_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _ask(index: Index, line: dict[str, Any]) -> Asked:
    started = time.process_time()
    result = index.search(line["q"], limit=DEPTH)
    return Asked(frozenset(line["gold"]), result, 1000 * (time.process_time() - started))


def _ranking(ranks: list[int | None]) -> dict[str, float]:
    share = {f"r{depth}": float(np.mean([rank is not None and rank <= depth for rank in ranks])) for depth in (1, 5)}
    mrr = float(np.mean([1 / rank if rank else 0.0 for rank in ranks]))
    return {name: round(value, 4) for name, value in {**share, "mrr10": mrr}.items()}


def _auroc(asked: list[Asked]) -> float | None:
    known = np.array([one.result.confidence for one in asked if one.gold])
    unknown = np.array([one.result.confidence for one in asked if not one.gold])
    if not unknown.size:
        return None
    wins = (known[:, None] > unknown).mean() + 0.5 * (known[:, None] == unknown).mean()
    return round(float(wins), 4)


def _coverage(asked: list[Asked]) -> float | None:
    """The largest share of all questions that can be answered with the demanded share of them right."""
    surest_first = sorted(asked, key=lambda one: -one.result.confidence)
    right = np.cumsum([one.rank == 1 for one in surest_first])
    answered = np.arange(1, len(asked) + 1)
    enough = np.flatnonzero(right / answered >= PRECISION)
    return round(float(answered[enough[-1]] / len(asked)), 4) if enough.size else None


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


if __name__ == "__main__":
    main()
