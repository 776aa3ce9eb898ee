"""Whether every broken mail is read, and how long the slowest takes: ``hostile.jsonl`` of a folder."""

import time
from pathlib import Path

from benchmarks.mail.scoring import Scored, cases
from channels.email.mime.parsing import parse

ALLOWED_S = 1.0


def score(folder: Path) -> Scored:
    """The tally ``ok`` and the figure ``slowest_s``."""
    scored = Scored()
    slowest = 0.0
    for case in cases(folder / "hostile.jsonl"):
        raw = (folder / case["file"]).read_bytes()
        started = time.perf_counter()
        what = _complaint(raw)
        taken = time.perf_counter() - started
        slowest = max(slowest, taken)
        scored.count("ok", case["id"], right=not what and taken < ALLOWED_S, what=what or f"{taken:.1f} s")
    scored.figures["slowest_s"] = round(slowest, 3)
    return scored


def _complaint(raw: bytes) -> str:
    try:
        parse(raw)
    except Exception as error:  # noqa: BLE001 - Whatever it raises is what is asked for here.
        return f"{type(error).__name__}: {error}"
    return ""
