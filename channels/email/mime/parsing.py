"""From the bytes of a message to a ``Mail``."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from channels.email.mime.addresses import read_addresses
from channels.email.mime.bodies import read_body
from channels.email.mime.entities import Budget, Entity, read_entity, walk
from channels.email.mime.files import distinct
from channels.email.mime.headers import Headers, decode_field, unfold
from channels.email.mime.model import Address, Mail

_ID = re.compile(r"<([^<>]*)>")
_SENDERS = ("from", "sender", "reply-to", "return-path")
#: A thread of more mails than this is told by its last ones.
_MOST_REFERENCES, _LONGEST_ID = 100, 998


def parse(raw: bytes) -> Mail:
    """The mail, as far as anybody could read it. Message-IDs come without their angle brackets. Never raises."""
    budget = Budget()
    entity = read_entity(raw, budget)
    content = read_body(entity)
    html = content.html()
    charset = _charset(entity)
    headers = entity.headers
    return Mail(
        subject=decode_field(headers.raw("subject"), charset=charset),
        sender=_sender(headers, charset),
        reply_to=_people(headers, "reply-to", charset),
        to=_people(headers, "to", charset),
        cc=_people(headers, "cc", charset),
        message_id=next(iter(_ids(headers.raw("message-id"))), ""),
        in_reply_to=_ids(headers.raw("in-reply-to")),
        references=_ids(headers.raw("references"))[-_MOST_REFERENCES:],
        sent_at=_sent_at(headers.raw("date")),
        text=content.text(),
        html=html,
        content_type="text/plain" if html is None else "text/html",
        parts=distinct(content.parts),
        headers=_decoded(headers, charset),
        defects=tuple(dict.fromkeys(budget.defects)),
    )


def _charset(entity: Entity) -> str:
    """Of the first part that names one: raw letters in the headers will be of it too."""
    named = (part.charset for part in walk(entity) if part.charset and part.charset.lower() != "us-ascii")
    return next(named, "")


def _sender(headers: Headers, charset: str) -> Address:
    """The first address of the first header that names one; without any, whatever name there is."""
    named = [person for name in _SENDERS for person in _people(headers, name, charset)]
    return next((person for person in named if person.address), named[0] if named else Address(address=""))


def _people(headers: Headers, name: str, charset: str) -> tuple[Address, ...]:
    values = (unfold(value, charset=charset) for value in headers.all(name))
    return tuple(person for value in values for person in read_addresses(value, otherwise=charset))


def _ids(value: bytes) -> tuple[str, ...]:
    """Message-IDs of a header; a single one may stand without its brackets."""
    text = decode_field(value)
    found = _ID.findall(text) or [text.strip("<>")]
    plain = ("".join(one.split())[:_LONGEST_ID] for one in found)
    return tuple(dict.fromkeys(one for one in plain if one))


def _sent_at(value: bytes) -> datetime | None:
    try:
        sent = parsedate_to_datetime(decode_field(value))
        return (sent if sent.tzinfo else sent.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError, AttributeError):
        return None


def _decoded(headers: Headers, charset: str) -> dict[str, tuple[str, ...]]:
    decoded: dict[str, list[str]] = {}
    for name, value in headers.fields:
        decoded.setdefault(name, []).append(decode_field(value, charset=charset))
    return {name: tuple(values) for name, values in decoded.items()}
