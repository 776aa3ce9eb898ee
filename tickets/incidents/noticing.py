"""Somebody says that something does not work: one row, in the transaction of the turn."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Table, insert

from kit.db import AsyncSession
from tickets.conversations.models import Conversation
from tickets.incidents.models import Complaint
from tickets.incidents.radar.signatures import Marks

_LONGEST = 80
_table: Table = Complaint.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__ from its types.
# Built once: every complaint of a storm passes here.
_INSERT = insert(_table)


async def notice(
    session: AsyncSession, now: datetime, conversation: Conversation, *, message_id: int, marks: Marks
) -> None:
    """Count the person in; how it is seen is the radar's matter, and no turn waits for that."""
    about: dict[str, Any] = {name: value[:_LONGEST] for name, value in asdict(marks).items()}
    whose = {"contact_id": conversation.contact_id, "conversation_id": conversation.id, "message_id": message_id}
    await session.execute(_INSERT, [{"at": now, **whose, **about}])
