"""Entries of the audit as people read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kit.audit import AuditEntry
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
