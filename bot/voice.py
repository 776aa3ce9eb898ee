"""Say something into a conversation: the message staff see, and its way to the person."""

from dataclasses import dataclass
from datetime import datetime

from bot.dialogue.memory import Memory, Step
from bot.dialogue.speech import Speech
from channels import delivery
from channels.delivery import Recipient
from channels.models import DeliveryState
from channels.port import Attachment, Button, Link, Notice, Outbound
from kit.db import AsyncSession
from kit.outbox import Priority
from tickets.conversations.models import Author, Conversation, Message
from tickets.conversations.service import NewMessage, post, record_delivery
from tickets.models import Ticket


@dataclass(frozen=True, kw_only=True)
class Topic:
    """What a message is about: its ticket, and the kind of news it is, as in :class:`channels.port.Notice`."""

    ticket: Ticket | None = None
    kind: str = "answer"
    time: str = ""
    optional: bool = False

    def notice(self, base_url: str, locale: str) -> Notice:
        """What it comes down to where only approved texts are sent."""
        path = f"/t/{self.ticket.token}?lang={locale}" if self.ticket else f"/?lang={locale}"
        values = {"page": base_url + path, "number": self.ticket.number if self.ticket else "", "time": self.time}
        return Notice(kind=self.kind, values={name: value for name, value in values.items() if value})


NOTHING = Topic()

_PRIORITY = {Author.STAFF: Priority.PERSON, Author.BOT: Priority.BOT, Author.SYSTEM: Priority.BOT}


async def say(
    session: AsyncSession,
    now: datetime,
    conversation: Conversation,
    speech: Speech,
    *,
    base_url: str,
    author: Author = Author.BOT,
    about: Topic = NOTHING,
    to: Conversation | None = None,
    not_before: datetime | None = None,
) -> Message:
    """Post the speech and queue its delivery, in the caller's transaction; it may be heard in another talk, ``to``."""
    new = NewMessage(
        author=author,
        text=speech.text,
        ticket_id=about.ticket.id if about.ticket else None,
        buttons=[{"id": reply.id, "label": reply.label} for reply in speech.replies],
        links=[{"label": link.label, "url": f"{base_url}{link.path}"} for link in speech.references],
    )
    message = await post(session, now, conversation, new)
    await deliver(session, now, to or conversation, message, about=about, base_url=base_url, not_before=not_before)
    return message


async def deliver(
    session: AsyncSession,
    now: datetime,
    conversation: Conversation,
    message: Message,
    *,
    base_url: str,
    about: Topic = NOTHING,
    not_before: datetime | None = None,
) -> None:
    """Put a posted message on its way; its id is in the key, so one message is one delivery for ever."""
    outbound = Outbound(
        text=message.text,
        author=message.author,
        author_name=message.author_name,
        subject=about.ticket.subject if about.ticket else "",
        locale=conversation.locale,
        optional=about.optional,
        notice=about.notice(base_url, conversation.locale),
        buttons=tuple(Button(**button) for button in message.buttons),
        links=tuple(Link(**link) for link in message.links),
        attachments=tuple(Attachment(**attachment) for attachment in message.attachments),
    )
    author = Author(message.author)
    to = Recipient(channel=conversation.channel, account=conversation.account, address=conversation.address)
    await delivery.queue(
        session,
        now,
        key=f"{author}:{message.id}",
        to=to,
        message=outbound,
        # What waits has an order of its own: nothing that is said meanwhile waits behind it.
        priority=_PRIORITY[author] if not_before is None else Priority.NOTICE,
        not_before=not_before,
    )


#: A question of ours that may be interrupted by a more important one; a fact being asked may not.
_YIELDING = (None, Step.SOLVED, Step.CHOICE, Step.OFFER, Step.FIXED)


def expect(conversation: Conversation, step: Step | None, ticket_id: int | None) -> None:
    """The next plain answer here is about this, unless something more important is being asked."""
    memory = Memory.model_validate(conversation.memory)
    changed = memory.model_copy(update={"ticket_id": ticket_id})
    if memory.step in _YIELDING:
        changed = changed.at(step)
    conversation.memory = changed.model_dump(mode="json", exclude_defaults=True)


async def note_outcome(session: AsyncSession, key: str, state: DeliveryState) -> None:
    """Write the outcome on the message; that the bot's own words arrived is the rule and not worth a write.

    What is no message of a conversation, as the test of an account, is noted on its delivery alone.
    """
    author, message_id = message_of(key)
    if author not in _PRIORITY or (author == Author.BOT and state is DeliveryState.SENT):
        return
    await record_delivery(session, message_id, state)


def message_of(key: str) -> tuple[str, int]:
    """Who said the message a delivery is about, and its id: ``system:12``, or ``system:12@7`` on another channel."""
    author, _, rest = key.partition(":")
    number = rest.partition("@")[0]
    return (author, int(number)) if number.isdecimal() else ("", 0)
