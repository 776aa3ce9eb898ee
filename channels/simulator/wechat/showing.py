"""How messages of an account look on the phone."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from channels.simulator.errors import RefusedError
from channels.simulator.people import Arrived
from channels.simulator.wechat.account import OfficialAccount
from channels.simulator.wechat.answers import PassiveReply
from channels.simulator.wechat.text import Tap, show

if TYPE_CHECKING:
    from channels.simulator.wechat.state import WeChatPlatform


def text_message(content: str, *, via: str, raw: Any) -> Arrived:
    """A text, with its links."""
    shown = show(content)
    taps: dict[str, Any] = dict(shown.taps)
    return Arrived(kind="text", text=shown.text, buttons=list(taps), taps=taps, links=shown.links, via=via, raw=raw)


def menu_message(menu: Mapping[str, Any], *, via: str, raw: Any) -> Arrived:
    """A question with answers to tap."""
    taps: dict[str, Any] = {
        str(item["content"]): Tap(content=str(item["content"]), menu_id=str(item["id"])) for item in menu["list"]
    }
    lines = [menu.get("head_content", ""), *taps, menu.get("tail_content", "")]
    text = "\n".join(line for line in lines if line)
    return Arrived(kind="msgmenu", text=text, buttons=list(taps), taps=taps, via=via, raw=raw)


def media_message(  # noqa: PLR0917 - the last one is the only one that could be mistaken.
    platform: "WeChatPlatform", account: OfficialAccount, kind: str, media_id: Any, via: str, raw: Any
) -> Arrived:
    """A file; raises RefusedError when it is not there."""
    media = platform.media.get(account.app_id, str(media_id), platform.clock.now())
    if media.kind != kind:
        raise RefusedError(40007, "invalid media_id")
    return Arrived(kind=kind, media=media.content, media_name=media.name, via=via, raw=raw)


def passive(platform: "WeChatPlatform", account: OfficialAccount, reply: PassiveReply) -> Arrived:
    """What the person sees of an answer to a push; a file that is not there shows as nothing but its kind."""
    via, fields = "passive", reply.fields
    if reply.kind == "text":
        return text_message(str(fields["Content"]), via=via, raw=fields)
    if reply.kind in {"image", "voice", "video"}:
        inner = fields.get(reply.kind.capitalize(), {})
        try:
            return media_message(platform, account, reply.kind, inner.get("MediaId"), via, fields)
        except RefusedError:
            return Arrived(kind=reply.kind, via=via, raw=fields)
    return Arrived(kind=reply.kind, text=str(fields.get("Articles", "")), via=via, raw=fields)
