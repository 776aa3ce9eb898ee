"""Talks as the quality desk of the knowledge base reads them: what was said, without what tells of the person."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlmodel import and_, col, or_, select

from kit.db import AsyncSession
from kit.i18n import Locale, catalogue, translate
from knowledge.cases.redaction import Known, Personal, redact
from knowledge.quality.talks import Line
from tickets.contacts.models import Contact
from tickets.conversations.models import Conversation, Message

#: Said before the first question and after the last answer, but still of the same matter.
_AROUND = timedelta(minutes=30)
_MOST_LINES = 200
Reference = tuple[str, datetime, datetime]


class DeskTalks:
    """A reference of the answer log is the thread of a conversation."""

    def channel_of(self, reference: str) -> str:
        channel, found, _ = reference.partition(":")
        return channel if found and f"console.channel.{channel}" in catalogue().texts else ""

    def mask(self, text: str, locale: Locale) -> str:
        return _masked(text, (), locale)

    async def read(self, session: AsyncSession, references: Sequence[Reference]) -> list[list[Line]]:
        """Two statements, however many talks."""
        threads = {thread for thread, _, _ in references}
        held = (
            select(Conversation.thread, Conversation.id, Conversation.locale, Contact)
            .join(Contact, col(Contact.id) == col(Conversation.contact_id))
            .where(col(Conversation.thread).in_(threads))
        )
        talks = {thread: (id_, locale, contact) for thread, id_, locale, contact in (await session.exec(held)).all()}
        wanted = [(talks[thread][0], since, until) for thread, since, until in references if thread in talks]
        said = await _said(session, wanted)
        return [self._lines(talks.get(thread), said, since, until) for thread, since, until in references]

    def _lines(
        self,
        talk: tuple[int, str, Contact] | None,
        said: dict[int, list[Message]],
        since: datetime,
        until: datetime,
    ) -> list[Line]:
        if talk is None:
            return []
        id_, stored, contact = talk
        locale: Locale = "en" if stored == "en" else "zh"
        known = list(_known(contact))
        spoken = [one for one in said[id_] if since - _AROUND <= one.created_at <= until + _AROUND][:_MOST_LINES]
        return [Line(one.author, _masked(one.text, known, locale), one.created_at) for one in spoken]


async def _said(session: AsyncSession, wanted: Sequence[tuple[int, datetime, datetime]]) -> dict[int, list[Message]]:
    """What was said aloud, by conversation."""
    inside = [
        and_(
            col(Message.conversation_id) == id_,
            col(Message.created_at) >= since - _AROUND,
            col(Message.created_at) <= until + _AROUND,
        )
        for id_, since, until in wanted
    ]
    found: dict[int, list[Message]] = defaultdict(list)
    if not inside:
        return found
    spoken = select(Message).where(or_(*inside), col(Message.internal).is_(False), Message.text != "")
    for message in (await session.exec(spoken.order_by(col(Message.id)))).all():
        found[message.conversation_id].append(message)
    return found


def _known(contact: Contact) -> Iterable[Known]:
    values = (
        (Personal.NAME, contact.name),
        (Personal.COMPANY, contact.company),
        (Personal.PHONE, contact.phone),
        (Personal.EMAIL, contact.email),
        (Personal.TAX_ID, contact.tax_id),
    )
    return (Known(kind, value) for kind, value in values if value)


def _masked(text: str, known: Iterable[Known], locale: Locale) -> str:
    instead = {kind: translate(f"knowledge.personal.{kind.value}", locale) for kind in Personal}
    return redact(text, known, instead)[0]
