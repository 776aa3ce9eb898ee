"""The log of mails as staff look at it, newest first."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, select
from sqlmodel import col

from channels.console.paging import cursor_of, place_after
from channels.email.models import Direction, MailRecord
from kit.db import AsyncSession
from kit.errors import NotFoundError

PAGE = 30
_MESSAGES = ("message", "own")


class Shown(StrEnum):
    """Which mails of those that came in."""

    ALL = ""
    AUTOMATIC = "automatic"
    REPORTS = "reports"
    UNPROVEN = "unproven"


@dataclass(frozen=True, kw_only=True)
class MailSelection:
    """One view of the log; ``after`` is the cursor of the page."""

    shown: Shown = Shown.ALL
    after: str = ""

    def query(self, **changes: Any) -> str:
        """The address of this view with something changed; a changed view begins at its first page."""
        changed = replace(self, **{"after": "", **changes})
        named = {"shown": changed.shown.value, "after": changed.after}
        chosen = {name: value for name, value in named.items() if value}
        return f"?{urlencode(chosen)}" if chosen else ""


async def mails_page(session: AsyncSession, selection: MailSelection) -> tuple[list[MailRecord], str | None]:
    """A page of what came in, and the cursor of the next one."""
    conditions = [col(MailRecord.direction) == Direction.IN.value, *_FILTERS[selection.shown]]
    before = place_after(selection.after)
    if before is not None:
        conditions.append(col(MailRecord.id) < before)
    found = select(MailRecord).where(*conditions).order_by(col(MailRecord.id).desc()).limit(PAGE + 1)
    mails = list((await session.scalars(found)).all())
    return mails[:PAGE], cursor_of(mails[PAGE - 1].id) if len(mails) > PAGE else None


async def get_mail(session: AsyncSession, mail_id: int) -> MailRecord:
    """The mail; raises NotFoundError."""
    found = (await session.scalars(select(MailRecord).where(col(MailRecord.id) == mail_id))).first()
    if found is None:
        raise NotFoundError
    return found


_FILTERS: dict[Shown, tuple[ColumnElement[bool], ...]] = {
    Shown.ALL: (),
    Shown.AUTOMATIC: (col(MailRecord.kind).in_(_MESSAGES), col(MailRecord.automatic) != ""),
    Shown.REPORTS: (col(MailRecord.kind).not_in(_MESSAGES),),
    Shown.UNPROVEN: (col(MailRecord.kind) == _MESSAGES[0], col(MailRecord.proven).is_(False)),
}
