"""Bounces: found, not made up, and told apart by whether the address is bad for ever: ``bounce.jsonl`` of a folder."""

from pathlib import Path
from typing import Any

from benchmarks.mail.scoring import Scored, cases
from channels.email.bounces.reading import read_report
from channels.email.bounces.report import Failed, ReportKind
from channels.email.mime.parsing import parse

_MISSED = frozenset({ReportKind.BOUNCE, ReportKind.DELAY})
#: Reasons of the ground truth that are no bounces.
_NO_BOUNCE = frozenset({"feedback", "vacation", "delivered"})
_OTHER_SETS = ("parse.jsonl", "trim.jsonl", "hostile.jsonl")


def score(folder: Path) -> Scored:
    """``found`` of the bounces, ``hard`` right of their recipients, ``false``: mails said to be bounces that are none.

    The other sets are asked too, each file once. They say nothing about bounces and may hold some, so what is found
    ``elsewhere`` is named for somebody to look at.
    """
    scored = Scored({"found": [0, 0], "false": [0], "hard": [0, 0], "elsewhere": [0]})
    asked: set[str] = set()
    for name in ("bounce.jsonl", *_OTHER_SETS):
        for case in cases(folder / name):
            file = case.get("file") or ""
            if file and file not in asked:
                asked.add(file)
                _score_case(scored, case, _recipients(folder / file))
    return scored


def _score_case(scored: Scored, case: dict[str, Any], found: tuple[Failed, ...]) -> None:
    wanted = [one for one in case.get("recipients") or [] if one["reason"] not in _NO_BOUNCE]
    if not wanted and found:
        scored.tallies["false" if "recipients" in case else "elsewhere"][0] += 1
        scored.failed.append(f"{case['id']}: {found[0].address} is said not to be reached; look whether it is a bounce")
    if wanted:
        scored.count("found", case["id"], right=bool(found), what="not found")
    for number, one in enumerate(wanted):
        given = found[number] if number < len(found) else None
        what = f"{one['reason']} was read as {given.reason if given else 'nothing'}"
        scored.count("hard", case["id"], right=given is not None and given.hard == one["hard"], what=what)


def _recipients(file: Path) -> tuple[Failed, ...]:
    raw = file.read_bytes()
    report = read_report(raw, parse(raw))
    return report.recipients if report and report.kind in _MISSED else ()
