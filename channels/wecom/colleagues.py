"""What colleagues say to customers in the 企业微信 app, for whoever keeps conversations."""

from sqlmodel import select

from channels.wecom.models import WecomServicerMessage
from kit.db import AsyncSession

#: For the composition root: a servicer has told a customer something in the 企业微信 app.
SERVICER_SAID = "servicer.said"


async def servicer_message(session: AsyncSession, message_id: int) -> WecomServicerMessage:
    """What a servicer said, by the id in the event; raises NoResultFound."""
    return (await session.exec(select(WecomServicerMessage).where(WecomServicerMessage.id == message_id))).one()
