"""Watch ten worlds of twenty months each: ``python -m benchmarks.radar [--seed 101] [--worlds 10] [--plot FILE]``."""

import argparse
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.radar.plot import curves
from benchmarks.radar.watching import IN_TIME_MIN, Score, watch, watch_plainly
from benchmarks.radar.world import World
from tickets.incidents.radar.detection import Thresholds

MONTHS, WARM_UP_MONTHS, OUTAGES, BURSTS = 22, 1.5, 6, 3
LIMITS = (4.0, 5.0, 5.5, 6.0, Thresholds().surprise, 6.5, 7.0, 8.0, 10.0)
MESSAGES = (6, 8, 12, 16, 25, 40, 60)
MINUTES = (10, 30)


@dataclass(frozen=True)
class Rule:
    """One way to decide, and how strict it is."""

    kind: str
    strictness: float
    note: str = ""


def judge(seed: int) -> list[tuple[Rule, Score]]:
    """All rules on one world."""
    world = World(seed, MONTHS, OUTAGES, BURSTS)
    complaints = world.complaints()
    found = []
    for limit in sorted(set(LIMITS)):
        rule = Rule("radar", limit, "as shipped" if limit == Thresholds().surprise else "")
        found.append((rule, watch(complaints, world.planted, Thresholds(surprise=limit))))
    for minutes in MINUTES:
        for messages in MESSAGES:
            rule = Rule(f"messages in {minutes} min", messages)
            found.append((rule, watch_plainly(complaints, world.planted, messages, minutes)))
    return found


@dataclass(frozen=True)
class Sum:
    """One rule over all worlds."""

    rule: Rule
    outages: int
    in_time: int
    found: int
    false: int
    again: int
    median_min: float
    months: float

    @classmethod
    def of(cls, rule: Rule, scores: Sequence[Score]) -> "Sum":
        delays = sorted(delay for score in scores for delay in score.delays)
        return cls(
            rule,
            sum(score.outages for score in scores),
            sum(score.in_time for score in scores),
            len(delays),
            sum(score.false for score in scores),
            sum(score.again for score in scores),
            delays[len(delays) // 2] if delays else float("nan"),
            len(scores) * (MONTHS - WARM_UP_MONTHS),
        )

    @property
    def recall(self) -> float:
        return self.in_time / self.outages

    @property
    def precision(self) -> float:
        return self.in_time / max(self.in_time + self.false, 1)


def sums(worlds: Iterable[list[tuple[Rule, Score]]]) -> list[Sum]:
    """Each rule over the worlds, in the order they were tried."""
    by_rule: dict[Rule, list[Score]] = {}
    for world in worlds:
        for rule, score in world:
            by_rule.setdefault(rule, []).append(score)
    return [Sum.of(rule, scores) for rule, scores in by_rule.items()]


def show(found: Sequence[Sum]) -> Table:
    first = found[0]
    in_time = f"in time: {IN_TIME_MIN} minutes after the fifth affected person"
    title = f"{first.months:.0f} months, {first.outages} outages; {in_time}"
    table = Table(title=title)
    for column in ("rule", "at", "in time", "found", "median min", "false a month", "twice", "precision", "recall"):
        table.add_column(column, justify="left" if column == "rule" else "right")
    for one in found:
        table.add_row(
            f"{one.rule.kind} {one.rule.note}".strip(),
            f"{one.rule.strictness:g}",
            f"{one.in_time}",
            f"{one.found}",
            f"{one.median_min:.0f}",
            f"{one.false / one.months:.2f}",
            f"{one.again}",
            f"{one.precision:.2f}",
            f"{one.recall:.2f}",
        )
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=101)
    parser.add_argument("--worlds", type=int, default=10)
    parser.add_argument("--plot", type=Path)
    chosen = parser.parse_args()
    with ProcessPoolExecutor(2) as processes:
        found = sums(processes.map(judge, range(chosen.seed, chosen.seed + chosen.worlds)))
    Console(width=130).print(show(found))
    if chosen.plot:
        lines = {kind: list(group) for kind, group in groupby(found, key=lambda one: one.rule.kind)}
        points = {
            kind: [(one.recall, one.precision, one.rule.strictness) for one in line] for kind, line in lines.items()
        }
        chosen.plot.write_text(curves(points), encoding="utf-8")


if __name__ == "__main__":
    main()
