"""The telephone as a channel: a line on which nothing can be written."""

from channels.errors import DeliveryRefusedError
from channels.phone.lines import CHANNEL
from channels.port import Capabilities, Outbound, Receipt


class Phone:
    """Refuses every message, so that it goes wherever else the person can be told."""

    name = CHANNEL
    capabilities = Capabilities(text_limit=10_000, mute=True)

    async def send(self, *, key: str, account: str, address: str, message: Outbound) -> Receipt:  # noqa: ARG002 - a port.
        """Raises DeliveryRefusedError."""
        raise DeliveryRefusedError("mute", "nothing can be written to a telephone line")
