"""The page on 公众号."""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from channels.simulator.people import Arrived
from channels.simulator.phone.handset import Fact, MenuItem
from channels.simulator.wechat.person import Person
from channels.simulator.wechat.state import WeChatPlatform
from channels.simulator.wechat.text import Tap

#: Before the product has made a menu: what every account of ours offers.
_MENU = (MenuItem(label="查进度", key="cmd:status"), MenuItem(label="转人工", key="cmd:human"))


class WeChatHandset:
    """What counts here is the number of messages the account may still send, and until when."""

    abilities: Mapping[str, str] = {
        "follow": "follows",
        "unfollow": "unfollows",
        "block": "blocks",
        "unblock": "unblocks",
    }
    kinds = ("image", "voice", "video")

    def __init__(self, platform: WeChatPlatform) -> None:
        self.platform = platform

    async def person(self, key: str, name: str) -> Person:
        return await self.platform.person(f"oSim{zlib.crc32(key.encode()):010d}SimulatedPerson", name)

    async def press(self, person: Person, arrived: Arrived, label: str) -> tuple[str, Any]:
        tap: Tap = arrived.taps[label]
        return tap.content, await person.says(tap.content, menu_id=tap.menu_id)

    def able(self, person: Person) -> Sequence[str]:
        refusing = "unblock" if person.refuses else "block"
        return ["unfollow", refusing] if person.following else ["follow"]

    def menu(self, person: Person) -> Sequence[MenuItem]:
        made = person.account.menu
        if made is None:
            return _MENU
        entries = [entry for button in made["button"] for entry in (button.get("sub_button") or [button])]
        return [
            MenuItem(label=entry["name"], key=str(entry.get("key", "")), url=str(entry.get("url", "")))
            for entry in entries
        ]

    def facts(self, person: Person) -> Sequence[Fact]:
        return list(self._facts(person))

    def _facts(self, person: Person) -> Iterator[Fact]:
        now = self.platform.clock.now()
        if not person.following:
            yield Fact(key="wechat_not_following", alarming=True)
        if person.refuses:
            yield Fact(key="refuses", alarming=True)
        left, closes_at = person.grants.left(now), person.grants.closes_at(now)
        if closes_at is None:
            yield Fact(key="window_shut", alarming=True)
        else:
            yield Fact(key="window", values={"left": left, "until": closes_at})
        for template, count in person.consents.items():
            yield Fact(key="wechat_consents", values={"template": template, "count": count})
        if person.notices:
            yield Fact(key="wechat_notices", values={"count": person.notices}, alarming=True)

    def taken(self, result: Any) -> bool:
        """Every push has to be answered within its tries."""
        return all(pushed.answered for pushed in result or ())
