"""Excesses of one outage are one proposal, whatever marks they came by."""

from dataclasses import dataclass, field

from tickets.incidents.radar.detection import Excess

#: Two excesses with so many of the smaller's people in common are of one outage.
_SHARED = 1 / 3
#: A proposal nobody adds to for so long takes no more.
QUIET_MIN = 360


@dataclass
class Proposal:
    """Something seems broken: what speaks for it, the first excess first."""

    reasons: list[Excess]
    people: set[int] = field(default_factory=set)
    newest: int = 0

    @property
    def minute(self) -> int:
        return self.reasons[0].minute

    @property
    def strongest(self) -> Excess:
        return max(self.reasons, key=lambda one: one.surprise)

    def take(self, excess: Excess) -> None:
        self.people |= excess.people
        self.newest = excess.minute


@dataclass
class Proposals:
    """All that are open."""

    open: list[Proposal] = field(default_factory=list)

    def add(self, excess: Excess) -> Proposal | None:
        """The new proposal it makes; none when it belongs to one that stands."""
        self.open = [one for one in self.open if excess.minute - one.newest <= QUIET_MIN]
        for proposal in self.open:
            if _belongs(excess, proposal):
                if excess.signature.name not in {one.signature.name for one in proposal.reasons}:
                    proposal.reasons.append(excess)
                proposal.take(excess)
                return None
        opened = Proposal([excess])
        opened.take(excess)
        self.open.append(opened)
        return opened

    def close(self, proposal: Proposal) -> None:
        """It was judged; what comes after that is a matter of its own."""
        self.open.remove(proposal)


def same_outage(people: int, known: int, shared: int) -> bool:
    """Whether two crowds, of so many people and so many of them in both, suffer from one thing."""
    return shared >= _SHARED * min(people, known)


def _belongs(excess: Excess, proposal: Proposal) -> bool:
    if excess.signature.name in {one.signature.name for one in proposal.reasons}:
        return True
    return same_outage(len(excess.people), len(proposal.people), len(excess.people & proposal.people))
