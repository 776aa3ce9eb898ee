"""Where a turn plays: what decisions are carried out on, and in which language it is told."""

from dataclasses import dataclass
from datetime import datetime

from bot.dialogue.memory import Memory
from bot.dialogue.understand import Understanding
from kit.db import AsyncSession
from kit.i18n import Locale, show_moment, translate
from kit.settings import Settings
from knowledge.library import Library
from knowledge.playbooks.plans import Plan
from tickets.contacts.models import Contact
from tickets.conversations.models import Conversation
from tickets.models import Ticket
from tickets.opening import Rhythm


@dataclass
class Scene:
    """Where a turn plays; ``ticket`` is the person's newest and follows what the turn does."""

    session: AsyncSession
    now: datetime
    settings: Settings
    rhythm: Rhythm
    library: Library
    conversation: Conversation
    contact: Contact
    locale: Locale
    said: Understanding
    memory: Memory
    #: What is remembered after the turn, whatever it comes to: nobody unproven changes what the person is being asked.
    keeps: Memory | None = None
    ticket: Ticket | None = None
    #: As by mail, where an answer left out says as much as one that says nothing.
    slow: bool = False
    #: The playbook under way.
    plan: Plan | None = None

    def tell(self, key: str, **values: object) -> str:
        """A text in the person's language."""
        return translate(key, self.locale, **values)

    def moment(self, at: datetime) -> str:
        """A moment in words, in the organisation's time zone."""
        return show_moment(at, self.locale, self.settings.time_zone)
