"""The page on 微信客服."""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from channels.simulator.people import Arrived
from channels.simulator.phone.handset import Fact, MenuItem
from channels.simulator.wecom.customer import Customer, Tap
from channels.simulator.wecom.rules import WINDOW
from channels.simulator.wecom.state import WeComPlatform


class WeComHandset:
    """Five messages within two days of the customer's last, and a session that somebody has."""

    abilities: Mapping[str, str] = {"enter": "enters", "block": "blocks", "unblock": "unblocks"}
    kinds = ("image", "voice", "video", "file")

    def __init__(self, platform: WeComPlatform) -> None:
        self.platform = platform

    async def person(self, key: str, name: str) -> Customer:
        return await self.platform.person(f"wmSim{zlib.crc32(key.encode()):010d}SimulatedCustomer", name)

    async def press(self, person: Customer, arrived: Arrived, label: str) -> tuple[str, Any]:
        tap: Tap = arrived.taps[label]
        await person.says(tap.content, menu_id=tap.id)
        return tap.content, None

    def able(self, person: Customer) -> Sequence[str]:
        return ["enter", "unblock" if person.refuses else "block"]

    def menu(self, person: Customer) -> Sequence[MenuItem]:  # noqa: ARG002 - no account has one.
        return ()

    def facts(self, person: Customer) -> Sequence[Fact]:
        return list(self._facts(person))

    def _facts(self, person: Customer) -> Iterator[Fact]:
        now, session = self.platform.clock.now(), person.session
        if person.refuses:
            yield Fact(key="refuses", alarming=True)
        if session.written_at is None or session.written_at + WINDOW <= now:
            yield Fact(key="window_shut", alarming=True)
        else:
            yield Fact(key="window", values={"left": session.left, "until": session.written_at + WINDOW})
        yield Fact(key=f"wecom_state_{person.state}")
        if session.servicer:
            yield Fact(key="wecom_servicer", values={"who": session.servicer})

    def taken(self, result: Any) -> bool:
        """Whatever is missed is in the journal, and is pulled later."""
        return result is not False
