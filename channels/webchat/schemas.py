"""What the browser sends. Unknown fields are ignored, so that an older page can talk to a newer server."""

from typing import Annotated

from pydantic import BaseModel, StringConstraints
from pydantic import Field as Limited

from kit.i18n import Locale

#: Past this no browser can count.
MAX_SEQ = 2**53
UPLOADS_PER_MESSAGE = 10

ClientId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Seq = Annotated[int, Limited(ge=0, le=MAX_SEQ)]


class SessionRequest(BaseModel):
    token: str | None = None
    locale: Locale | None = None
    page: Annotated[str, StringConstraints(max_length=2000)] | None = None


class PressedButton(BaseModel):
    id: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    label: Annotated[str, StringConstraints(max_length=500)] = ""


class MessageRequest(BaseModel):
    """One message; ``client_id`` is the sender's own name for it, the same on every try."""

    client_id: ClientId
    text: str | None = None
    button: PressedButton | None = None
    uploads: Annotated[list[str], Limited(max_length=UPLOADS_PER_MESSAGE)] = []
    reply_to: Seq | None = None


class TypingRequest(BaseModel):
    typing: bool


class ReadRequest(BaseModel):
    seq: Seq
