"""Between what we store, what the port speaks and what the browser is told. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from channels.port import Attachment, Inbound, Outbound
from channels.webchat.models import WebchatMessage, WebchatVisitor
from channels.webchat.tokens import FileToken
from kit.clock import check_aware

CHANNEL = "webchat"
ACCOUNT = "site"
#: The address of a file, relative to the chat's own base.
FileAddress = Callable[[FileToken], str]


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a visitor said, checked and cleaned."""

    client_id: str
    text: str
    button: str | None = None
    attachments: tuple[Attachment, ...] = ()
    reply_to: int | None = None


@dataclass(frozen=True, kw_only=True)
class Typing:
    """Somebody on our side is writing."""

    who: str
    name: str | None
    until: datetime = field(compare=False)

    def public(self) -> dict[str, Any]:
        return {"who": self.who, "name": self.name}


def to_inbound(visitor: WebchatVisitor, seq: int, said: Said, now: datetime) -> Inbound:
    """The message for the inbox; its number names it, because a client id is only unique per visitor."""
    return Inbound(
        channel=CHANNEL,
        account=ACCOUNT,
        address=visitor.id,
        platform_id=f"{visitor.id}:{seq}",
        text=said.text,
        button=said.button,
        attachments=said.attachments,
        locale=visitor.locale,
        sent_at=now,
        raw={"client_id": said.client_id, "reply_to": said.reply_to, "page": visitor.page},
    )


def said_row(visitor_id: str, seq: int, said: Said, now: datetime) -> WebchatMessage:
    return WebchatMessage(
        visitor_id=visitor_id,
        seq=seq,
        author="customer",
        text=said.text,
        buttons=[],
        links=[],
        attachments=[attachment.model_dump() for attachment in said.attachments],
        client_id=said.client_id,
        at=now,
    )


def outbound_row(visitor_id: str, seq: int, key: str, message: Outbound, now: datetime) -> WebchatMessage:
    return WebchatMessage(
        visitor_id=visitor_id,
        seq=seq,
        author=message.author,
        name=message.author_name,
        text=message.text,
        buttons=[button.model_dump() for button in message.buttons],
        links=[link.model_dump() for link in message.links],
        attachments=[attachment.model_dump() for attachment in message.attachments],
        delivery_key=key,
        at=now,
    )


def to_public(message: WebchatMessage, file_address: FileAddress) -> dict[str, Any]:
    """The message as the browser gets it, with addresses for its files signed anew."""
    return {
        "seq": message.seq,
        "author": message.author,
        "name": message.name,
        "text": message.text,
        "buttons": message.buttons,
        "links": message.links,
        "attachments": [file_public(Attachment(**each), file_address) for each in message.attachments],
        "client_id": message.client_id,
        "at": iso(message.at),
    }


def file_public(file: Attachment, file_address: FileAddress) -> dict[str, Any]:
    return {**file.model_dump(), "url": file_address(FileToken(file.id, file.name, file.mime))}


def typing_now(visitor: WebchatVisitor, now: datetime) -> Typing | None:
    """Who is writing to the visitor at this moment."""
    until = visitor.agent_typing_until
    if until is None or until <= now:
        return None
    return Typing(who=visitor.agent_typing_who or "bot", name=visitor.agent_typing_name, until=until)


def iso(moment: datetime) -> str:
    return check_aware(moment).isoformat(timespec="milliseconds").replace("+00:00", "Z")
