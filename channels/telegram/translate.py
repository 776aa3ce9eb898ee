"""From an update to what it means for us. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from channels.port import Inbound, Media, MediaKind
from channels.telegram.schema import CallbackQuery, ChatMemberUpdated, File, Message, Update, User
from channels.telegram.settings import CHANNEL
from kit.settings import Locale

#: Written with a slash; "help" is what Telegram asks every bot to know.
COMMANDS = {"start": "start", "help": "start", "status": "status", "human": "human", "lang": "lang", "link": "link"}
_PRIVATE = "private"
_GROUPS = {"group", "supergroup"}
#: In these states of ours in a private chat the person can be written to.
_PRESENT = {"member", "administrator", "creator", "restricted"}


@dataclass(frozen=True, kw_only=True)
class Arrived:
    """A new message."""

    inbound: Inbound


@dataclass(frozen=True, kw_only=True)
class Revised:
    """A message as it reads now; its name is the original's."""

    inbound: Inbound


@dataclass(frozen=True, kw_only=True)
class ButtonPressed:
    """A press; what the button meant is in our own table under ``data``."""

    query: str
    data: str
    address: str
    private: bool
    message_id: int | None
    sender_name: str | None
    locale: Locale


@dataclass(frozen=True, kw_only=True)
class ReachChanged:
    """A person has blocked us or taken us back."""

    address: str
    status: str
    reachable: bool


@dataclass(frozen=True, kw_only=True)
class CalledInGroup:
    """Somebody talks to us in a group, where we answer nobody."""

    chat: str
    message_id: int | None
    locale: Locale


@dataclass(frozen=True, kw_only=True)
class GroupMoved:
    """A group has become a supergroup, with a new id."""

    chat: str
    new_chat: str


@dataclass(frozen=True, kw_only=True)
class Unknown:
    """Meant for us by a person, and of a kind we do not know: staff should see it."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class Ignored:
    """Nothing that concerns us."""

    reason: str


Meaning = Arrived | Revised | ButtonPressed | ReachChanged | CalledInGroup | GroupMoved | Unknown | Ignored


def translate(update: Update, account: str) -> Meaning:
    """What the update means for the bot ``account``."""
    if update.message is not None:
        return _message(update, update.message, account)
    if update.edited_message is not None:
        return _edited(update, update.edited_message, account)
    if update.callback_query is not None:
        return _press(update.callback_query)
    if update.my_chat_member is not None:
        return _membership(update.my_chat_member)
    return Ignored(reason="a kind of update that was not asked for")


def message_name(chat: str | int, message_id: int) -> str:
    """The name of a message within one bot: numbers of messages are unique per chat only."""
    return f"m:{chat}:{message_id}"


def _message(update: Update, message: Message, account: str) -> Meaning:
    if message.migrate_to_chat_id is not None:
        return GroupMoved(chat=str(message.chat.id), new_chat=str(message.migrate_to_chat_id))
    if message.chat.type in _GROUPS:
        return _in_group(message)
    refusal = _not_for_us(message)
    if refusal is not None:
        return Ignored(reason=refusal)
    inbound = _inbound(update, message, account)
    if inbound.text or inbound.media or inbound.command:
        return Arrived(inbound=inbound)
    return Unknown(reason="a message of an unknown kind")


def _in_group(message: Message) -> Meaning:
    if message.sender is None or message.sender.is_bot:
        return Ignored(reason="not said by a person")
    # What happens in a group (somebody joins, a title changes) is no call for us.
    if not (message.text or message.caption or any(_media(message))):
        return Ignored(reason="an event of a group")
    locale = locale_of(message.sender)
    return CalledInGroup(chat=str(message.chat.id), message_id=message.message_id, locale=locale)


def _not_for_us(message: Message) -> str | None:
    if message.chat.type != _PRIVATE:
        return "not a private chat"
    if message.sender is None or message.sender.is_bot:
        return "not said by a person"
    return None


def _edited(update: Update, message: Message, account: str) -> Meaning:
    if refusal := _not_for_us(message):
        return Ignored(reason=refusal)
    if message.location is not None:
        return Ignored(reason="a live location that moves")
    inbound = _inbound(update, message, account)
    if not (inbound.text or inbound.media):
        return Ignored(reason="an edit without words")
    return Revised(inbound=inbound)


def _press(query: CallbackQuery) -> Meaning:
    pressed = query.message
    return ButtonPressed(
        query=query.id,
        data=query.data or "",
        address=str(pressed.chat.id if pressed else query.sender.id),
        private=pressed is None or pressed.chat.type == _PRIVATE,
        message_id=pressed.message_id if pressed else None,
        sender_name=_name(query.sender),
        locale=locale_of(query.sender),
    )


def _membership(change: ChatMemberUpdated) -> Meaning:
    present = change.new_chat_member.status in _PRESENT
    chat = str(change.chat.id)
    if change.chat.type == _PRIVATE:
        return ReachChanged(address=chat, status=change.new_chat_member.status, reachable=present)
    if change.chat.type in _GROUPS and present:
        locale = locale_of(change.sender) if change.sender else "zh"
        return CalledInGroup(chat=chat, message_id=None, locale=locale)
    return Ignored(reason="our standing in a group or channel")


def _inbound(update: Update, message: Message, account: str) -> Inbound:
    command, argument = _command(message.text or "")
    sender = message.sender
    return Inbound(
        channel=CHANNEL,
        account=account,
        address=str(message.chat.id),
        platform_id=message_name(message.chat.id, message.message_id),
        text="" if command else _words(message),
        command=command,
        argument=argument,
        media=tuple(_media(message)),
        sender_name=_name(sender) if sender else None,
        locale=locale_of(sender) if sender else None,
        sent_at=_moment(message.date),
        position=update.update_id,
        back_in_reach=True,
        raw=_raw(update, message),
    )


def _raw(update: Update, message: Message) -> dict[str, Any]:
    return {"update_id": update.update_id, "message_id": message.message_id}


def _command(text: str) -> tuple[str | None, str]:
    """``/lang@OurBot en`` is the command "lang" with "en"; a slash and an unknown word is just text."""
    if not text.startswith("/"):
        return None, ""
    word, _, argument = text[1:].replace("\n", " ").partition(" ")
    command = COMMANDS.get(word.partition("@")[0].lower())
    return command, argument.strip() if command else ""


def _words(message: Message) -> str:
    """What was said, also where it was not said in words."""
    return message.text or message.caption or "\n".join(word for word in _wordless(message) if word)


def _wordless(message: Message) -> Iterator[str]:
    if message.sticker is not None:
        yield message.sticker.emoji or ""
    if message.dice is not None:
        yield message.dice.emoji or ""
    if message.poll is not None:
        yield message.poll.question or ""
    if message.contact is not None:
        card = message.contact
        yield " ".join(part for part in (card.last_name, card.first_name, card.phone_number) if part)
    if message.venue is not None:
        yield " ".join(part for part in (message.venue.title, message.venue.address) if part)
    if message.location is not None:
        yield f"📍 {message.location.latitude:.6f}, {message.location.longitude:.6f}"


def _media(message: Message) -> Iterator[Media]:
    if message.photo:
        # The same picture in several sizes, the largest last.
        yield _file(message.photo[-1], MediaKind.IMAGE)
    # An animation is sent a second time as a document, for clients which do not know any.
    document = None if message.animation else message.document
    for file, kind in (
        (message.voice, MediaKind.VOICE),
        (message.audio, MediaKind.VOICE),
        (message.video, MediaKind.VIDEO),
        (message.video_note, MediaKind.VIDEO),
        (message.animation, MediaKind.VIDEO),
        (document, MediaKind.FILE),
    ):
        if file is not None:
            yield _file(file, kind)


def _file(file: File, kind: MediaKind) -> Media:
    return Media(ref=file.file_id, kind=kind, name=file.file_name or "", size=file.file_size)


def _name(user: User) -> str | None:
    return " ".join(part for part in (user.first_name, user.last_name) if part) or None


def locale_of(user: User) -> Locale:
    """The language of the person's Telegram: Chinese of any kind, else the one most others read."""
    code = (user.language_code or "zh").lower()
    return "zh" if code.startswith("zh") else "en"


def _moment(seconds: int | None) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds else None
    except (OverflowError, ValueError, OSError):
        return None
