"""What a turn can decide, as values: pure code makes them, the turn carries them out in order."""

from dataclasses import dataclass

from bot.dialogue.entities import Entity
from kit.settings import Locale
from knowledge.playbooks.plans import Plan
from knowledge.playbooks.walking import Step
from tickets.linking.proofs import Proof


@dataclass(frozen=True)
class Greet:
    """Say hello and what we can do."""


@dataclass(frozen=True)
class Answer:
    """Give an article: title, steps, link. ``ask`` adds "解决了吗？"; ``again`` says it is the next best.

    ``walk`` is the key of a playbook offered beside.
    """

    slug: str
    ask: bool = True
    again: bool = False
    walk: str = ""


@dataclass(frozen=True)
class Clarify:
    """Not sure which: offer these titles and "none of these"."""

    slugs: tuple[str, ...]


@dataclass(frozen=True)
class Abstain:
    """Say that we do not know and offer a ticket; ``tried`` when articles were given and did not help."""

    tried: bool = False


@dataclass(frozen=True)
class AskFact:
    """Ask for one fact; ``doubt`` explains what looks wrong with the answer just given."""

    name: str
    doubt: Entity | None = None
    first: bool = False


@dataclass(frozen=True)
class OpenTicket:
    """Open the drafted ticket; without a category it is the draft's, ``priority`` is the least it has."""

    wants_person: bool = False
    category: str = ""
    priority: str = ""


@dataclass(frozen=True)
class CallPerson:
    """A person is wanted on the ticket there is: say place and expected wait."""


@dataclass(frozen=True)
class AddToTicket:
    """What was said goes to the open ticket; ``acknowledge`` says so."""

    acknowledge: bool = True


@dataclass(frozen=True)
class Thank:
    """Thanks for what was done on a ticket: nothing is reopened, nobody has to answer; ``answer`` warmly, once."""

    answer: bool = True


@dataclass(frozen=True)
class ShowStatus:
    """Where a ticket stands; without a number the person's own newest."""

    number: str | None = None


@dataclass(frozen=True)
class Confirm:
    """It works: close the ticket."""


@dataclass(frozen=True)
class Reopen:
    """It does not work; with no reason given, ask for one."""

    reason: str = ""


@dataclass(frozen=True)
class AddReason:
    """Why it does not work, said afterwards."""

    reason: str


@dataclass(frozen=True)
class Rate:
    """A score from 1 to 5; then ask for words, optional."""

    score: int
    ticket_id: int | None


@dataclass(frozen=True)
class KeepComment:
    """The words to a score."""

    text: str


@dataclass(frozen=True)
class MarkHelped:
    """The article did (or did not) help."""

    slug: str
    helped: bool


@dataclass(frozen=True)
class Say:
    """A fixed text of the catalogue, ``say.<name>``, with quick replies by name."""

    name: str
    buttons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Explain:
    """Something the person typed cannot be right; kindly say what looks wrong."""

    entity: Entity


@dataclass(frozen=True)
class SetLanguage:
    """Speak this language from now on; with none, ask which."""

    locale: Locale | None = None


@dataclass(frozen=True)
class GiveCode:
    """Give out a code that joins another address of the person to this one."""


@dataclass(frozen=True)
class OfferLink:
    """The code shown is good: say whom it joins, and ask."""

    proof: Proof


@dataclass(frozen=True)
class AcceptLink:
    """Yes, it is the same person."""

    link_id: int | None


@dataclass(frozen=True)
class DeclineLink:
    """No, leave them apart."""

    link_id: int | None


@dataclass(frozen=True)
class OfferUnlink:
    """Say what would be parted, and ask."""


@dataclass(frozen=True)
class Unlink:
    """Yes, part them."""

    link_id: int | None


@dataclass(frozen=True)
class Prefer:
    """News goes to the person's address on this channel from now on; an empty word means here."""

    word: str


@dataclass(frozen=True)
class OfferPlaybook:
    """Ask whether to go through it together, step by step."""

    plan: Plan


@dataclass(frozen=True)
class RunPlaybook:
    """Say where a walk stands: the next question, or the words of its end; ``lead`` names words before."""

    plan: Plan
    step: Step
    lead: str = ""


Decision = (
    Greet
    | Answer
    | Clarify
    | Abstain
    | AskFact
    | OpenTicket
    | CallPerson
    | AddToTicket
    | Thank
    | ShowStatus
    | Confirm
    | Reopen
    | AddReason
    | Rate
    | KeepComment
    | MarkHelped
    | Say
    | Explain
    | SetLanguage
    | GiveCode
    | OfferLink
    | AcceptLink
    | DeclineLink
    | OfferUnlink
    | Unlink
    | Prefer
    | OfferPlaybook
    | RunPlaybook
)
