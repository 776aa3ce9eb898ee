"""What mail servers report about mails of ours: the delivery is found again, and learns what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Insert, Table
from sqlalchemy.dialects import postgresql, sqlite

from channels.email.bounces.report import Failed, Report, ReportKind
from channels.email.mime.authentication import aligned
from channels.email.mime.automatic import is_mail_system
from channels.email.models import Unsubscribed
from channels.email.naming import Names, delivery_key
from channels.email.reading import Letter, own_addresses
from channels.email.records import Carried, deliveries_of, keys_of_mails, newest_key
from channels.email.settings import CHANNEL
from channels.failing import fail_afterwards
from channels.port import thread_of
from channels.reach import note_machine, note_refused
from kit.db import AsyncSession
from kit.log import log

unsubscribed_table: Table = Unsubscribed.__table__  # type: ignore[attr-defined]  # SQLModel hides __table__.

COMPLAINED = "complaint"
#: A report that names nothing but the address is about a mail of the last days.
RECENT = timedelta(days=3)

#: What the log of mails calls it; everything else is a "report" that changes nothing.
_KINDS = {ReportKind.BOUNCE: "bounce", ReportKind.DELAY: "delay", ReportKind.COMPLAINT: "complaint"}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What is reported, and about which deliveries; the failure is of the first recipient that fits."""

    kind: str
    about: tuple[tuple[Carried, Failed | None], ...] = ()


async def find(
    session: AsyncSession, now: datetime, letter: Letter, report: Report, *, account: str, names: Names
) -> Finding:
    """Find what the report is about; of nothing of ours, where somebody else wrote in our name.

    A report says which mail it is about by a name that only we could make and only its recipient has seen.
    """
    kind = _KINDS.get(report.kind, "report")
    named = await _named(session, letter, report, account=account, names=names)
    about = [(one, _failure_of(one, report.recipients)) for one in named]
    if not about and kind != "report":
        believed = [failed for failed in report.recipients if _is_believed(letter, failed, account)]
        about = await _by_address(session, now, believed, account)
    return Finding(kind=kind, about=tuple(about))


async def settle(session: AsyncSession, now: datetime, finding: Finding) -> None:
    """Let the deliveries know. A delay is only logged: it either passes or is followed by a bounce."""
    for carried, failed in finding.about:
        if finding.kind == "bounce":
            await _bounced(session, now, carried, failed)
        elif finding.kind == "complaint":
            await _complained(session, now, carried)


async def _bounced(session: AsyncSession, now: datetime, carried: Carried, failed: Failed | None) -> None:
    code = (failed.status or failed.reason.value) if failed else "bounced"
    text = failed.said or failed.reason.value if failed else ""
    await fail_afterwards(session, now, carried.key, code=code, text=text)
    if failed is not None and failed.hard:
        await note_refused(session, now, carried.thread, code=code, text=text)


async def _complained(session: AsyncSession, now: datetime, carried: Carried) -> None:
    """Nothing more by ourselves: neither what can be done without nor what the person never asked for."""
    _, account, address = carried.thread.split(":", 2)
    row = {"account": account, "address": address, "why": COMPLAINED, "at": now}
    await session.execute(_UNSUBSCRIBE[session.get_bind().dialect.name], row)
    await note_machine(session, now, [carried.thread])
    log.warning("mail called spam by its recipient", thread=carried.thread, key=carried.key)


async def _named(session: AsyncSession, letter: Letter, report: Report, *, account: str, names: Names) -> list[Carried]:
    """By our Message-ID, or by the address that the report came back to; both are signed."""
    written = (*report.original_ids, *own_addresses(letter))
    keys = [key for text in written if (key := names.key_in(text))]
    keys += await keys_of_mails(session, account=account, message_ids=[_bare(one) for one in report.original_ids])
    wanted = list(dict.fromkeys(delivery_key(key) for key in keys))
    found = await deliveries_of(session, wanted)
    ours = thread_of(CHANNEL, account, "")
    return [found[key] for key in wanted if key in found and found[key].thread.startswith(ours)]


def _is_believed(letter: Letter, failed: Failed, account: str) -> bool:
    """Whether a report that names no mail of ours comes from who must know: the person's mail system, or our own.

    Anybody can report that somebody cannot be reached, and would end what we tell that person.
    """
    local, _, domain = letter.address.rpartition("@")
    if not (letter.named and letter.verdict.proven and is_mail_system(local)):
        return False
    return any(aligned(domain, one.lower().rpartition("@")[2]) for one in (failed.address, account))


async def _by_address(
    session: AsyncSession, now: datetime, recipients: Sequence[Failed], account: str
) -> list[tuple[Carried, Failed | None]]:
    about: list[tuple[Carried, Failed | None]] = []
    for failed in recipients:
        thread = thread_of(CHANNEL, account, failed.address.lower())
        key = await newest_key(session, thread=thread, since=now - RECENT) if failed.address else None
        carried = await deliveries_of(session, [delivery_key(key)]) if key else {}
        about += [(one, failed) for one in carried.values()]
    return about


def _failure_of(carried: Carried, recipients: Sequence[Failed]) -> Failed | None:
    """Mail of ours has one recipient; it may have been passed on to another address, where it failed."""
    same = [failed for failed in recipients if carried.thread.endswith(f":{failed.address.lower()}")]
    return next(iter([*same, *recipients]), None)


def _bare(message_id: str) -> str:
    return message_id.strip().strip("<>")


def _unsubscribing(dialect_insert: Any) -> Insert:
    statement = dialect_insert(unsubscribed_table)
    said = {"why": statement.excluded.why, "at": statement.excluded.at}
    kept: Insert = statement.on_conflict_do_update(index_elements=["account", "address"], set_=said)
    return kept


_UNSUBSCRIBE = {"postgresql": _unsubscribing(postgresql.insert), "sqlite": _unsubscribing(sqlite.insert)}
