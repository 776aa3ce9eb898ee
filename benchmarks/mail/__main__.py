"""``python -m benchmarks.mail DIR``: one line of JSON with the scores of a folder of mails with their ground truth.

The folder holds ``parse.jsonl``, ``trim.jsonl``, ``bounce.jsonl`` and ``hostile.jsonl``, each line naming a raw mail or
carrying a text, and what is right. A file that is missing is left out. Without a folder only the scaling is measured.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.mail import bounce, hostile, parse, scaling, trim
from benchmarks.mail.scoring import Scored

_PARTS: dict[str, Callable[[Path], Scored]] = {
    "parse": parse.score,
    "trim": trim.score,
    "bounce": bounce.score,
    "hostile": hostile.score,
}


def scores(folder: Path) -> dict[str, Any]:
    """Every part the folder has mails for."""
    result: dict[str, Any] = {}
    failed: list[str] = []
    for name, score in _PARTS.items():
        if (folder / f"{name}.jsonl").is_file():
            scored = score(folder)
            result[name] = {tally: _shown(counts) for tally, counts in scored.tallies.items()} | scored.figures
            failed += scored.failed
    return {**result, "failed": failed}


def _shown(counts: list[int]) -> list[int] | int:
    """A tally of one number stands by itself."""
    return counts[0] if len(counts) == 1 else counts


def main(arguments: list[str]) -> None:
    if not arguments:
        print("no folder of mails given: only the scaling is measured", file=sys.stderr)
    measured = scores(Path(arguments[0])) if arguments else {}
    print(json.dumps({**measured, "scaling": scaling.measure()}, ensure_ascii=False))


if __name__ == "__main__":
    main(sys.argv[1:])
