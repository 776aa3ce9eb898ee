"""A customer with the WeChat client, in the chat with one customer-service account."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from channels.simulator.people import Arrived, Inbox
from channels.simulator.wecom.corp import Corp, KfAccount
from channels.simulator.wecom.rules import EVENT_CODE_LASTS
from channels.simulator.wecom.session import Session

if TYPE_CHECKING:
    from channels.simulator.wecom.state import WeComPlatform

_BY_CUSTOMER, _BY_SYSTEM = 3, 4


@dataclass(frozen=True, kw_only=True)
class Tap:
    """A reply to tap."""

    id: str
    content: str


@dataclass(kw_only=True)
class Customer(Inbox):
    """What they do is written into the journal, and the product is called back at once."""

    platform: "WeComPlatform" = field(repr=False)
    corp: Corp = field(repr=False)
    account: KfAccount = field(repr=False)
    external_userid: str
    name: str = ""
    session: Session = field(default_factory=Session)
    #: Takes no messages of the account: they are accepted and fail afterwards.
    refuses: bool = False
    sent: list[str] = field(default_factory=list, repr=False)

    async def says(self, text: str, *, menu_id: str | None = None) -> None:
        """Type and send a text."""
        content = {"content": text, "menu_id": menu_id} if menu_id is not None else {"content": text}
        await self._message("text", content)

    async def presses(self, label: str) -> None:
        """Tap a reply in the newest message that has it; LookupError when there is none."""
        for arrived in reversed(self.inbox):
            if label in arrived.taps:
                tap: Tap = arrived.taps[label]
                await self.says(tap.content, menu_id=tap.id)
                return
        raise LookupError(f"nothing to press says {label!r}")

    async def sends(self, kind: str, content: bytes, name: str = "") -> None:
        """Send a file: image, voice, video or file."""
        media_id = self.platform.media.keep(self.corp.corp_id, kind, name, content, self.platform.clock.now())
        await self._message(kind, {"media_id": media_id})

    async def shares_location(self, latitude: float, longitude: float, name: str, address: str = "") -> None:
        """Send a place from the map."""
        place = {"latitude": latitude, "longitude": longitude, "name": name, "address": address}
        await self._message("location", place)

    async def shares_link(self, title: str, url: str) -> None:
        """Forward an article."""
        await self._message("link", {"title": title, "desc": "", "url": url, "pic_url": ""})

    async def enters(self, scene: str = "", scene_param: str = "") -> None:
        """Open the chat: with a code for a greeting where there was none for two days."""
        now = self.platform.clock.now()
        event: dict[str, Any] = {"event_type": "enter_session", "scene": scene, "scene_param": scene_param}
        if self.session.may_greet(now):
            event["welcome_code"] = self.session.new_code(now, EVENT_CODE_LASTS)
        await self.platform.happened(self, self.event(event))

    async def recalls(self) -> None:
        """Take the last message back."""
        await self.platform.happened(self, self.event({"event_type": "user_recall_msg", "recall_msgid": self.sent[-1]}))

    async def blocks(self) -> None:
        """Refuse the account's messages; nobody is told before one fails."""
        self.refuses = True

    async def unblocks(self) -> None:
        """Take messages again."""
        self.refuses = False

    def sees(self, arrived: Arrived) -> None:
        """Something reached the phone."""
        arrived.at = self.platform.clock.now()
        self.inbox.append(arrived)

    def event(self, event: dict[str, Any]) -> dict[str, Any]:
        """An event about this customer, as the journal holds it."""
        whom = {"open_kfid": self.account.open_kfid, "external_userid": self.external_userid}
        return {"origin": _BY_SYSTEM, "msgtype": "event", "event": {**event, **whom}}

    def message(self, kind: str, content: dict[str, Any], *, origin: int, servicer: str = "") -> dict[str, Any]:
        """A message in this chat, as the journal holds it."""
        return {
            "origin": origin,
            "open_kfid": self.account.open_kfid,
            "external_userid": self.external_userid,
            **({"servicer_userid": servicer} if servicer else {}),
            "msgtype": kind,
            kind: content,
        }

    async def _message(self, kind: str, content: dict[str, Any]) -> None:
        self.session.customer_writes(self.platform.clock.now())
        entry = await self.platform.happened(self, self.message(kind, content, origin=_BY_CUSTOMER))
        self.sent.append(entry.fields["msgid"])

    @property
    def state(self) -> int:
        """The state of the session now."""
        return self.session.look(self._now)

    @property
    def _now(self) -> datetime:
        return self.platform.clock.now()
