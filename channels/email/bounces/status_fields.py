"""The part of a report that is written for machines: delivery status (RFC 3464), with all that is broken in it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from channels.email.bounces.addresses import of_field

_FIELD = re.compile(r"^([A-Za-z][A-Za-z-]{2,40})[ \t]{0,4}:=?[ \t]{0,4}(.*)$")
_NAMES = frozenset(
    {"final-recipient", "original-recipient", "x-actual-recipient", "action", "status", "diagnostic-code"}
)
_STATUS = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\s*(.*)", re.DOTALL)
_MOST_RECIPIENTS, _LONGEST = 100, 4_000
_REACHED = frozenset({"delivered", "relayed", "expanded", "deliverable"})
_MISSED = frozenset({"failed", "delayed"})


@dataclass(frozen=True)
class Recipient:
    """One recipient's fields. ``comment`` is what some servers write behind the status."""

    address: str
    action: str
    status: str
    comment: str
    diagnostic: str

    @property
    def reached(self) -> bool:
        return self.action in _REACHED or (self.action not in _MISSED and self.status.startswith("2."))

    @property
    def delayed(self) -> bool:
        return self.action == "delayed" or (not self.action and self.status.startswith("4."))


def recipients(text: str) -> tuple[Recipient, ...]:
    """Of a delivery-status part, or of a text with such fields in it."""
    found = [_recipient(group) for group in _groups(text.splitlines()) if _names_somebody(group)]
    return tuple(found[:_MOST_RECIPIENTS])


def _names_somebody(group: dict[str, str]) -> bool:
    if not group.keys() & {"final-recipient", "original-recipient"}:
        return "action" in group and "status" in group
    return bool(group.keys() & {"action", "status", "diagnostic-code"})


def _groups(lines: Iterable[str]) -> Iterator[dict[str, str]]:
    """Fields up to an empty line, or up to a field that begins another recipient."""
    group: dict[str, str] = {}
    last = ""
    for line in lines:
        field = _FIELD.match(line[:_LONGEST])
        name = field[1].lower() if field else ""
        if not line.strip() or (name in _NAMES and name in group):
            yield group
            group, last = {}, ""
        if field:
            group.setdefault(name, field[2].strip())
            last = name
        elif last and line[:1] in " \t" and len(group[last]) < _LONGEST:
            group[last] += " " + line.strip()[:_LONGEST]
        elif last:
            last = ""
    yield group


def _recipient(group: dict[str, str]) -> Recipient:
    status = _STATUS.match(group.get("status", ""))
    return Recipient(
        address=next(filter(None, (of_field(group.get(name, "")) for name in _ADDRESSES)), ""),
        action=group.get("action", "").split(" ")[0].split("(")[0].strip().lower(),
        status=status[1] if status else "",
        comment=status[2].strip("() \t\n") if status else "",
        diagnostic=group.get("diagnostic-code", ""),
    )


_ADDRESSES = ("original-recipient", "final-recipient", "x-actual-recipient")
