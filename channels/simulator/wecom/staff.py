"""What the corporation's own people do in the WeCom client."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from channels.simulator.people import Arrived
from channels.simulator.wecom.corp import KfAccount, Servicer
from channels.simulator.wecom.customer import Customer
from channels.simulator.wecom.rules import EVENT_CODE_LASTS
from channels.simulator.wecom.session import ENDED, HUMAN, POOL

if TYPE_CHECKING:
    from channels.simulator.wecom.state import WeComPlatform

_BY_SERVICER, _BY_SYSTEM = 5, 4
_ACCEPTED, _PASSED_ON, _CLOSED, _REOPENED = 1, 2, 3, 4


@dataclass(frozen=True, kw_only=True)
class Colleague:
    """One servicer at work; what is not possible in the client raises RuntimeError."""

    platform: "WeComPlatform"
    account: KfAccount
    servicer: Servicer

    async def accepts(self, customer: Customer) -> None:
        """Take a customer out of the pool, or again after the end."""
        state = customer.state
        if state not in {POOL, ENDED}:
            raise RuntimeError(f"nobody waits: state {state}")
        change = _ACCEPTED if state == POOL else _REOPENED
        await self._change(customer, change, HUMAN, self.servicer.userid)

    async def says(self, customer: Customer, text: str) -> None:
        """Write to a customer of one's own; told to the product, and free of the five messages."""
        self._check_own(customer)
        customer.sees(Arrived(kind="text", text=text, via="servicer"))
        said = customer.message("text", {"content": text}, origin=_BY_SERVICER, servicer=self.servicer.userid)
        await self.platform.happened(customer, said)

    async def passes_on(self, customer: Customer, to: "Colleague") -> None:
        """Hand the customer to a colleague."""
        self._check_own(customer)
        await self._change(customer, _PASSED_ON, HUMAN, to.servicer.userid)

    async def ends(self, customer: Customer) -> None:
        """Close the session."""
        self._check_own(customer)
        await self._change(customer, _CLOSED, ENDED, "")

    async def rests(self) -> None:
        """Receive nobody for now."""
        await self._receiving(receiving=False)

    async def returns(self) -> None:
        """Receive customers again."""
        await self._receiving(receiving=True)

    async def _change(self, customer: Customer, change: int, state: int, servicer: str) -> None:
        session, now = customer.session, self.platform.clock.now()
        event = {
            "event_type": "session_status_change",
            "change_type": change,
            "old_servicer_userid": session.servicer,
            "new_servicer_userid": servicer,
        }
        if change in {_ACCEPTED, _CLOSED}:
            event["msg_code"] = session.new_code(now, EVENT_CODE_LASTS)
        session.state, session.servicer = state, servicer
        session.told_in = self.platform.next_entry()
        await self.platform.happened(customer, customer.event(event))

    async def _receiving(self, *, receiving: bool) -> None:
        self.servicer.receiving = receiving
        event = {
            "event_type": "servicer_status_change",
            "servicer_userid": self.servicer.userid,
            "status": 1 if receiving else 2,
            "open_kfid": self.account.open_kfid,
        }
        fields = {"origin": _BY_SYSTEM, "msgtype": "event", "event": event}
        await self.platform.told(self.account, fields)

    def _check_own(self, customer: Customer) -> None:
        if customer.state != HUMAN or customer.session.servicer != self.servicer.userid:
            raise RuntimeError("not a customer of this colleague")
