"""Somebody with the client on the phone."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from channels.simulator.people import Inbox

if TYPE_CHECKING:
    from channels.simulator.weibo.state import WeiboPlatform


@dataclass(kw_only=True)
class WeiboPerson(Inbox):
    """Every method answers whether the product has taken it."""

    platform: "WeiboPlatform" = field(repr=False)
    uid: str
    name: str = ""
    follows_us: bool = True
    #: By what was done: how much may still be said, and until when.
    open: dict[str, tuple[int | None, datetime]] = field(default_factory=dict)

    async def says(self, text: str) -> bool:
        return await self.platform.tell(self, "message", type="text", text=text)

    async def sends(self, kind: str, content: bytes, _name: str = "") -> bool:
        """A picture or a voice."""
        data = {"vfid": self.platform.keep(content), "tovfid": self.platform.keep(content)}
        return await self.platform.tell(self, "message", type=kind, text="发了一个文件", data=data)

    async def is_at(self, latitude: str, longitude: str) -> bool:
        data = {"latitude": latitude, "longitude": longitude}
        return await self.platform.tell(self, "message", type="position", text="我在这里", data=data)

    async def follows(self) -> bool:
        self.follows_us = True
        return await self._does("follow", "follow")

    async def unfollows(self) -> bool:
        """Nothing may be said any more."""
        self.follows_us = False
        self.open.clear()
        return await self._does("", "unfollow")

    async def clicks(self, key: str) -> bool:
        return await self._does("menu", "click", key=key)

    async def scans(self, key: str) -> bool:
        return await self._does("scan", "scan", key=key, ticket="ticket")

    async def mentions(self, text: str) -> bool:
        """A post of the person's that names the account."""
        return await self.platform.tell(
            self, "mention", type="mention", text=text, data={"subtype": "status", "key": "3600000000000001"}
        )

    async def _does(self, by: str, subtype: str, **data: Any) -> bool:
        return await self.platform.tell(self, by, type="event", text="事件消息", data={"subtype": subtype, **data})
