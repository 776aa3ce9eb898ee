"""Answers trimmed to what was newly written: ``trim.jsonl`` of a folder."""

import re
from pathlib import Path
from typing import Any

from benchmarks.mail.scoring import Scored, cases
from channels.email.mime.parsing import parse
from channels.email.trimming.reply import reply_of, trim_html, trim_text


def score(folder: Path) -> Scored:
    """A tally for each set, which is what stands before the slash in an id, and one of all."""
    scored = Scored({"all": [0, 0]})
    for case in cases(folder / "trim.jsonl"):
        text = _trimmed(folder, case)
        right = _is_right(case, text)
        name = str(case["id"]).partition("/")[0]
        scored.count(name, case["id"], right=right, what=f"trimmed to {text[:200]!r}")
        scored.tallies["all"][0] += right
        scored.tallies["all"][1] += 1
    return scored


def _trimmed(folder: Path, case: dict[str, Any]) -> str:
    if case.get("file"):
        return reply_of(parse((folder / case["file"]).read_bytes())).text
    return trim_html(case["html"]).text if case.get("html") else trim_text(case["text"]).text


def _is_right(case: dict[str, Any], text: str) -> bool:
    expected = case.get("expect")
    if expected is None:
        wanted = all(part in text for part in case.get("must") or ())
        return bool(text.strip()) and wanted and not any(part in text for part in case.get("must_not") or ())
    if not expected.strip():
        return not text.strip()
    fold = _without_space if "ignore" in (case.get("compare") or "") else _folded
    return fold(text) == fold(expected)


def _folded(text: str) -> str:
    return " ".join(text.split())


def _without_space(text: str) -> str:
    return re.sub(r"\s+", "", text)
