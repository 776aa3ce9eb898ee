"""A telephone: what reaches it, what its owner answers, and why nothing may reach it."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from channels.simulator.people import Inbox

if TYPE_CHECKING:
    from channels.simulator.sms.account import SmsCustomer
    from channels.simulator.sms.state import SmsPlatform


@dataclass(kw_only=True)
class Telephone(Inbox):
    """``trouble`` is the network's code for why nothing arrives, empty where everything does."""

    platform: "SmsPlatform" = field(repr=False)
    number: str
    name: str = ""
    trouble: str = ""
    trouble_words: str = ""
    #: Who wrote last, and under which signature: an answer goes there.
    last_from: "tuple[SmsCustomer, str] | None" = field(default=None, repr=False)
    #: The provider itself refuses to send here: the owner has unsubscribed there.
    listed: bool = False

    async def says(self, text: str) -> bool:
        """Answer the last message; False when the product did not take it."""
        return await self.platform.answered(self, text)

    def breaks(self, code: str, words: str) -> None:
        """From now on nothing arrives, and the network reports so."""
        self.trouble, self.trouble_words = code, words

    def works(self) -> None:
        """Everything arrives again."""
        self.trouble = self.trouble_words = ""

    @property
    def at_home(self) -> str:
        """The number as people at home write it."""
        return self.number.removeprefix("+86")
