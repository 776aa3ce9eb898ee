"""What every set of mails is scored with."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Scored:
    """How many of how many were right, by what was asked of them, and which were not: ``id: what``."""

    tallies: dict[str, list[int]] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    #: What is measured and not counted, by name.
    figures: dict[str, float] = field(default_factory=dict)

    def count(self, tally: str, case: str, *, right: bool, what: str = "") -> None:
        ok_and_all = self.tallies.setdefault(tally, [0, 0])
        ok_and_all[0] += right
        ok_and_all[1] += 1
        if not right:
            self.failed.append(f"{case}: {what or tally}")


def cases(file: Path) -> Iterator[dict[str, Any]]:
    """The lines of a set; none where the folder has no such set."""
    if file.exists():
        yield from (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip())
