"""An order for many tickets in the words of its page."""

from dataclasses import dataclass
from datetime import datetime

from kit.i18n import show_moment, translate
from kit.settings import Locale
from tickets.bulk.models import HEARD, BulkJob, BulkKind, Outcome
from tickets.bulk.service import Progress
from tickets.console.queries.bulk import BulkRecord
from tickets.console.views.people import person_label
from tickets.errors import TicketChangedError
from tickets.timeline import spoken

#: What a person did not get, or not yet for sure.
_NOT_ARRIVED = frozenset({"failed", "unknown", "expired"})


@dataclass(frozen=True, kw_only=True)
class BulkView:
    """How far an order is; ``starts_in`` are the seconds in which it can be stopped before anything happens."""

    id: int
    title: str
    kind: str
    who: str
    at: datetime
    total: int
    done: int
    pending: int
    counts: list[tuple[str, str, int]]
    starts_in: int
    stopped: bool
    undoable: bool
    undoing: bool
    heard: bool


@dataclass(frozen=True, kw_only=True)
class BulkRow:
    """One ticket of it."""

    id: int
    number: str
    subject: str
    person: str
    outcome: str
    label: str
    why: str
    delivery: str
    bad: bool


def bulk_view(job: BulkJob, progress: Progress, now: datetime, locale: Locale, zone: str) -> BulkView:
    kind, heard = BulkKind(job.kind), job.kind in HEARD
    undoing = job.undone_at is not None and progress.counts[Outcome.CHANGED] > 0
    pending = progress.counts[Outcome.CHANGED] if undoing else progress.pending
    waits = progress.counts[Outcome.WAITING] == job.total and job.stopped_at is None
    left = (job.begins_at - now).total_seconds()
    return BulkView(
        id=job.id,
        title=title_of(job, locale, zone),
        kind=job.kind,
        who=job.staff_name,
        at=job.created_at,
        total=job.total,
        done=job.total - pending,
        pending=pending,
        counts=[
            (outcome.value, outcome_name(outcome, locale, heard=heard), progress.counts[outcome])
            for outcome in Outcome
            if progress.counts[outcome]
        ],
        starts_in=max(0, round(left)) if waits and heard else 0,
        stopped=job.stopped_at is not None,
        undoable=job.undone_at is None and progress.undoable(kind),
        undoing=undoing,
        heard=heard,
    )


def title_of(job: BulkJob, locale: Locale, zone: str) -> str:
    """What was ordered, and to what it was to be changed."""
    kind, params = translate(f"bulk.kind.{job.kind}", locale), job.params
    match BulkKind(job.kind):
        case BulkKind.ASSIGN:
            to = params["name"] or translate("bulk.nobody", locale)
        case BulkKind.PRIORITY:
            to = translate(f"priority.{params['priority']}", locale)
        case BulkKind.STAGE:
            to = translate(f"console.stages.{params['stage']}", locale)
        case BulkKind.TAGS:
            to = " ".join([f"+{tag}" for tag in params["add"]] + [f"-{tag}" for tag in params["remove"]])
        case BulkKind.SNOOZE:
            until = params["until"]
            to = show_moment(datetime.fromisoformat(until), locale, zone) if until else ""
        case _:
            to = str(params.get("name") or "")
    return f"{kind}：{to}" if to and locale == "zh" else f"{kind}: {to}" if to else kind


def outcome_name(outcome: str, locale: Locale, *, heard: bool) -> str:
    """What is said to people is handed over, which is not yet that it has arrived."""
    if heard and outcome == Outcome.CHANGED:
        return translate("bulk.outcome.said", locale)
    return translate(f"bulk.outcome.{outcome}", locale)


def bulk_row(record: BulkRecord, locale: Locale, *, heard: bool) -> BulkRow:
    item, ticket = record.item, record.ticket
    delivery = ""
    if item.message_id is not None:
        delivery = spoken("console.delivery", record.delivery or "queued", locale)
    return BulkRow(
        id=ticket.id,
        number=ticket.number,
        subject=ticket.subject,
        person=person_label(record.contact, record.address, locale),
        outcome=item.outcome,
        label=outcome_name(item.outcome, locale, heard=heard),
        why=_why(item.why, item.why_values or {}, locale),
        delivery=delivery,
        bad=item.outcome in {Outcome.REFUSED, Outcome.KEPT} or record.delivery in _NOT_ARRIVED,
    )


def _why(code: str | None, values: dict[str, object], locale: Locale) -> str:
    if code is None:
        return ""
    if code == TicketChangedError.code:
        who, kind = str(values.get("who", "?")), str(values.get("kind") or "unknown")
        values = {"who": spoken("console.actor", who, locale), "what": spoken("console.change", kind, locale)}
        return translate("bulk.was_first", locale, **values)
    if code == "move_not_allowed":
        values = {name: spoken("console.stages", str(value), locale) for name, value in values.items()}
    return translate(f"error.{code}", locale, **values)
