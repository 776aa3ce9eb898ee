"""Entries of the audit as people read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from weakref import WeakKeyDictionary

from kit.audit import Anchor, AuditEntry, altered, anchor_before_latest, verify_since
from kit.bus import Bus
from kit.db import AsyncSession
from kit.i18n import Locale, translate
from tickets.config.sections import SECTIONS
from tickets.config.words import FieldChange, change_words, item_name, said, section_name


@dataclass(frozen=True)
class EntryLine:
    """Who did what to which item, and when."""

    id: int
    at: datetime
    actor: str
    action: str
    section: str
    key: str
    title: str
    changes: Sequence[FieldChange]
    #: It tells a state one could go back to.
    restorable: bool
    known: bool


#: How far this process has verified the chain of a database.
_verified: WeakKeyDictionary[Bus, Anchor] = WeakKeyDictionary()


async def first_broken(
    session: AsyncSession, bus: Bus, shown: Sequence[AuditEntry], *, latest_count: int
) -> int | None:
    """Of what is shown, and of what was written since the last look; the first look begins with the newest entries."""
    if (broken := altered(shown)) is not None:
        return broken
    anchor = _verified.get(bus) or await anchor_before_latest(session, latest_count)
    return await _verify_since(session, bus, anchor)


async def verify_whole(session: AsyncSession, bus: Bus) -> int | None:
    """Every entry there is."""
    return await _verify_since(session, bus, Anchor())


async def _verify_since(session: AsyncSession, bus: Bus, anchor: Anchor) -> int | None:
    verdict = await verify_since(session, anchor)
    if verdict.broken is None:
        _verified[bus] = verdict.reached
    return verdict.broken


def entry_lines(entries: Sequence[AuditEntry], locale: Locale) -> list[EntryLine]:
    """The entries in words."""
    return [_line(entry, locale) for entry in entries]


def _line(entry: AuditEntry, locale: Locale) -> EntryLine:
    known = entry.kind in SECTIONS
    section = section_name(entry.kind, locale) if known else entry.kind
    name = item_name(entry.key, entry.after or entry.before, locale)
    return EntryLine(
        id=entry.id,
        at=entry.at,
        actor=entry.actor,
        action=said(f"admin.did.{entry.action}", entry.action, locale),
        section=entry.kind,
        key=entry.key,
        title=translate("admin.subject", locale, section=section, name=name),
        changes=change_words(entry.before, entry.after, locale),
        restorable=known and entry.after is not None,
        known=known,
    )
