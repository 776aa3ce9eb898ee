"""Invitations, in one line a person can read."""

import re

_UNFOLDED = re.compile(r"\n[ \t]")
_FIELD = re.compile(r"^(SUMMARY|DTSTART|LOCATION)(?:;[^:\n]{0,200})?:(.*)$", re.MULTILINE)
_WHEN = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d))?")
_EVENT = "BEGIN:VEVENT"
#: The fields of interest stand near the top.
_SCANNED = 20_000


def calendar_line(text: str) -> str:
    """``Visit · 2026-01-31 09:00 · Room 4``; empty where it names no event."""
    _, event, body = _UNFOLDED.sub("", text[:_SCANNED]).partition(_EVENT)
    if not event:
        return ""
    found: dict[str, str] = {}
    for name, value in _FIELD.findall(body):
        found.setdefault(name, _plain(value))
    when = _WHEN.match(found.get("DTSTART", ""))
    parts = (found.get("SUMMARY", ""), _time(when) if when else "", found.get("LOCATION", ""))
    return " · ".join(part for part in parts if part)


def _time(when: re.Match[str]) -> str:
    year, month, day, hour, minute = when.groups()
    return f"{year}-{month}-{day}" + (f" {hour}:{minute}" if hour else "")


def _plain(value: str) -> str:
    return re.sub(r"\\(.)", lambda found: " " if found.group(1) in "nN" else found.group(1), value).strip()
