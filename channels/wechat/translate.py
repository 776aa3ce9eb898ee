"""What the platform tells of a person, in the words of the port. Pure."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, TypeAlias

from channels.port import Attachment, Inbound, Media, MediaKind
from channels.wechat.reading import Fields, mapped
from channels.wechat.windows import Rule, opening_for
from kit.text import clean_text

CHANNEL = "wechat"

#: An openid; it becomes part of names of threads and lanes, where a colon would lie.
_OPENID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NUMBER = re.compile(r"[0-9]{1,20}")
_SECONDS = re.compile(r"[0-9]{1,10}")
_EVENT = re.compile(r"[A-Za-z0-9_]{1,64}")
#: A menu key has 128 bytes at most, a scene 64: what is longer is only told apart, not kept.
_KEY_CHARS = 160
_SCENE_PREFIX = "qrscene_"
_COMMAND_PREFIX = "cmd:"
#: What stands behind this in a key counts as written by the person.
SAY = "say:"
_COMMANDS = frozenset({"start", "status", "human", "lang", "link"})


class NotUnderstoodError(ValueError):
    """Readable, but not a message we know: kept whole for staff."""


@dataclass(frozen=True)
class Left:
    """The person has unfollowed the account."""

    address: str


@dataclass(frozen=True)
class ConsentEvent:
    """The person gave or took back the consent to a notice."""

    event: Fields


@dataclass(frozen=True)
class SendEvent:
    """What became of a notice sent before."""

    event: Fields


@dataclass(frozen=True)
class Unneeded:
    """Known to be of no use to us, as the opening of a page: answered, kept nowhere."""

    event: str


Understood: TypeAlias = Inbound | Left | ConsentEvent | SendEvent | Unneeded


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Reads the pushes of one account. ``verified`` as in the account's settings."""

    account: str
    rules: Mapping[str, Rule]
    verified: bool

    def understand(self, raw: Fields) -> Understood:
        """What a push says; raises NotUnderstoodError."""
        fields = mapped(raw, clean_text)
        receiver = _text(fields, "ToUserName")
        if receiver != self.account:
            raise NotUnderstoodError(f"for another account: {receiver}")
        kind = _text(fields, "MsgType").lower()
        return self._event(fields) if kind == "event" else self._message(kind, fields)

    def _message(self, kind: str, fields: Fields) -> Inbound:
        known = _MESSAGES.get(kind)
        if known is None:
            raise NotUnderstoodError(f"message of an unknown type: {kind}")
        number = _like(_NUMBER, fields, "MsgId")
        return self._inbound(fields, known(fields), f"m:{number}", "message")

    def _event(self, fields: Fields) -> Understood:
        name = _like(_EVENT, fields, "Event")
        kind = name.lower()
        if kind in _ACTS:
            by, act = _ACTS[kind]
            return self._inbound(fields, act(fields), event_id(fields), by)
        if kind == "unsubscribe":
            return Left(_like(_OPENID, fields, "FromUserName"))
        if kind not in _CONSENTS | _SENT:
            return Unneeded(name)
        _like(_OPENID, fields, "FromUserName")
        _check_brief(fields)
        return ConsentEvent(fields) if kind in _CONSENTS else SendEvent(fields)

    def _inbound(self, fields: Fields, said: "_Said", platform_id: str, by: str) -> Inbound:
        seconds = int(_like(_SECONDS, fields, "CreateTime"))
        return Inbound(
            channel=CHANNEL,
            account=self.account,
            address=_like(_OPENID, fields, "FromUserName"),
            platform_id=platform_id,
            text=said.text,
            button=said.button or None,
            command=said.command or None,
            argument=said.argument,
            attachments=said.attachments,
            media=said.media,
            sent_at=datetime.fromtimestamp(seconds, UTC),
            # A push tried again comes after what was sent later.
            position=seconds,
            opening=opening_for(by, self.rules, verified=self.verified),
            # Only followers can write or press; whoever does has come back.
            back_in_reach=True,
            raw=fields,
        )


def event_id(fields: Fields) -> str:
    """What names an event: it has no number, and its time counts whole seconds.

    What happened and with which key tell a scan and a click within one second apart.
    """
    key = _text(fields, "EventKey")
    if len(key) > _KEY_CHARS:
        key = hashlib.sha256(key.encode()).hexdigest()
    sender, moment = _like(_OPENID, fields, "FromUserName"), _like(_SECONDS, fields, "CreateTime")
    return f"e:{sender}:{moment}:{_like(_EVENT, fields, 'Event')}:{key}"


@dataclass(frozen=True, kw_only=True)
class _Said:
    text: str = ""
    button: str = ""
    command: str = ""
    argument: str = ""
    media: tuple[Media, ...] = ()
    attachments: tuple[Attachment, ...] = ()


def _typed(fields: Fields) -> _Said:
    """Typed, or tapped in one of our messages: then the id of what was tapped comes along."""
    return _Said(text=_text(fields, "Content"), button=_text(fields, "bizmsgmenuid"))


def _voice(fields: Fields) -> _Said:
    """The platform writes down what it heard, where the account has that switched on."""
    return _Said(text=_text(fields, "Recognition"), media=_media(MediaKind.VOICE, fields))


def _image(fields: Fields) -> _Said:
    return _Said(media=_media(MediaKind.IMAGE, fields))


def _video(fields: Fields) -> _Said:
    return _Said(media=_media(MediaKind.VIDEO, fields))


def _file(fields: Fields) -> _Said:
    """A file is told of, but the platform gives most accounts no way to fetch it."""
    size = _text(fields, "FileTotalLen")
    length = int(size) if _NUMBER.fullmatch(size) else 0
    name = _text(fields, "Title") or MediaKind.FILE.value
    if _text(fields, "MediaId"):
        media = Media(ref=_text(fields, "MediaId"), kind=MediaKind.FILE, name=name, size=length or None)
        return _Said(media=(media,))
    return _Said(attachments=(Attachment(id="", name=name, mime="", size=length),))


def _location(fields: Fields) -> _Said:
    point = f"({_text(fields, 'Location_X')}, {_text(fields, 'Location_Y')})"
    return _Said(text=" ".join(part for part in ("📍", _text(fields, "Label"), point) if part))


def _link(fields: Fields) -> _Said:
    return _Said(text=_lines(fields, "Title", "Description", "Url"))


def _mini_program(fields: Fields) -> _Said:
    return _Said(text=_lines(fields, "Title", "PagePath"))


def _followed(fields: Fields) -> _Said:
    """Followed, perhaps by scanning a code with a scene; the key says other things too, as who recommended us."""
    key = _text(fields, "EventKey")
    scene = key.removeprefix(_SCENE_PREFIX) if key.startswith(_SCENE_PREFIX) else ""
    return _Said(command="start", argument=scene)


def _scanned(fields: Fields) -> _Said:
    return _Said(command="start", argument=_text(fields, "EventKey"))


def _clicked(fields: Fields) -> _Said:
    """A key of the menu: ``cmd:status`` and the like are wishes, with an argument after a second colon.

    What stands behind ``say:`` counts as written by the person.
    """
    key = _text(fields, "EventKey")
    if key.startswith(SAY):
        return _Said(text=key.removeprefix(SAY))
    command, _, argument = key.removeprefix(_COMMAND_PREFIX).partition(":")
    if key.startswith(_COMMAND_PREFIX) and command in _COMMANDS:
        return _Said(command=command, argument=argument)
    return _Said(button=key)


def _scanned_from_menu(fields: Fields) -> _Said:
    """A code scanned from the menu, as of an invoice: what it says is what the person sends us."""
    info = fields.get("ScanCodeInfo")
    return _Said(text=_text(info, "ScanResult") if isinstance(info, dict) else "", button=_text(fields, "EventKey"))


def _media(kind: MediaKind, fields: Fields) -> tuple[Media, ...]:
    ref = _text(fields, "MediaId")
    if not ref:
        raise NotUnderstoodError(f"{kind} without MediaId")
    return (Media(ref=ref, kind=kind),)


def _lines(fields: Fields, *names: str) -> str:
    return "\n".join(line for name in names if (line := _text(fields, name)))


def _text(fields: Fields, name: str) -> str:
    value = fields.get(name, "")
    if not isinstance(value, str):
        raise NotUnderstoodError(f"{name} is no text")
    return value


def _check_brief(value: Any) -> None:
    """Ids and states are short; what is long enough to burst an index is none."""
    match value:
        case dict():
            _check_brief(list(value.values()))
        case list():
            for each in value:
                _check_brief(each)
        case _ if len(value) > _KEY_CHARS:
            raise NotUnderstoodError("an id too long to be one")


def _like(pattern: re.Pattern[str], fields: Fields, name: str) -> str:
    value = _text(fields, name)
    if pattern.fullmatch(value) is None:
        raise NotUnderstoodError(f"{name} is missing or not as the platform writes it")
    return value


_Translator: TypeAlias = Callable[[Fields], _Said]
_MESSAGES: Mapping[str, _Translator] = MappingProxyType(
    {
        "text": _typed,
        "image": _image,
        "voice": _voice,
        "video": _video,
        "shortvideo": _video,
        "file": _file,
        "location": _location,
        "link": _link,
        "miniprogrampage": _mini_program,
    }
)
#: What a person does besides writing: the rule of the reply window it falls under, and what it says.
_ACTS: Mapping[str, tuple[str, _Translator]] = MappingProxyType(
    {
        "subscribe": ("follow", _followed),
        "scan": ("scan", _scanned),
        "click": ("menu", _clicked),
        "scancode_waitmsg": ("menu", _scanned_from_menu),
    }
)
_CONSENTS = frozenset({"subscribe_msg_popup_event", "subscribe_msg_change_event"})
_SENT = frozenset({"subscribe_msg_sent_event", "templatesendjobfinish", "masssendjobfinish"})
