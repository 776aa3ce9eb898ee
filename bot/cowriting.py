"""What a language model prepares for staff to edit: a reply from the knowledge base, a summary for hand-over.

Nothing is sent: the text goes into the composer of whoever asked for it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.bootstrap import Runtime
from bot.wording import chosen_model, known_of, passages_of
from kit.ground import Ground
from kit.i18n import Locale, translate
from knowledge.library import Library
from knowledge.llm.model import LanguageModel
from knowledge.llm.prompting import Use
from tickets.console.prepared import NOTHING_NEAR, NOTHING_SAID, Prepare, Prepared
from tickets.contacts.models import Contact
from tickets.conversations.models import Author, Conversation, Message
from tickets.conversations.service import get_conversation, transcript
from tickets.repository import get_ticket

#: What is nearest may be in none of them; more of them only cost more.
_MOST_ARTICLES = 3
_MOST_PASSAGES = 15
#: Of the conversation's end, in whole messages: half a telephone number is not recognised as one.
_MOST_CHARACTERS = 8000
_STAFF_USES = frozenset({Use.DRAFT.value, Use.SUMMARY.value})


def preparers(runtime: Runtime) -> Mapping[str, Prepare]:
    """By use, those that are switched on."""
    model = chosen_model(runtime.ground, _STAFF_USES)
    if model is None:
        return {}
    writer = CoWriter(runtime.ground, runtime.library, model)
    every: dict[str, Prepare] = {Use.DRAFT.value: writer.draft, Use.SUMMARY.value: writer.summary}
    return {use: prepare for use, prepare in every.items() if use in runtime.ground.settings.llm_uses}


@dataclass(frozen=True)
class _Talk:
    locale: Locale
    known: Sequence[tuple[str, str]]
    said: Sequence[Message]


@dataclass(frozen=True)
class CoWriter:
    """Asks with no transaction open."""

    ground: Ground
    library: Library
    model: LanguageModel

    async def draft(self, ticket_id: int) -> Prepared:
        """From the articles nearest to the customer's last words, none of them meant for staff alone."""
        talk = await self._talk(ticket_id)
        asked = next((one.text for one in reversed(talk.said) if one.author == Author.CUSTOMER), "")
        if not asked:
            return Prepared(why=NOTHING_SAID)
        passages = await self._near(asked, talk.locale)
        if not passages:
            return Prepared(why=NOTHING_NEAR)
        return await self._prepared(Use.DRAFT, asked, passages, talk)

    async def summary(self, ticket_id: int) -> Prepared:
        """From what was said aloud; notes among staff are not sent to anybody."""
        talk = await self._talk(ticket_id)
        lines = list(_lines(talk))
        return await self._prepared(Use.SUMMARY, "", lines, talk) if lines else Prepared(why=NOTHING_SAID)

    async def _prepared(self, use: Use, asked: str, passages: Sequence[str], talk: _Talk) -> Prepared:
        within_s = self.ground.settings.llm_staff_s
        text = await self.model.word(asked, passages, talk.locale, within_s=within_s, known=talk.known, use=use)
        return Prepared(text or "")

    async def _talk(self, ticket_id: int) -> _Talk:
        async with self.ground.db.reading() as session:
            ticket = await get_ticket(session, ticket_id)
            conversation: Conversation = await get_conversation(session, ticket.conversation_id)
            person = await session.get_one(Contact, conversation.contact_id)
            said = [one for one in await transcript(session, conversation.id) if one.text and not one.internal]
            return _Talk("en" if conversation.locale == "en" else "zh", known_of(person), said)

    async def _near(self, asked: str, locale: Locale) -> list[str]:
        await self.library.prepare(asked)
        hits = self.library.search(asked, locale).hits[:_MOST_ARTICLES]
        articles = [self.library.article(hit.article, locale) for hit in hits]
        passages = [passage for one in articles if one.locale == locale for passage in passages_of(one)]
        return passages[:_MOST_PASSAGES]


def _lines(talk: _Talk) -> Iterator[str]:
    left = _MOST_CHARACTERS
    newest: list[str] = []
    for one in reversed(talk.said):
        left -= len(one.text)
        if left < 0:
            break
        newest.append(translate(f"llm.said.{one.author}", talk.locale, text=one.text))
    return reversed(newest)
