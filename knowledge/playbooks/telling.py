"""Every step of a playbook, written into the audit in the transaction of the step."""

from datetime import datetime
from typing import Any

from kit.audit import Author, Change, record
from kit.db import AsyncSession
from knowledge.playbooks.models import PlaybookVersion

AUDIT_KIND = "playbook"


async def tell(
    session: AsyncSession, now: datetime, by: Author, what: str, version: PlaybookVersion, /, **after: Any
) -> None:
    """Write down what ``by`` did to a playbook of which this is the version."""
    names = {"title_zh": version.title_zh, "title_en": version.title_en}
    told = names | {"version": version.number, "digest": version.digest} | after
    key = str(version.playbook_id)
    change = Change(
        action=f"playbook.{what}",
        kind=AUDIT_KIND,
        key=key,
        before=names | {"version": version.number, "state": version.state, "digest": version.digest},
        after=told,
    )
    await record(session, now, by, change)
