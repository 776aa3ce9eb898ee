"""Tickets as they may stand in the queue, written straight into the store: many at once, with any values."""

from datetime import timedelta
from typing import Any

import bot.schema  # noqa: F401 - all tables, as the tests below make them.
from kit.db import insert_now
from kit.ground import Ground
from tickets.contacts.service import Sender
from tickets.conversations.indexing import make_findable
from tickets.conversations.service import conversation_of
from tickets.models import Ticket


async def put_ticket(ground: Ground, number: int, text: str = "开票提交后一直转圈", **values: Any) -> Ticket:
    """The ticket of this number, of a person of its own; ``person`` are columns of the contact."""
    now = ground.clock.now()
    who = f"visitor-{number:06d}"
    sender = Sender(channel="webchat", account="main", address=who, thread=f"webchat:main:{who}")
    async with ground.db.transaction() as session:
        conversation, contact = await conversation_of(session, now, sender)
        for name, value in values.pop("person", {}).items():
            setattr(contact, name, value)
        session.add(contact)
        columns: dict[str, Any] = {
            "number": f"YP-261124-{number:04d}",
            "token": f"token-{number}",
            "lookup_code": "123456",
            "conversation_id": conversation.id,
            "contact_id": contact.id,
            "channel": "webchat",
            "subject": text.partition("\n")[0][:60],
            "description": text,
            "facts": {},
            "first_reply_due": now + timedelta(hours=1),
            "resolution_due": now + timedelta(days=1),
            "created_at": now,
            "updated_at": now,
            **values,
        }
        ticket = Ticket(**columns)
        await insert_now(session, ticket)
        await make_findable(session, ticket, contact)
    return ticket
