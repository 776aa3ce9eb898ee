"""One person on several channels: give codes out, show them, join and part, and see who owns what."""

from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select

from kit.ground import Ground
from tests.support.tickets import Opened, open_one
from tickets.contacts.models import Contact, ContactIdentity
from tickets.conversations.models import Conversation
from tickets.conversations.service import get_conversation
from tickets.linking.codes import issue_code, prove
from tickets.linking.models import ContactLink
from tickets.linking.proofs import Standing
from tickets.linking.service import Outcome, accept_link, offer_link
from tickets.models import Ticket
from tickets.surveys.models import Survey

SECRET = "for tests"


async def addresses(ground: Ground, *names: str, **person: Any) -> list[Opened]:
    """Strangers, each with a ticket on an address of that name."""
    return [await open_one(ground, who=name, person=person) for name in names]


async def give_code(ground: Ground, at: Opened) -> str:
    async with ground.db.transaction() as session:
        conversation = await get_conversation(session, at.conversation_id)
        return await issue_code(session, ground.clock.now(), conversation, secret=SECRET)


async def show_code(ground: Ground, at: Opened, code: str) -> Standing:
    """How the code stands there; nothing is spent."""
    async with ground.db.transaction() as session:
        conversation = await get_conversation(session, at.conversation_id)
        return (await prove(session, ground.clock.now(), conversation, code, secret=SECRET)).standing


async def offered(ground: Ground, at: Opened, code: str) -> int | None:
    """The link that showing the code leads to, not decided yet."""
    async with ground.db.transaction() as session:
        conversation = await get_conversation(session, at.conversation_id)
        proof = await prove(session, ground.clock.now(), conversation, code, secret=SECRET)
        if proof.standing is not Standing.GOOD:
            return None
        link = await offer_link(session, ground.clock.now(), conversation, proof)
        return link.id if link else None


async def accepted(ground: Ground, at: Opened, link_id: int) -> Outcome:
    async with ground.db.transaction() as session:
        conversation = await get_conversation(session, at.conversation_id)
        return await accept_link(session, ground.clock.now(), conversation, link_id)


async def joined(ground: Ground, given_in: Opened, shown_in: Opened) -> int:
    """A link made the whole way: the second address becomes part of the first one's person."""
    link_id = await offered(ground, shown_in, await give_code(ground, given_in))
    assert link_id is not None
    assert await accepted(ground, shown_in, link_id) is Outcome.LINKED
    return link_id


async def link_now(ground: Ground, link_id: int) -> ContactLink:
    async with ground.db.reading() as session:
        return (await session.exec(select(ContactLink).where(ContactLink.id == link_id))).one()


@dataclass(frozen=True)
class Owners:
    """Who owns what, by address, and all that is known of each contact."""

    identities: dict[str, int]
    conversations: dict[str, int]
    tickets: dict[int, int]
    surveys: dict[int, int]
    contacts: dict[int, dict[str, Any]]


async def owners(ground: Ground) -> Owners:
    async with ground.db.reading() as session:
        identities = (await session.exec(select(ContactIdentity))).all()
        conversations = (await session.exec(select(Conversation))).all()
        tickets = (await session.exec(select(Ticket).order_by(col(Ticket.id)))).all()
        surveys = (await session.exec(select(Survey))).all()
        contacts = (await session.exec(select(Contact).order_by(col(Contact.id)))).all()
    return Owners(
        {one.address: one.contact_id for one in identities},
        {one.address: one.contact_id for one in conversations},
        {one.id: one.contact_id for one in tickets},
        {one.ticket_id: one.contact_id for one in surveys},
        {one.id: one.model_dump() for one in contacts},
    )
