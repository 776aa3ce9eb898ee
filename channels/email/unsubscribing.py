"""Who wants no surveys and announcements says so by a link that only we can make; one click is enough (RFC 8058)."""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy import Insert, Table, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from starlette.responses import Response

from channels.email.models import Unsubscribed
from kit.db import AsyncSession
from kit.errors import NotFoundError
from kit.web.deps import GroundDep, ReadSession, WriteSession
from kit.web.pages import PagesDep

PATH = "/mail/unsubscribe/"
ASKED = "asked"
COMPLAINED = "complaint"
#: The link is the permission, as it is for pages of tickets.
_PRIVATE = {"X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
_SIGNATURE = 32
_LONGEST = 1000

unsubscribed_table: Table = Unsubscribed.__table__  # type: ignore[attr-defined]  # SQLModel hides it from its types.

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Links:
    """Makes and reads the ends of such links with the product's secret."""

    secret: str

    def token(self, account: str, address: str) -> str:
        """Names the mailbox and the person."""
        named = base64.urlsafe_b64encode(f"{account}\n{address}".encode()).decode().rstrip("=")
        return f"{named}.{self._sign(named)}"

    def read(self, token: str) -> tuple[str, str] | None:
        """Mailbox and person; None for what we did not make."""
        named, _, signature = token.partition(".")
        if len(token) > _LONGEST or not hmac.compare_digest(self._sign(named).encode(), signature.encode()):
            return None
        try:
            account, _, address = base64.urlsafe_b64decode(named + "=" * (-len(named) % 4)).decode().partition("\n")
        except (binascii.Error, UnicodeDecodeError):
            return None
        return account, address

    def _sign(self, named: str) -> str:
        digest = hmac.new(self.secret.encode(), f"mail-unsubscribe:{named}".encode(), hashlib.sha256)
        return digest.hexdigest()[:_SIGNATURE]


async def unsubscribe(session: AsyncSession, now: datetime, *, account: str, address: str, why: str) -> None:
    """From now on only what the person asked for is sent; the first reason stays."""
    row = {"account": account, "address": address, "why": why, "at": now}
    await session.execute(_NOTE[session.get_bind().dialect.name], row)


async def has_unsubscribed(session: AsyncSession, *, account: str, address: str) -> bool:
    """Whether the person has said so, or complained."""
    asked = {"of_account": account, "of_address": address}
    return (await session.execute(_OF_PERSON, asked)).first() is not None


@router.get(PATH + "{token}")
async def ask(request: Request, pages: PagesDep, *, ground: GroundDep, session: ReadSession, token: str) -> Response:
    """Nothing happens yet: mail programs and scanners open every link."""
    account, address = _read(ground.settings.secret_key(), token)
    done = await has_unsubscribed(session, account=account, address=address)
    return pages.render(
        request, "email/unsubscribe.html", headers=_PRIVATE, address=address, account=account, done=done
    )


@router.post(PATH + "{token}")
async def confirm(
    request: Request, pages: PagesDep, *, ground: GroundDep, session: WriteSession, token: str
) -> Response:
    """The button of the page, or the mail program's own; neither brings a cookie we need."""
    account, address = _read(ground.settings.secret_key(), token)
    await unsubscribe(session, ground.clock.now(), account=account, address=address, why=ASKED)
    return pages.render(
        request, "email/unsubscribe.html", headers=_PRIVATE, address=address, account=account, done=True
    )


def _read(secret: str, token: str) -> tuple[str, str]:
    named = Links(secret).read(token)
    if named is None:
        raise NotFoundError
    return named


def _noting(dialect_insert: Any) -> Insert:
    once: Insert = dialect_insert(unsubscribed_table).on_conflict_do_nothing(index_elements=["account", "address"])
    return once


# Built once: to build a statement costs more than to run it.
_NOTE = {"postgresql": _noting(postgresql.insert), "sqlite": _noting(sqlite.insert)}
_OF_PERSON = select(unsubscribed_table.c.why).where(
    unsubscribed_table.c.account == bindparam("of_account"), unsubscribed_table.c.address == bindparam("of_address")
)
