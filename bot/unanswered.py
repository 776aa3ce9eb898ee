"""The gaps' job: what the desk knows of those who asked is handed to the knowledge base."""

from collections.abc import Collection, Mapping

from sqlmodel import col, select

from bot.editorial import followed
from kit.db import AsyncSession
from kit.ground import Ground
from kit.i18n import Locale, translate
from kit.log import log
from knowledge.cases.redaction import Personal, redact
from knowledge.gaps.following import Desk, follow
from knowledge.gaps.meaning import Meaning
from knowledge.library import Library
from knowledge.search.encoder import EncoderUnavailableError
from tickets.conversations.models import Conversation

__all__ = ["DESK", "follow_gaps"]


async def _people(session: AsyncSession, references: Collection[str]) -> Mapping[str, str]:
    """Contacts: one person who writes on two channels is one. What was asked in the help centre is nobody's."""
    threads = select(Conversation.thread, Conversation.contact_id).where(col(Conversation.thread).in_(references))
    return {thread: f"contact:{contact_id}" for thread, contact_id in (await session.exec(threads)).all()}


def _mask(text: str, locale: Locale) -> str:
    words = {kind: translate(f"knowledge.personal.{kind.value}", locale) for kind in Personal}
    return redact(text, (), words)[0]


DESK = Desk(followed=followed, people=_people, mask=_mask)


async def follow_gaps(ground: Ground, library: Library) -> None:
    """Take in what was asked since. Where the encoder is not to be had now, next time."""
    encoder = library.encoder
    if not library.ready or (encoder is not None and not library.index.semantic):
        return
    meaning = Meaning(library.index, encoder, model=encoder.MODEL if encoder else "")
    try:
        await follow(ground.db, ground.clock.now(), meaning, DESK)
    except EncoderUnavailableError as error:
        log.warning("questions not grouped", error=repr(error))
