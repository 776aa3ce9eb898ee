"""From a solved ticket to the draft of a case."""

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from kit.audit import Author
from kit.db import AsyncSession
from kit.i18n import Locale, translate
from knowledge.cases.redaction import Known, Personal, redact, summed
from knowledge.versions.content import LINE_MAX, SUMMARY_MAX, TITLE_MAX, Content, Words
from knowledge.versions.drafting import Edit, begin
from knowledge.versions.models import ArticleVersion, Origin

_MOST_LINES = 40


@dataclass(frozen=True, kw_only=True)
class SolvedTicket:
    """What the desk tells of a ticket. ``known`` is what it knows of the person, to be taken out."""

    number: str
    locale: Locale
    component: str
    subject: str
    category: str
    #: What the person said, then what they were told, oldest first.
    said: Sequence[str]
    answered: Sequence[str]
    cause: str
    solution: str
    known: Sequence[Known]


async def draft_case(session: AsyncSession, now: datetime, by: Author, ticket: SolvedTicket) -> ArticleVersion:
    """A draft that says what happened and what helped; what was taken out stands beside it until it is published."""
    words, found = _retell(ticket)
    # The number of the ticket would be an address by which whoever knows it finds the case.
    slug = f"case-{now:%Y%m%d}-{secrets.token_hex(3)}"
    content = Content(slug=slug, kind="case", component=ticket.component, words={ticket.locale: words})
    removed = [asdict(one) for one in summed(found)]
    edit = Edit(content=content, note=ticket.number, origin=Origin.CASE, removed=removed)
    return await begin(session, now, by, edit)


def _retell(ticket: SolvedTicket) -> tuple[Words, list[tuple[Personal, str]]]:
    known = (*ticket.known, Known(Personal.TICKET, ticket.number))
    instead = {kind: translate(f"knowledge.personal.{kind.value}", ticket.locale) for kind in Personal}
    found: list[tuple[Personal, str]] = []

    def clean(text: str) -> str:
        cleaned, gone = redact(text.strip(), known, instead)
        found.extend(gone)
        return cleaned

    subject = " ".join(clean(ticket.subject).split())
    said = [clean(line) for line in ticket.said[:_MOST_LINES]]
    answered = [clean(line) for line in ticket.answered[-_MOST_LINES:]]
    cause, solution = clean(ticket.cause), clean(ticket.solution)
    parts = [
        ("knowledge.case.happened", "\n\n".join(_quoted(line) for line in said)),
        ("knowledge.case.cause", cause),
        ("knowledge.case.done", solution or "\n\n".join(answered)),
    ]
    body = "\n\n".join(f"## {translate(key, ticket.locale)}\n\n{text}" for key, text in parts if text)
    title = translate("knowledge.case.title", ticket.locale, what=subject[: TITLE_MAX // 2] or ticket.category)
    first = next((line for line in said if line), subject)
    words = Words(
        title=title,
        summary=" ".join((solution or cause or first).split())[: SUMMARY_MAX // 2],
        questions=tuple(dict.fromkeys(line for line in (subject, " ".join(first.split())[:LINE_MAX]) if line)),
        tags=(ticket.category,) if ticket.category else (),
        body=body,
    )
    return words, found


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.splitlines() if line.strip())
