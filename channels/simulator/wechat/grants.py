"""What the account may send to one person, counted as the platform counts it."""

from dataclasses import dataclass, field
from datetime import datetime

from channels.simulator.wechat.rules import GRANTS


@dataclass
class _Open:
    closes_at: datetime
    left: int


@dataclass
class Grants:
    """The grants of one person, by what the person did."""

    _open: dict[str, _Open] = field(default_factory=dict)

    def begin(self, by: str, now: datetime) -> None:
        """The person did it (again)."""
        rule = GRANTS[by]
        self._open[by] = _Open(now + rule.lasts, rule.quota)

    def end(self) -> None:
        """The person has left."""
        self._open.clear()

    def use(self, now: datetime) -> int:
        """Take one message of the grant that closes first; 0, else the code of the refusal."""
        alive = sorted((grant for grant in self._open.values() if grant.closes_at > now), key=lambda one: one.closes_at)
        if not alive:
            return 45015
        usable = next((grant for grant in alive if grant.left), None)
        if usable is None:
            return 45047
        usable.left -= 1
        return 0

    def left(self, now: datetime) -> int:
        """How many messages may still be sent now."""
        return sum(grant.left for grant in self._open.values() if grant.closes_at > now)

    def closes_at(self, now: datetime) -> datetime | None:
        """When the last grant that has messages left ends; None when there is none."""
        return max(
            (grant.closes_at for grant in self._open.values() if grant.closes_at > now and grant.left), default=None
        )
