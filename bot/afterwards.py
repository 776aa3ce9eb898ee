"""What a platform tells of messages and people after the fact: an edit, a new address, a failed delivery."""

from dataclasses import dataclass

from channels.models import DeliveryState
from channels.sending import Listener
from channels.wecom.colleagues import servicer_message
from kit.clock import Clock
from kit.db import AsyncSession
from kit.log import log
from kit.outbox import ClaimedJob
from tickets.conversations.models import Author
from tickets.conversations.service import (
    NewMessage,
    find_conversation,
    move_conversation,
    post,
    record_delivery,
    revise_message,
)
from tickets.followups.service import follow_thread


@dataclass(frozen=True)
class Afterwards:
    """Handles these in the transaction that finishes the job; ``outcome`` is told of failed deliveries."""

    clock: Clock
    outcome: Listener

    async def revised(self, session: AsyncSession, job: ClaimedJob) -> None:
        """The message reads differently now; nobody answers it again."""
        said = {name: job.payload[name] for name in ("thread", "platform_id", "text")}
        if await revise_message(session, self.clock.now(), **said) is None:
            log.info("edited message not found", thread=said["thread"], platform_id=said["platform_id"])

    async def moved(self, session: AsyncSession, job: ClaimedJob) -> None:
        """Conversation and address follow together, and what is due with them."""
        old, thread = job.payload["old"], job.payload["thread"]
        await move_conversation(session, old=old, thread=thread, address=job.payload["address"])
        await follow_thread(session, old=old, thread=thread)

    async def said_elsewhere(self, session: AsyncSession, job: ClaimedJob) -> None:
        """A colleague has spoken in the platform's own client: it belongs to the talk, and nobody answers it."""
        said = await servicer_message(session, job.payload["id"])
        conversation = await find_conversation(session, said.thread)
        if conversation is None:
            log.info("colleague spoke where nobody has written yet", thread=said.thread)
            return
        new = NewMessage(author=Author.STAFF, author_name=said.servicer, text=said.text, platform_id=said.platform_id)
        message = await post(session, self.clock.now(), conversation, new)
        await record_delivery(session, message.id, DeliveryState.SENT)

    async def confirmed(self, session: AsyncSession, job: ClaimedJob) -> None:
        """What was in doubt has arrived."""
        await self.outcome(session, job.payload["key"], DeliveryState.SENT)

    async def failed(self, session: AsyncSession, job: ClaimedJob) -> None:
        """What was taken for delivered was not."""
        await self.outcome(session, job.payload["key"], DeliveryState.FAILED)
