"""The port, for our own platform: delivered means stored where the browser reads."""

from sqlalchemy.exc import IntegrityError

from channels.errors import DeliveryRefusedError
from channels.port import Capabilities, MediaKind, Outbound, Receipt
from channels.webchat import repository
from channels.webchat.models import WebchatMessage
from channels.webchat.translate import CHANNEL, outbound_row
from kit.clock import Clock
from kit.db import Database


class WebChat:
    """Sends by inserting; a repeated key inserts nothing and returns the first receipt."""

    name = CHANNEL
    capabilities = Capabilities(
        text_limit=20_000,
        buttons=20,
        attachments=frozenset(MediaKind),
        mixed=True,
        links=True,
        idempotent=True,
        first_contact=True,
    )

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def send(self, *, key: str, account: str, address: str, message: Outbound) -> Receipt:  # noqa: ARG002 - there is one account.
        """Store the message once; raises DeliveryRefusedError when the visitor has ended the conversation."""
        try:
            return await self._insert(key, address, message)
        except (IntegrityError, DeliveryRefusedError):
            # An earlier try, or another worker, stored it already: that number stands, ours was rolled back.
            if known := await self._delivered(key):
                return _receipt(known)
            raise

    async def _delivered(self, key: str) -> WebchatMessage | None:
        async with self._db.reading() as session:
            return await repository.message_delivered(session, key)

    async def _insert(self, key: str, address: str, message: Outbound) -> Receipt:
        async with self._db.transaction() as session:
            seq = await repository.next_seq(session, address, ends_typing=True)
            if seq is None:
                raise DeliveryRefusedError("visitor_gone", "the visitor has ended this conversation")
            row = outbound_row(address, seq, key, message, self._clock.now())
            await repository.insert_message(session, row)
        return _receipt(row)


def _receipt(message: WebchatMessage) -> Receipt:
    return Receipt(provider_id=f"{message.visitor_id}:{message.seq}")
