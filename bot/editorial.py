"""Between desk and knowledge base: a solved ticket becomes a case, and what followed on an answer is counted."""

import asyncio
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlmodel import col, select
from starlette.responses import Response

from bot.dialogue.categories import CATEGORY_OF
from kit.access.deps import staff_router
from kit.access.identity import Role
from kit.access.models import Staff
from kit.audit import Author
from kit.db import AsyncSession
from kit.errors import ConflictError, InvalidError
from kit.ground import Ground
from kit.i18n import Locale
from kit.web.deps import WriteSession
from knowledge.cases.drafting import SolvedTicket, draft_case
from knowledge.cases.redaction import Known, Personal
from knowledge.console.counter import CounterDep, article_address
from knowledge.figures.figures import settle
from knowledge.figures.rolling import roll_up
from knowledge.folder.moving import Outcome, bring_in, published_parts, read_folder, write_folder
from knowledge.loader import COMPONENTS
from knowledge.review.reminding import Reminder, remind
from tickets.console.endpoints.counter import RowId
from tickets.console.queries.ticket import TicketRecord, load_ticket
from tickets.contacts.models import Contact
from tickets.conversations.models import Author as Voice
from tickets.conversations.models import Conversation
from tickets.models import Ticket
from tickets.notices.models import NoticeKind
from tickets.notices.service import notify_elsewhere

_ELSEWHERE = "issuing"

router = staff_router(prefix="/console/cases", role=Role.AGENT)


class TicketUnsolvedError(ConflictError):
    """What helped is not known before the ticket is solved."""

    code = "case_unsolved"


@router.post("/{ticket_id}")
async def make_case(desk: CounterDep, session: WriteSession, ticket_id: RowId) -> Response:
    """The draft of a case, without what tells of the person; on to its page, where what was taken out stands."""
    record = await load_ticket(session, ticket_id, desk.now, zone=desk.ground.settings.time_zone)
    if record.ticket.resolved_at is None:
        raise TicketUnsolvedError
    version = await draft_case(session, desk.now, desk.author, solved_ticket(record))
    return desk.go(article_address(version.article_id))


def solved_ticket(record: TicketRecord) -> SolvedTicket:
    """What the knowledge base is told of a ticket."""
    ticket = record.ticket
    locale: Locale = "en" if ticket.locale == "en" else "zh"
    category = record.category
    name = "" if category is None else category.name_en if locale == "en" else category.name_zh
    spoken = [message for message in record.messages if not message.internal and message.text]
    return SolvedTicket(
        number=ticket.number,
        locale=locale,
        component=_component(ticket, category.key if category else ""),
        subject=ticket.subject,
        category=name,
        said=[message.text for message in spoken if message.author == Voice.CUSTOMER] or [ticket.description],
        answered=[message.text for message in spoken if message.author == Voice.STAFF],
        cause="",
        solution=ticket.solution or "",
        known=_known(record.contact, ticket),
    )


def _component(ticket: Ticket, category: str) -> str:
    if ticket.component in COMPONENTS:
        return str(ticket.component)
    return next((name for name, key in CATEGORY_OF.items() if key == category and name in COMPONENTS), _ELSEWHERE)


def _known(contact: Contact, ticket: Ticket) -> list[Known]:
    values = [
        (Personal.NAME, contact.name),
        (Personal.COMPANY, contact.company),
        (Personal.PHONE, contact.phone),
        (Personal.EMAIL, contact.email),
        (Personal.TAX_ID, contact.tax_id),
    ]
    kinds = {"phone": Personal.PHONE, "email": Personal.EMAIL, "tax_id": Personal.TAX_ID, "company": Personal.COMPANY}
    values += [(kinds[name], str(value)) for name, value in ticket.facts.items() if name in kinds and value]
    return [Known(kind, value) for kind, value in values if value]


async def followed(
    session: AsyncSession, answers: Collection[tuple[str, datetime]], within: timedelta
) -> set[tuple[str, datetime]]:
    """After which answers the person opened a ticket; a search in the help centre is nobody's, so none follows."""
    moments = [at for _, at in answers]
    opened = (
        select(Conversation.thread, Ticket.created_at)
        .join(Ticket, col(Ticket.conversation_id) == col(Conversation.id))
        .where(
            col(Conversation.thread).in_({thread for thread, _ in answers}),
            Ticket.created_at >= min(moments),
            Ticket.created_at <= max(moments) + within,
        )
    )
    tickets = (await session.exec(opened)).all()
    return {
        (thread, at)
        for thread, at in answers
        if any(of == thread and at <= opened_at <= at + within for of, opened_at in tickets)
    }


class NobodyError(InvalidError):
    """A draft is somebody's, so that this person cannot approve it: ``login`` names nobody who works here."""

    code = "article_nobody"


async def export_articles(ground: Ground, folder: Path) -> int:
    """Write what is published into a folder; return how many files that were."""
    async with ground.db.reading() as session:
        parts = await published_parts(session, ground.files)
    await asyncio.to_thread(write_folder, folder, parts)
    return len(parts)


async def import_articles(ground: Ground, folder: Path, *, login: str) -> Outcome:
    """Bring in a folder as drafts of one member of staff; raises NobodyError and FolderInvalidError."""
    read = await asyncio.to_thread(read_folder, folder)
    async with ground.db.transaction() as session:
        named = select(Staff).where(Staff.login == login, col(Staff.active).is_(True))
        person = (await session.exec(named)).first()
        if person is None:
            raise NobodyError(login=login)
        by = Author(person.name, person.id)
        return await bring_in(session, ground.clock.now(), by, read, files=ground.files)


async def look_after_articles(ground: Ground) -> None:
    """Count what followed on answers, and remind owners whose articles are due."""
    now = ground.clock.now()
    today = now.astimezone(ZoneInfo(ground.settings.time_zone)).date()
    async with ground.db.transaction() as session:
        await settle(session, now, followed)
        await roll_up(session, now)
        await remind(session, now, today, _tell_owners)


async def _tell_owners(session: AsyncSession, now: datetime, reminders: Sequence[Reminder]) -> None:
    for one in reminders:
        address = article_address(one.article_id)
        titles = {"title_zh": one.title_zh, "title_en": one.title_en}
        await notify_elsewhere(session, now, one.staff_id, NoticeKind.ARTICLE_DUE, address=address, **titles)
