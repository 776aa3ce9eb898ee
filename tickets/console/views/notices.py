"""What somebody was told, in words."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from kit.i18n import translate
from kit.settings import Locale
from tickets.notices.models import MANY, NoticeKind, StaffNotice
from tickets.notices.service import Told
from tickets.timeline import spoken

__all__ = ["NoticeLine", "notice_lines", "notice_text"]


@dataclass(frozen=True)
class NoticeLine:
    """One line of the panel: the newest of ``count`` notices that say the same of one ticket."""

    id: int
    text: str
    #: The ticket; nothing where it is about many.
    number: str
    subject: str
    at: datetime
    unread: bool
    count: int = 1

    @property
    def ticket(self) -> str:
        return f"{self.number} {self.subject}".strip()

    @property
    def address(self) -> str:
        """Leads to the ticket, and marks it as read on the way."""
        return f"/console/notices/{self.id}"


def notice_lines(told: Iterable[Told], locale: Locale) -> list[NoticeLine]:
    """The newest first; what was said of one ticket again and again is one line."""
    lines: dict[tuple[int | None, str], NoticeLine] = {}
    for one in told:
        many = one.notice.kind in MANY
        # Each order for many tickets is a thing of its own.
        alone = many or one.notice.ticket_id is None
        key = (one.notice.id if alone else one.notice.ticket_id, one.notice.kind)
        if key in lines:
            unread = lines[key].unread or one.notice.read_at is None
            lines[key] = replace(lines[key], count=lines[key].count + 1, unread=unread)
        else:
            lines[key] = _line(one, locale, many=many)
    return list(lines.values())


def _line(one: Told, locale: Locale, *, many: bool) -> NoticeLine:
    notice = one.notice
    return NoticeLine(
        id=notice.id,
        text=notice_text(notice, locale),
        number="" if many else one.number,
        subject="" if many else one.subject,
        at=notice.at,
        unread=notice.read_at is None,
    )


def notice_text(notice: StaffNotice, locale: Locale) -> str:
    """Why this person was told."""
    data, kind = notice.data, notice.kind
    if kind == NoticeKind.ASSIGNED and not data.get("by"):
        return translate("notice.assigned_by_itself", locale)
    values = {
        "by": data.get("by") or translate("notice.somebody", locale),
        "count": data.get("count", 1),
        "title": data.get(f"title_{locale}") or data.get("title_zh") or data.get("title_en") or "",
        "what": spoken("console.change", str(data.get("what", "unknown")), locale),
        "clock": spoken("sla.clock", str(data.get("clock", "")), locale),
    }
    if kind == NoticeKind.WOKEN:
        return spoken("notice.woken", str(data.get("why", "time")), locale)
    return translate(f"notice.{kind}", locale, **values)
