"""A mail as far as anybody could read it."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Address:
    """Somebody named in a header; ``address`` is empty when only a name could be read."""

    address: str
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Part:
    """A file that came with the mail, an inline picture (``content_id`` without its angle brackets) among them."""

    name: str
    mime: str
    content: bytes
    content_id: str = ""
    inline: bool = False


@dataclass(frozen=True, kw_only=True)
class Mail:
    """One mail, decoded. ``text`` is the plain text, made of the HTML where there was none; ``html`` as it came.

    ``headers`` holds every header by its lower-case name, in order, decoded and unfolded. Nothing here was trusted:
    addresses may be forged, the HTML is hostile. ``defects`` say what was broken, for staff.
    """

    subject: str = ""
    sender: Address = field(default_factory=lambda: Address(address=""))
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    message_id: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    sent_at: datetime | None = None
    text: str = ""
    html: str | None = None
    #: Of the body as it came: "text/plain" or "text/html".
    content_type: str = "text/plain"
    parts: tuple[Part, ...] = ()
    headers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    defects: tuple[str, ...] = ()

    def header(self, name: str) -> str:
        """The first header of this name, or nothing."""
        return next(iter(self.headers.get(name.lower(), ())), "")
