"""Everything a decision may depend on, gathered before deciding: no decision looks anything up."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.dialogue.decisions import Decision
from bot.dialogue.memory import Memory
from bot.dialogue.presses import Press
from bot.dialogue.understand import Understanding
from bot.dialogue.wishes import Wish
from knowledge.playbooks.plans import Plan
from knowledge.search.index import Result
from tickets.linking.proofs import Proof


@dataclass(frozen=True)
class Glimpse:
    """The person's newest ticket, as far as the dialogue cares."""

    id: int
    is_open: bool
    awaits_confirmation: bool
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Situation:
    """One turn before it is decided. ``silent``: a person of the staff leads this conversation."""

    memory: Memory
    said: Understanding
    press: Press | None = None
    has_files: bool = False
    #: All of them could not be fetched from the platform.
    files_lost: bool = False
    silent: bool = False
    #: Hours pass between two messages: nothing is asked that can do without.
    slow: bool = False
    wishes: tuple[Wish, ...] = ()
    #: How the code shown in this turn stands, if one is.
    proof: Proof | None = None
    ticket: Glimpse | None = None
    found: Result | None = None
    components: Mapping[str, str] = field(default_factory=dict)
    #: Playbooks that may be begun, by key.
    plans: Mapping[str, Plan] = field(default_factory=dict)
    #: The one under way, as it was when it was begun.
    plan: Plan | None = None


@dataclass(frozen=True)
class Turn:
    """What to do, in order, and what to remember."""

    decisions: tuple[Decision, ...]
    memory: Memory
