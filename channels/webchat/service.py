"""What a visitor can do: come, say, read, leave."""

import math
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from channels.inbox import accept
from channels.port import Attachment
from channels.webchat import repository
from channels.webchat.errors import (
    MessageEmptyError,
    MessageTooLongError,
    TooFastError,
    UploadUnknownError,
    VisitorUnknownError,
)
from channels.webchat.models import WebchatMessage, WebchatVisitor
from channels.webchat.schemas import MessageRequest
from channels.webchat.tokens import BadTokenError, Tokens
from channels.webchat.translate import Said, said_row, to_inbound
from channels.webchat.typing import note_visitor_typing
from kit.db import AsyncSession
from kit.i18n import Locale
from kit.text import clean_text


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A visitor with a good token; ``renewed`` when one was shown, was no good, and somebody new was made."""

    visitor: WebchatVisitor
    token: str
    renewed: bool


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What the operator lets one visitor do; never counted by address, because a company sits behind one."""

    text_max: int
    messages_per_minute: int
    #: How long nobody looks at a typed message, because another line may follow.
    settle_s: float = 0.0


async def identify(session: AsyncSession, tokens: Tokens, token: str) -> WebchatVisitor:
    """Whose token it is; raises VisitorUnknownError."""
    try:
        named = tokens.verify(token)
    except BadTokenError as error:
        raise VisitorUnknownError from error
    visitor = await repository.find_visitor(session, named.visitor_id, named.token_id)
    if visitor is None:
        raise VisitorUnknownError
    return visitor


async def open_session(
    session: AsyncSession,
    now: datetime,
    tokens: Tokens,
    *,
    token: str | None,
    locale: Locale,
    page: str | None,
) -> Opened:
    """The visitor of the token, or a new one when there is none or it is no good."""
    try:
        visitor = await identify(session, tokens, token or "")
    except VisitorUnknownError:
        visitor, renewed = _new_visitor(now, locale), token is not None
        token = tokens.issue(visitor.id, visitor.token_id)
    else:
        renewed = False
    if not token or tokens.wants_renewal(tokens.verify(token)):
        token = tokens.issue(visitor.id, visitor.token_id)
    visitor.locale = locale
    visitor.page = clean_text(page) if page else visitor.page
    visitor.seen_at = now
    session.add(visitor)
    return Opened(visitor=visitor, token=token, renewed=renewed)


def _new_visitor(now: datetime, locale: Locale) -> WebchatVisitor:
    return WebchatVisitor(
        id=secrets.token_hex(12), token_id=secrets.token_hex(8), locale=locale, created_at=now, seen_at=now
    )


async def say(
    session: AsyncSession, now: datetime, visitor: WebchatVisitor, request: MessageRequest, *, limits: Limits
) -> tuple[WebchatMessage, bool]:
    """Store the message, hand it to the inbox, and tell whether it was there before.

    Raises a refusal the visitor can be told about; then nothing is stored.
    """
    if known := await repository.message_said(session, visitor.id, request.client_id):
        return known, True
    if visitor.last_seq >= limits.messages_per_minute:
        await _check_pace(session, now, visitor.id, limits.messages_per_minute)
    said = await _said(session, visitor, request, limits.text_max)
    seq = await repository.next_seq(session, visitor.id)
    if seq is None:
        raise VisitorUnknownError
    message = said_row(visitor.id, seq, said, now)
    await repository.insert_message(session, message)
    await accept(session, now, to_inbound(visitor, seq, said, now), settle_s=limits.settle_s)
    # What was being typed is here now; the answer need not wait for more of it.
    await note_visitor_typing(session, now, visitor.id, typing=False)
    return message, False


async def _check_pace(session: AsyncSession, now: datetime, visitor_id: str, per_minute: int) -> None:
    earlier = await repository.nth_last_said(session, visitor_id, per_minute)
    if earlier is None:
        return
    wait = (earlier + timedelta(minutes=1) - now).total_seconds()
    if wait > 0:
        raise TooFastError(retry_after=math.ceil(wait))


async def _said(session: AsyncSession, visitor: WebchatVisitor, request: MessageRequest, text_max: int) -> Said:
    text = clean_text(request.text or "")
    if len(text) > text_max:
        raise MessageTooLongError(limit=text_max)
    button, label = await _pressed(session, visitor.id, request)
    attachments = await _attachments(session, visitor.id, request.uploads)
    text = text or label
    if not text and not attachments:
        raise MessageEmptyError
    return Said(
        client_id=request.client_id,
        text=text,
        button=button,
        attachments=attachments,
        reply_to=request.reply_to,
    )


async def _pressed(session: AsyncSession, visitor_id: str, request: MessageRequest) -> tuple[str | None, str]:
    """Id and label of a button we did offer; a button made up by the sender is only its words."""
    if request.button is None:
        return None, ""
    offered = None
    if request.reply_to:
        offered = await repository.message_numbered(session, visitor_id, request.reply_to)
    for button in offered.buttons if offered else []:
        if button["id"] == request.button.id:
            return request.button.id, str(button["label"])
    return None, clean_text(request.button.label)


async def _attachments(session: AsyncSession, visitor_id: str, ids: list[str]) -> tuple[Attachment, ...]:
    uploads = await repository.own_uploads(session, visitor_id, ids) if ids else []
    if len(uploads) != len(set(ids)):
        raise UploadUnknownError
    return tuple(
        Attachment(id=each.id, name=each.name, mime=each.mime, size=each.size, scan=each.scan) for each in uploads
    )
