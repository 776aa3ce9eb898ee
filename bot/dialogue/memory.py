"""What the dialogue remembers of one conversation between turns; stored as JSON with the conversation."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from kit.settings import Locale
from knowledge.playbooks.walking import Walk


class Step(StrEnum):
    """What the bot asked last and now expects an answer to."""

    SOLVED = "solved"
    CHOICE = "choice"
    OFFER = "offer"
    FACT = "fact"
    FIXED = "fixed"
    REOPEN_REASON = "reopen_reason"
    RATING = "rating"
    COMMENT = "comment"
    LINK = "link"
    UNLINK = "unlink"
    WALK = "walk"
    WALK_OFFER = "walk_offer"


#: How sure we are of what a person chose from a list of ours.
CHOSEN = 0.95


class Draft(BaseModel):
    """A ticket in the making: the problem in the person's words and the facts found so far."""

    model_config = ConfigDict(frozen=True)

    problem: str
    component: str | None = None
    #: How sure it is about that; see ``Memory.sure``.
    sure: float = CHOSEN
    facts: dict[str, str] = Field(default_factory=dict)
    pending: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    #: The fact that was answered wrongly once: a second try is taken as it is.
    doubted: str | None = None


class Memory(BaseModel):
    """Everything between two turns; a value, replaced and never changed in place."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    step: Step | None = None
    question: str = ""
    slug: str | None = None
    #: What the matter is about, when no article says so.
    component: str | None = None
    #: How likely the article at hand, and with it the component, is the right one.
    sure: float = CHOSEN
    candidates: tuple[str, ...] = ()
    known: dict[str, str] = Field(default_factory=dict)
    draft: Draft | None = None
    ticket_id: int | None = None
    #: The language the person has chosen, for what tells none by itself.
    locale: Locale | None = None
    #: Where the person came from: the scene of a QR code, the payload of a link.
    scene: str = ""
    #: What is being asked about joining or parting addresses.
    link_id: int | None = None
    #: The playbook being gone through; kept after its end until what was found out is in a ticket.
    walk: Walk | None = None
    #: Playbooks that were begun about the question at hand, so that none is offered twice.
    walked: tuple[str, ...] = ()

    def at(self, step: Step | None) -> "Memory":
        """The same, expecting something else."""
        return self.model_copy(update={"step": step})

    def afresh(self) -> "Memory":
        """Only what is true of the person, whatever the matter."""
        return Memory(known=self.known, locale=self.locale, scene=self.scene)
