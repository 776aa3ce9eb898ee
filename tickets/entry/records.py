"""One row of a batch as the rows of the desk's own tables: everything at its real time, told to nobody."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tickets.actors import ActorKind
from tickets.calls.talks import LINE
from tickets.conversations.models import Author, Owner
from tickets.entry.columns import Column
from tickets.entry.models import EntryBatch, EntryRow
from tickets.entry.people import Person
from tickets.models import EventKind
from tickets.numbers import new_lookup_code, new_token
from tickets.opening import subject_of
from tickets.search.service import Person as Findable
from tickets.stages import Priority, Stage


@dataclass(frozen=True, kw_only=True)
class Placed:
    """Where the desk's own order puts a row."""

    category_id: int | None
    team_id: int | None
    priority: int
    #: Who worked on it, for the timeline.
    handler: str


@dataclass(frozen=True, kw_only=True)
class About:
    """What can be looked for."""

    id: int
    number: str
    subject: str
    description: str
    facts: dict[str, Any]
    person: Findable


@dataclass(frozen=True)
class Record:
    """A row with what was found for it."""

    batch: EntryBatch
    row: EntryRow
    person: Person
    placed: Placed
    now: datetime

    def given(self, column: Column) -> Any:
        return self.row.values.get(column)

    def moment(self, column: Column) -> datetime | None:
        text = self.given(column)
        return datetime.fromisoformat(text) if text else None

    @property
    def opened_at(self) -> datetime:
        return self.moment(Column.OCCURRED_AT) or self.now

    @property
    def replied_at(self) -> datetime | None:
        """What was solved was answered, at the latest then."""
        return self.moment(Column.FIRST_REPLIED_AT) or self.moment(Column.RESOLVED_AT)

    @property
    def resolved_at(self) -> datetime | None:
        return self.moment(Column.RESOLVED_AT)

    @property
    def text(self) -> str:
        return str(self.given(Column.DESCRIPTION) or self.given(Column.SUBJECT))

    @property
    def subject(self) -> str:
        return subject_of(self.given(Column.SUBJECT) or self.text)

    @property
    def last_at(self) -> datetime:
        return self.resolved_at or self.replied_at or self.opened_at

    @property
    def locale(self) -> str:
        return self.batch.locale

    def contact(self) -> dict[str, Any]:
        """Somebody new, as the record has them."""
        return {
            "name": self.given(Column.NAME),
            "locale": self.locale,
            "phone": self.given(Column.PHONE),
            "email": self.given(Column.EMAIL),
            "company": self.given(Column.COMPANY),
            "tax_id": self.given(Column.TAX_ID),
            "region": self.given(Column.REGION),
            "created_at": self.opened_at,
        }

    def identity(self) -> dict[str, Any]:
        return {
            "contact_id": self.person.contact_id,
            "channel": LINE.channel,
            "account": LINE.account,
            "address": self.person.address,
        }

    def conversation(self) -> dict[str, Any]:
        """A talk of its own on the telephone's line, where nothing can be written: nobody gets news by accident."""
        return {
            "contact_id": self.person.contact_id,
            "channel": LINE.channel,
            "account": LINE.account,
            "address": self.person.address,
            "thread": LINE.thread(f"entry-{self.batch.id}-{self.row.number}"),
            "locale": self.locale,
            "owner": Owner.BOT,
            "memory": {},
            "created_at": self.opened_at,
            "last_message_at": self.opened_at,
        }

    def ticket(self, number: str, conversation_id: int) -> dict[str, Any]:
        resolved, replied = self.resolved_at, self.replied_at
        return {
            "number": number,
            "token": new_token(),
            "lookup_code": new_lookup_code(),
            "conversation_id": conversation_id,
            "contact_id": self.person.contact_id,
            "channel": self.given(Column.CHANNEL),
            "subject": self.subject,
            "description": self.text,
            "facts": self._facts(),
            "category_id": self.placed.category_id,
            "team_id": self.placed.team_id,
            "assignee_id": self.given(Column.HANDLED_BY),
            "priority": self.placed.priority,
            "stage": self._stage(),
            "version": 1,
            "wants_person": False,
            "waiting_since": None if replied else self.opened_at,
            # Of what is solved the targets are history; of what is open the clocks start afterwards.
            "first_reply_due": replied or self.now,
            "first_replied_at": replied,
            "resolution_due": resolved or self.now,
            "resolved_at": resolved,
            "closed_at": resolved,
            "solution": self.given(Column.SOLUTION),
            "reopened": 0,
            "locale": self.locale,
            "region": self.given(Column.REGION),
            "entry_id": self.batch.id,
            "created_at": self.opened_at,
            "updated_at": resolved or self.now,
        }

    def _facts(self) -> dict[str, str]:
        columns = (Column.TAX_ID, Column.COMPANY, Column.REFERENCE)
        return {column.value: self.given(column) for column in columns if self.given(column)}

    def _stage(self) -> Stage:
        if self.resolved_at:
            return Stage.SOLVED
        return Stage.PROCESSING if self.replied_at else Stage.ACCEPTED

    def messages(self, ticket_id: int, conversation_id: int) -> Iterator[dict[str, Any]]:
        """What the person said, and what was noted; answers were not given here and stay in the solution."""
        name = self.given(Column.NAME)
        yield self._message(ticket_id, conversation_id, Author.CUSTOMER, name, self.text, self.opened_at)
        if notes := self.given(Column.NOTES):
            handler = self.placed.handler
            yield self._message(ticket_id, conversation_id, Author.STAFF, handler, notes, self.last_at, internal=True)

    @staticmethod
    def _message(  # noqa: PLR0917 - a row, in the order of its columns.
        ticket_id: int,
        conversation_id: int,
        author: Author,
        name: str | None,
        text: str,
        at: datetime,
        *,
        internal: bool = False,
    ) -> dict[str, Any]:
        return {
            "conversation_id": conversation_id,
            "ticket_id": ticket_id,
            "author": author,
            "author_name": name,
            "internal": internal,
            "text": text,
            "buttons": [],
            "links": [],
            "attachments": [],
            "created_at": at,
        }

    def events(self, ticket_id: int) -> Iterator[dict[str, Any]]:
        """What happened, at its time and by whom; last, that it was only now written down."""
        opened, replied, resolved = self.opened_at, self.moment(Column.FIRST_REPLIED_AT), self.resolved_at
        yield self._event(ticket_id, EventKind.OPENED, ActorKind.CUSTOMER, opened, public=True)
        if replied:
            waited = int((replied - opened).total_seconds())
            yield self._by_handler(ticket_id, EventKind.REPLIED, replied, first=True, waited_s=waited, entered=True)
        if resolved:
            took = int((resolved - opened).total_seconds())
            solution = self.given(Column.SOLUTION) or ""
            yield self._by_handler(
                ticket_id, EventKind.RESOLVED, resolved, public=True, solution=solution, seconds=took, entered=True
            )
            yield self._event(ticket_id, EventKind.CONFIRMED, ActorKind.SYSTEM, resolved, public=True)
        if score := self.given(Column.SATISFACTION):
            yield self._event(ticket_id, EventKind.RATED, ActorKind.CUSTOMER, resolved or opened, score=score)
        yield self._event(
            ticket_id,
            EventKind.ENTERED,
            ActorKind.STAFF,
            self.now,
            name=self.batch.staff_name,
            entry=self.batch.id,
            row=self.row.number,
        )

    def _by_handler(
        self, ticket_id: int, kind: EventKind, at: datetime, *, public: bool = False, **data: Any
    ) -> dict[str, Any]:
        return self._event(ticket_id, kind, ActorKind.STAFF, at, public=public, name=self.placed.handler, **data)

    def _event(
        self,
        ticket_id: int,
        kind: EventKind,
        actor: ActorKind,
        at: datetime,
        *,
        public: bool = False,
        name: str | None = None,
        **data: Any,
    ) -> dict[str, Any]:
        return {
            "ticket_id": ticket_id,
            "kind": kind,
            "actor": actor,
            "actor_name": name,
            "public": public,
            "data": data,
            "team_id": self.placed.team_id,
            "category_id": self.placed.category_id,
            "assignee_id": self.given(Column.HANDLED_BY),
            "channel": self.given(Column.CHANNEL),
            "region": self.given(Column.REGION),
            "at": at,
        }

    def about(self, ticket_id: int, number: str) -> About:
        """By what it can be found."""
        columns = (Column.NAME, Column.PHONE, Column.EMAIL, Column.COMPANY, Column.TAX_ID)
        return About(
            id=ticket_id,
            number=number,
            subject=self.subject,
            description=self.text,
            facts=self._facts(),
            person=Findable(**{column.value: self.given(column) for column in columns}),
        )

    def survey(self, ticket_id: int) -> dict[str, Any] | None:
        """What the person said of it then; nobody is asked now."""
        score = self.given(Column.SATISFACTION)
        if not score:
            return None
        return {
            "ticket_id": ticket_id,
            "contact_id": self.person.contact_id,
            "channel": self.given(Column.CHANNEL),
            "team_id": self.placed.team_id,
            "assignee_id": self.given(Column.HANDLED_BY),
            "score": score,
            "asked_at": self.last_at,
            "answered_at": self.last_at,
        }


def priority_of(values: dict[str, Any], usual: int | None) -> int:
    """The record's own, else the category's."""
    return int(values.get(Column.PRIORITY) or usual or Priority.NORMAL)
