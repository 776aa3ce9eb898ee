"""A person with the WeChat client, as one Official Account knows them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from channels.simulator.errors import RefusedError
from channels.simulator.people import Arrived, Inbox
from channels.simulator.wechat.account import OfficialAccount
from channels.simulator.wechat.grants import Grants
from channels.simulator.wechat.pushing import Pushed
from channels.simulator.wechat.text import Tap

if TYPE_CHECKING:
    from channels.simulator.wechat.state import WeChatPlatform


@dataclass(kw_only=True)
class Person(Inbox):
    """What they do goes to the product at once; every method returns when the platform is done with it.

    The text of what they see is in ``inbox``; ``notices`` counts how often the client said that the account is
    out of service.
    """

    platform: "WeChatPlatform" = field(repr=False)
    account: OfficialAccount = field(repr=False)
    openid: str
    name: str = ""
    following: bool = True
    followed_at: datetime | None = None
    scene: str = ""
    #: The person has switched the account's messages off; the account is not told.
    refuses: bool = False
    #: The account's operator has put the person on the blacklist.
    blacklisted: bool = False
    grants: Grants = field(default_factory=Grants)
    #: Consents to one message each, by template.
    consents: dict[str, int] = field(default_factory=dict)
    notices: int = 0
    #: The product was never told that the person had left: it may believe in grants that ended then.
    misled: bool = False
    typing_until: datetime | None = None
    active_at: datetime | None = None
    #: The product was told that this person takes nothing: another try would break the rules.
    told_off: bool = False
    #: When it was told by a refusal. Calls of that very moment may have been made before it arrived.
    told_at: datetime | None = None
    #: Keys of pushes that were answered by a message already: the client shows one only.
    replied: set[str] = field(default_factory=set, repr=False)

    async def says(self, text: str, *, menu_id: str | None = None) -> list[Pushed]:
        """Type and send a text."""
        extra = {"bizmsgmenuid": menu_id} if menu_id is not None else {}
        return await self._message({"MsgType": "text", "Content": text, **extra})

    async def presses(self, label: str) -> list[Pushed]:
        """Tap a reply in the newest message that has it; LookupError when there is none."""
        for arrived in reversed(self.inbox):
            if label in arrived.taps:
                tap: Tap = arrived.taps[label]
                return await self.says(tap.content, menu_id=tap.menu_id)
        raise LookupError(f"nothing to press says {label!r}")

    async def sends(self, kind: str, content: bytes, name: str = "") -> list[Pushed]:
        """Send a file: image, voice, video, shortvideo, or file (which an account is told of but cannot fetch)."""
        if kind == "file":
            described = {"Title": name, "Description": "", "FileKey": "", "FileTotalLen": len(content)}
            return await self._message({"MsgType": "file", **described})
        media = self.platform.media.keep(self.account.app_id, kind, name, content, self.platform.clock.now())
        extra: dict[str, Any] = {"MediaId": media.media_id}
        if kind == "image":
            extra = {"PicUrl": f"http://mmbiz.qpic.cn/sim/{media.media_id[:16]}/0", **extra}
        elif kind == "voice":
            extra = {**extra, "Format": "amr"}
        else:
            extra = {**extra, "ThumbMediaId": media.media_id}
        return await self._message({"MsgType": kind, **extra})

    async def shares_location(self, latitude: float, longitude: float, label: str) -> list[Pushed]:
        """Send a place from the map."""
        place = {"Location_X": f"{latitude:.6f}", "Location_Y": f"{longitude:.6f}", "Scale": 15, "Label": label}
        return await self._message({"MsgType": "location", **place})

    async def shares_link(self, title: str, url: str, description: str = "") -> list[Pushed]:
        """Forward an article."""
        return await self._message({"MsgType": "link", "Title": title, "Description": description, "Url": url})

    async def clicks(self, key: str) -> list[Pushed]:
        """Press a menu item that tells the account."""
        self._check_follows()
        return await self._event({"Event": "CLICK", "EventKey": key}, by="click")

    async def views(self, url: str) -> list[Pushed]:
        """Press a menu item that opens a page: told, but allows no messages."""
        self._check_follows()
        return await self._event({"Event": "VIEW", "EventKey": url})

    async def follows(self, scene: str | None = None) -> list[Pushed]:
        """Subscribe, from a QR code where there is a scene; nothing happens when they do already."""
        if self.following:
            return []
        self.following, self.followed_at, self.scene = True, self.platform.clock.now(), scene or ""
        key = {"EventKey": f"qrscene_{scene}", "Ticket": self.platform.ticket_of(scene)} if scene else {"EventKey": ""}
        return await self._event({"Event": "subscribe", **key}, by="follow")

    async def unfollows(self) -> list[Pushed]:
        """Unsubscribe: all grants end."""
        if not self.following:
            return []
        self.following = False
        self.grants.end()
        self.consents.clear()
        pushed = await self._event({"Event": "unsubscribe", "EventKey": ""})
        self.told_off, self.told_at = any(each.answered for each in pushed), None
        self.misled = not self.told_off
        return pushed

    async def scans(self, scene: str) -> list[Pushed]:
        """Scan a QR code of the account; whoever does not follow yet, follows."""
        if not self.following:
            return await self.follows(scene)
        key = {"EventKey": scene, "Ticket": self.platform.ticket_of(scene)}
        return await self._event({"Event": "SCAN", **key}, by="scan")

    async def blocks(self) -> None:
        """Switch the account's messages off; nobody is told."""
        self.refuses = True

    async def unblocks(self) -> None:
        """Switch the account's messages on again; nobody is told."""
        self.refuses = False
        self.told_off = self.told_off and not self.following

    async def decides(self, **decisions: bool) -> list[Pushed]:
        """Answer the pop-up of subscription notices, by template id: True for one message."""
        for template, agreed in decisions.items():
            if agreed:
                self.consents[template] = self.consents.get(template, 0) + 1
        listed = [
            {"TemplateId": template, "SubscribeStatusString": "accept" if agreed else "reject", "PopupScene": 2}
            for template, agreed in decisions.items()
        ]
        return await self._subscription_event("subscribe_msg_popup_event", "SubscribeMsgPopupEvent", listed)

    async def withdraws(self, template: str) -> list[Pushed]:
        """Turn a subscription notice off in its settings: all consents to it are gone."""
        self.consents.pop(template, None)
        listed = [{"TemplateId": template, "SubscribeStatusString": "reject"}]
        return await self._subscription_event("subscribe_msg_change_event", "SubscribeMsgChangeEvent", listed)

    def refusal(self, code: int, text: str) -> RefusedError:
        """The answer to a message this person cannot get; another one after it breaks the rules."""
        now = self.platform.clock.now()
        foreseen = self.told_off and (self.told_at is None or self.told_at < now)
        return RefusedError(code, text, foreseen=foreseen, told=lambda: self._told(now))

    def sees(self, arrived: Arrived) -> None:
        """Something reached the phone."""
        arrived.at = self.platform.clock.now()
        self.inbox.append(arrived)

    async def _subscription_event(self, event: str, group: str, listed: list[dict[str, Any]]) -> list[Pushed]:
        return await self._event({"Event": event, **self.platform.listed(self.account, group, listed)})

    async def _message(self, fields: dict[str, Any]) -> list[Pushed]:
        self._check_follows()
        fields = {**fields, "MsgId": self.platform.next_message_id()}
        self.grants.begin("message", self.platform.clock.now())
        self.misled = False
        return await self._push(fields, key=str(fields["MsgId"]))

    async def _event(self, fields: dict[str, Any], *, by: str | None = None) -> list[Pushed]:
        if by is not None:
            self.grants.begin(by, self.platform.clock.now())
        return await self._push({"MsgType": "event", **fields}, key="")

    def _told(self, now: datetime) -> None:
        if not self.told_off:
            self.told_off, self.told_at = True, now

    def _check_follows(self) -> None:
        if not self.following:
            raise RuntimeError("who does not follow an account has no chat with it")

    async def _push(self, fields: dict[str, Any], *, key: str) -> list[Pushed]:
        self.active_at = self.platform.clock.now()
        self.told_off = not self.following
        return await self.platform.push(self, fields, key=key)
