"""What Telegram sends, as far as we use it.

Tolerant where it does no harm: an unknown field is skipped and a broken extra, as a photo without an id, is left
out, but a message without a chat is unreadable and kept whole for staff.
"""

import json
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, WrapValidator
from pydantic_core.core_schema import ValidatorFunctionWrapHandler

from kit.text import clean_text

Anything = TypeVar("Anything")
#: Numbers are strict ("7" is no id) and fit the columns of both databases.
Id = Annotated[int, Field(strict=True, ge=-(2**63), lt=2**63)]
UpdateId = Annotated[int, Field(strict=True, ge=0, lt=2**63)]
Text = Annotated[str, AfterValidator(clean_text)]


class UnreadableError(Exception):
    """Not an update; the message says why."""


def _or_nothing(value: Any, read: ValidatorFunctionWrapHandler) -> Any:
    try:
        return read(value)
    except ValidationError:
        return None


Extra = Annotated[Anything | None, WrapValidator(_or_nothing)]


class Shape(BaseModel):
    """Base of all that comes from there."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)


class Chat(Shape):
    """Where something was said; the id of a private chat is the person's."""

    id: Id
    type: Text = "private"


class User(Shape):
    """Who said it."""

    id: Id
    is_bot: Extra[bool] = False
    first_name: Extra[Text] = ""
    last_name: Extra[Text] = ""
    language_code: Extra[Text] = None


class File(Shape):
    """Any kind of file; the fields differ by kind."""

    file_id: Annotated[Text, Field(min_length=1)]
    file_size: Extra[Id] = None
    file_name: Extra[Text] = ""
    emoji: Extra[Text] = ""


class Location(Shape):
    """A point on the map, in degrees; a live one moves by edits."""

    latitude: float
    longitude: float


class Venue(Shape):
    """A place with a name."""

    title: Text = ""
    address: Text = ""


class Contact(Shape):
    """Somebody's card."""

    phone_number: Text
    first_name: Extra[Text] = ""
    last_name: Extra[Text] = ""


class Said(Shape):
    """Anything whose words we take and nothing else: a die's emoji, a poll's question."""

    emoji: Extra[Text] = ""
    question: Extra[Text] = ""


class Message(Shape):
    """One message; which of its fields is filled says what it is."""

    message_id: Id
    chat: Chat
    sender: Extra[User] = Field(default=None, alias="from")
    date: Extra[Id] = None
    text: Extra[Text] = ""
    caption: Extra[Text] = ""
    photo: Extra[list[File]] = None
    voice: Extra[File] = None
    audio: Extra[File] = None
    video: Extra[File] = None
    video_note: Extra[File] = None
    animation: Extra[File] = None
    document: Extra[File] = None
    sticker: Extra[File] = None
    location: Extra[Location] = None
    venue: Extra[Venue] = None
    contact: Extra[Contact] = None
    dice: Extra[Said] = None
    poll: Extra[Said] = None
    migrate_to_chat_id: Extra[Id] = None
    new_chat_members: Extra[list[User]] = None


class Pressed(Shape):
    """Which message a button was under; an old message is told by these two alone."""

    message_id: Id
    chat: Chat


class CallbackQuery(Shape):
    """A pressed button."""

    id: Annotated[Text, Field(min_length=1)]
    sender: User = Field(alias="from")
    message: Extra[Pressed] = None
    data: Extra[Text] = ""


class Member(Shape):
    """What we are in a chat now."""

    status: Text


class ChatMemberUpdated(Shape):
    """Our own standing in a chat has changed; in a private chat: blocked or unblocked."""

    chat: Chat
    sender: Extra[User] = Field(default=None, alias="from")
    new_chat_member: Member


class Update(Shape):
    """One of these is filled; kinds we did not ask for leave them all empty."""

    update_id: UpdateId
    message: Message | None = None
    edited_message: Message | None = None
    callback_query: CallbackQuery | None = None
    my_chat_member: ChatMemberUpdated | None = None


def read_update(body: bytes) -> Update:
    """The update in a request; raises UnreadableError, and nothing else whatever the bytes are."""
    try:
        return update_of(json.loads(body))
    except (ValueError, RecursionError) as error:
        raise UnreadableError(_reason(error)) from error


def update_of(value: Any) -> Update:
    """As :func:`read_update`, of JSON already read."""
    try:
        # Lone surrogates can travel in JSON and cannot be stored anywhere.
        encodable = json.dumps(value, ensure_ascii=False).encode("utf8", errors="ignore")
        return Update.model_validate_json(encodable)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(_reason(error)) from error


def update_id_of(value: Any) -> int | None:
    """The number of an update that is otherwise unreadable, so that it is not asked for again."""
    try:
        return _Numbered.model_validate(value).update_id
    except ValidationError:
        return None


class _Numbered(Shape):
    update_id: UpdateId


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        lines = (f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors(include_input=False))
        return "; ".join(lines)
    return repr(error)
