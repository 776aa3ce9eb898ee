"""What the product asked of a platform, and what it should not have asked."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

#: So many calls are remembered; a load test makes more than anybody reads.
KEPT = 50_000


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request of the product; ``body`` is parsed where it was JSON or a form."""

    path: str
    body: Any
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Violation:
    """A request that the platform's rules forbid, and the code it was refused with."""

    path: str
    code: int
    text: str
    body: Any
    at: datetime


@dataclass
class CallLog:
    """The calls and violations of one platform, newest last."""

    calls: list[Call] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)

    def note(self, call: Call) -> None:
        """Remember a call."""
        self.calls.append(call)
        if len(self.calls) > KEPT:
            del self.calls[: KEPT // 2]

    def forbid(self, call: Call, code: int, text: str) -> None:
        """Remember that a call was against the rules."""
        self.violations.append(Violation(path=call.path, code=code, text=text, body=call.body, at=call.at))
