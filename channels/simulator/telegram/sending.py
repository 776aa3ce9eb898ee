"""Methods that put a message on a person's screen."""

from dataclasses import dataclass, field
from typing import Any

from channels.simulator.telegram.chats import Chat, Shown
from channels.simulator.telegram.files import StoredFile, described
from channels.simulator.telegram.keyboards import read_keyboard
from channels.simulator.telegram.limits import CAPTION_MAX, PHOTO_MAX, TEXT_MAX, utf16_length
from channels.simulator.telegram.markup import read_text
from channels.simulator.telegram.refusals import bad_request
from channels.simulator.telegram.requests import Asked
from channels.simulator.telegram.state import TelegramPlatform

#: What each method calls its file, in its parameters and in the message.
FILE_FIELDS = {
    "sendphoto": "photo",
    "senddocument": "document",
    "sendvoice": "voice",
    "sendvideo": "video",
    "sendaudio": "audio",
    "sendanimation": "animation",
}
_PICTURES = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM")
_ACTIONS = frozenset(
    "typing upload_photo record_video upload_video record_voice upload_voice upload_document choose_sticker "
    "find_location record_video_note upload_video_note".split()
)


@dataclass(kw_only=True)
class _Content:
    """What one message says and shows."""

    kind: str
    text: str = ""
    fields: dict[str, Any] = field(default_factory=dict)
    file: StoredFile | None = None


def send_message(platform: TelegramPlatform, asked: Asked) -> dict[str, Any]:
    """SendMessage."""
    text, entities = _read(asked, "text")
    text, chat = text.strip(), platform.chat(asked.bot, asked.text("chat_id"))
    if not text:
        raise bad_request("message text is empty", forbidden=True)
    if utf16_length(text) > TEXT_MAX:
        raise bad_request("message is too long", forbidden=True)
    fields = {"text": text, **({"entities": entities} if entities else {})}
    return _show(platform, asked, chat, _Content(kind="text", text=text, fields=fields))


def send_file(platform: TelegramPlatform, asked: Asked) -> dict[str, Any]:
    """SendPhoto and its kind."""
    kind = FILE_FIELDS[asked.method]
    caption, entities = _read(asked, "caption")
    if utf16_length(caption) > CAPTION_MAX:
        raise bad_request("message caption is too long", forbidden=True)
    chat = platform.chat(asked.bot, asked.text("chat_id"))
    stored = _stored(platform, asked, kind)
    fields = described(stored)
    if caption:
        fields |= {"caption": caption, **({"caption_entities": entities} if entities else {})}
    return _show(platform, asked, chat, _Content(kind=kind, text=caption, fields=fields, file=stored))


def send_action(platform: TelegramPlatform, asked: Asked) -> bool:
    """SendChatAction."""
    chat = platform.chat(asked.bot, asked.text("chat_id"))
    chat.check_open()
    if asked.text("action") not in _ACTIONS:
        raise bad_request("wrong parameter action in request", forbidden=True)
    chat.actions.append(asked.text("action"))
    return True


def _read(asked: Asked, name: str) -> tuple[str, list[dict[str, Any]]]:
    entities = asked.parsed("entities" if name == "text" else "caption_entities")
    if entities:
        return asked.text(name), entities
    return read_text(asked.text(name), asked.text("parse_mode"))


def _stored(platform: TelegramPlatform, asked: Asked, kind: str) -> StoredFile:
    """The file: sent along, or one the platform has already."""
    value = asked.text(kind)
    sent = asked.files.get(value.removeprefix("attach://") if value.startswith("attach://") else kind)
    if sent is None:
        known = platform.files.by_id.get(value)
        if known is None:
            raise bad_request(
                "wrong file identifier/HTTP URL specified" if value else f"there is no {kind} in the request"
            )
        return known
    if not sent.content:
        raise bad_request("file must be non-empty", forbidden=True)
    if kind == "photo":
        _check_photo(sent.content)
    return platform.files.store(kind, sent.content, name=sent.name, mime=sent.mime)


def _check_photo(content: bytes) -> None:
    if len(content) > PHOTO_MAX:
        raise bad_request(f"file of size {len(content)} bytes is too big for a photo", forbidden=True)
    if not content.startswith(_PICTURES):
        raise bad_request("IMAGE_PROCESS_FAILED")


def _show(platform: TelegramPlatform, asked: Asked, chat: Chat, content: _Content) -> dict[str, Any]:
    markup = read_keyboard(asked.parsed("reply_markup"))
    chat.check_open()
    platform.check_pace(asked.bot, chat)
    now = platform.clock.now()
    message = {
        "message_id": asked.bot.next_message_id(),
        "from": asked.bot.user,
        "chat": chat.head,
        "date": int(now.timestamp()),
        **content.fields,
    }
    shown = Shown(
        kind=content.kind,
        text=content.text,
        via=asked.method,
        media=content.file.content if content.file else None,
        media_name=content.file.name if content.file else "",
        raw=message,
        at=now,
        id=message["message_id"],
    )
    shown.links = _links(message)
    if markup is not None:
        shown.set_markup(markup)
        message["reply_markup"] = markup
    chat.seen.inbox.append(shown)
    return message


def _links(message: dict[str, Any]) -> dict[str, str]:
    """The named links within a text."""
    units = message.get("text", "").encode("utf-16-le")
    found = [entity for entity in message.get("entities", []) if entity["type"] == "text_link"]
    begins = [(2 * entity["offset"], 2 * (entity["offset"] + entity["length"]), entity["url"]) for entity in found]
    return {units[begin:end].decode("utf-16-le"): url for begin, end, url in begins}
