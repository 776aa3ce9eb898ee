"""An answer from the knowledge base in a language model's words, where there is one.

The turn is over when it has been decided: what is said leaves by a job of its own, in the person's order, on a queue
where a stuck service holds up nobody else. The plain words travel with the job, so they are said whatever happens.
"""

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.dialogue.scene import Scene
from bot.dialogue.speech import Reference, Reply, Speech
from bot.voice import Topic, say
from kit.clock import from_ms, to_ms
from kit.ground import Ground
from kit.outbox import ClaimedJob, NewJob, Priority, enqueue_one, finish
from kit.settings import Settings
from knowledge.articles import ArticleView
from knowledge.cases.redaction import Personal, redact
from knowledge.errors import ArticleNotFoundError
from knowledge.library import Library
from knowledge.llm.endpoint import ChatEndpoint
from knowledge.llm.failures import Reason
from knowledge.llm.model import LanguageModel
from knowledge.llm.prompting import Use
from tickets.contacts.models import Contact
from tickets.conversations.service import get_conversation
from tickets.repository import find_ticket

WORDING_QUEUE = "wording"
WORDING_DUE = "answer.wording"
_MOST_PASSAGES = 12
_ANSWERS = frozenset({Use.ANSWER.value})
_NO_WORDS = dict.fromkeys(Personal, "")


def chosen_model(ground: Ground, uses: frozenset[str] = _ANSWERS) -> LanguageModel | None:
    """As the settings say; None where they name no service, or none of these uses."""
    settings = ground.settings
    if not is_on(settings, uses):
        return None
    return LanguageModel(
        db=ground.db,
        clock=ground.clock,
        endpoint=ChatEndpoint(settings.llm_url, settings.llm_model, settings.llm_key.get_secret_value()),
        find=personal_data,
        zone=ZoneInfo(settings.time_zone),
        tokens_per_day=settings.llm_tokens_per_day,
    )


def is_on(settings: Settings, uses: frozenset[str] = frozenset(Use)) -> bool:
    return bool(settings.llm_url and settings.llm_model and settings.llm_uses & uses)


def personal_data(text: str) -> list[tuple[str, str]]:
    """What must not leave as it stands."""
    return [(kind.value, value) for kind, value in redact(text, (), _NO_WORDS)[1]]


@dataclass(frozen=True)
class Wording:
    """Puts answers off until they are worded, for as long as an answer may wait."""

    ground: Ground
    library: Library
    model: LanguageModel

    async def put_off(self, scene: Scene, speech: Speech, slug: str) -> None:
        """In the turn's transaction: what is to be said, and the question it answers."""
        payload = {
            "conversation": scene.conversation.id,
            "ticket": scene.ticket.id if scene.ticket else None,
            "slug": slug,
            "locale": scene.locale,
            "question": scene.said.text,
            "known": [[kind, value] for kind, value in known_of(scene.contact)],
            "text": speech.text,
            "replies": [[reply.id, reply.label] for reply in speech.replies],
            "references": [[one.label, one.path] for one in speech.references],
            "until": to_ms(scene.now + timedelta(seconds=self.ground.settings.llm_answer_s)),
        }
        lane = f"wording:{scene.conversation.thread}"
        job = NewJob(kind=WORDING_DUE, payload=payload, queue=WORDING_QUEUE, lane=lane, priority=Priority.BOT)
        await enqueue_one(scene.session, scene.now, job)

    async def handle(self, job: ClaimedJob) -> None:
        """Ask with no transaction open; then say it, exactly once, in the one that ends the job."""
        said = job.payload
        text = await self._text(job)
        async with self.ground.db.transaction() as session:
            conversation = await get_conversation(session, said["conversation"])
            ticket = await find_ticket(session, said["ticket"]) if said["ticket"] is not None else None
            replies = tuple(Reply(*reply) for reply in said["replies"])
            speech = Speech(text, replies, tuple(Reference(*one) for one in said["references"]))
            base_url, now = self.ground.settings.base_url, self.ground.clock.now()
            await say(session, now, conversation, speech, base_url=base_url, about=Topic(ticket=ticket))
            await finish(session, job)

    async def _text(self, job: ClaimedJob) -> str:
        said = job.payload
        plain: str = said["text"]
        try:
            article = self.library.article(said["slug"], said["locale"])
        except ArticleNotFoundError:
            return plain
        core = plain_words(article)
        left = (from_ms(said["until"]) - self.ground.clock.now()).total_seconds()
        if core not in plain or article.locale != said["locale"]:
            return plain
        if job.attempt > 1 or left <= 0:
            # Somebody died over it, or it has waited long enough.
            await self.model.pass_over(Reason.AGAIN if job.attempt > 1 else Reason.LATE)
            return plain
        known = [(kind, value) for kind, value in said["known"]]
        worded = await self.model.word(
            said["question"], passages_of(article), said["locale"], within_s=left, known=known
        )
        return plain if worded is None else plain.replace(core, worded, 1)


def known_of(person: Contact) -> list[tuple[str, str]]:
    """What the desk knows of the person does not leave either, whatever it looks like."""
    values = (
        (Personal.NAME, person.name),
        (Personal.COMPANY, person.company),
        (Personal.PHONE, person.phone),
        (Personal.EMAIL, person.email),
        (Personal.TAX_ID, person.tax_id),
    )
    return [(kind.value, value) for kind, value in values if value]


def plain_words(article: ArticleView) -> str:
    """What :func:`bot.dialogue.speech.answer` says of the matter itself: this is what is put into other words."""
    steps = [f"{number}. {step}" for number, step in enumerate(article.steps, 1)]
    return "\n".join([article.summary, "", *steps])


def passages_of(article: ArticleView) -> list[str]:
    """What an answer may rest on."""
    paragraphs = (part.strip() for part in article.body.split("\n\n"))
    return [article.summary, *article.steps, *filter(None, paragraphs)][:_MOST_PASSAGES]
