"""Accounts and sessions: create, sign in, recognise, sign out."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import bindparam, delete, update
from sqlalchemy import select as select_columns
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from kit.access.identity import Role, SignedIn
from kit.access.models import Invitation, Staff, StaffSession
from kit.access.passwords import hash_password, needs_rehash, verify_password
from kit.db import AsyncSession
from kit.errors import ConflictError, InvalidError, NotFoundError, UnauthenticatedError
from kit.ground import Ground
from kit.settings import Locale
from kit.text import clean_text

WRONG_BEFORE_LOCK = 5
LOCKED_FOR = timedelta(minutes=5)
SESSION_LIFE = timedelta(hours=12)
INVITATION_LIFE = timedelta(days=3)
#: A session is prolonged at most this often, so that reading a page does not mean writing a row.
PROLONG_EVERY = timedelta(minutes=5)


class SignInRefusedError(UnauthenticatedError):
    """Unknown login, wrong password, locked or closed account: the answer does not tell which it was."""

    code = "sign_in_refused"


class LoginTakenError(ConflictError):
    """Another account has this login."""

    code = "login_taken"


class InvitationGoneError(NotFoundError):
    """The link to set a password was used, is too old, or never was one."""

    code = "invitation_gone"


class LoginInvalidError(InvalidError):
    """A login is 2 to 64 visible characters without blanks."""

    code = "login_invalid"


@dataclass(frozen=True)
class NewSession:
    """A session just opened; ``token`` is shown to the browser once and stored nowhere."""

    token: str
    staff: Staff


def normalise_login(login: str) -> str:
    """Logins differ neither in case nor in blanks around them."""
    return clean_text(login).casefold()


def _hash_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


async def create_staff(
    session: AsyncSession,
    now: datetime,
    *,
    login: str,
    name: str,
    role: Role,
    password: str,
    locale: Locale = "zh",
) -> Staff:
    """Open an account; raises LoginTakenError, LoginInvalidError or what ``hash_password`` raises."""
    login = normalise_login(login)
    if not 2 <= len(login) <= 64 or any(c.isspace() for c in login):  # noqa: PLR2004 - the width of the column.
        raise LoginInvalidError
    staff = Staff(
        login=login,
        name=clean_text(name)[:80] or login,
        role=role,
        password_hash=await hash_password(password),
        locale=locale,
        created_at=now,
    )
    session.add(staff)
    try:
        await session.flush()
    except IntegrityError as clash:
        raise LoginTakenError(login=login) from clash
    return staff


async def set_password(session: AsyncSession, staff_id: int, *, password: str) -> None:
    """Change the password, unlock the account and end its sessions everywhere."""
    values = {"password_hash": await hash_password(password), "failed_logins": 0, "locked_until": None}
    await session.exec(update(Staff).where(col(Staff.id) == staff_id).values(**values))
    await session.exec(delete(StaffSession).where(col(StaffSession.staff_id) == staff_id))


async def hire(
    session: AsyncSession, now: datetime, *, login: str, name: str, role: Role, locale: Locale = "zh"
) -> Staff:
    """Open an account nobody can sign in to yet: its holder sets a password by a link, see :func:`invite`."""
    password = secrets.token_urlsafe(32)
    return await create_staff(session, now, login=login, name=name, role=role, password=password, locale=locale)


async def edit_staff(
    session: AsyncSession, staff_id: int, *, name: str, role: Role, locale: Locale, active: bool
) -> None:
    """Change what an account says of its holder; a closed account's sessions and invitations end at once."""
    values = {"name": clean_text(name)[:80], "role": role, "locale": locale, "active": active}
    await session.exec(update(Staff).where(col(Staff.id) == staff_id).values(**values))
    if not active:
        await sign_out_everywhere(session, staff_id)
        await session.exec(delete(Invitation).where(col(Invitation.staff_id) == staff_id))


async def sign_out_everywhere(session: AsyncSession, staff_id: int) -> None:
    """End all sessions of one person."""
    await session.exec(delete(StaffSession).where(col(StaffSession.staff_id) == staff_id))


async def invite(session: AsyncSession, now: datetime, staff_id: int) -> str:
    """Make the token of a link that sets a new password once; earlier links no longer work."""
    token = secrets.token_urlsafe(32)
    await session.exec(delete(Invitation).where(col(Invitation.staff_id) == staff_id))
    session.add(Invitation(token_hash=_hash_token(token), staff_id=staff_id, expires_at=now + INVITATION_LIFE))
    await session.flush()
    return token


async def invited(session: AsyncSession, now: datetime, token: str) -> Staff:
    """Whose link this is; raises InvitationGoneError."""
    query = (
        select(Staff)
        .join(Invitation, col(Invitation.staff_id) == col(Staff.id))
        .where(col(Invitation.token_hash) == _hash_token(token))
        .where(col(Invitation.expires_at) > now, col(Staff.active))
    )
    staff = (await session.exec(query)).one_or_none()
    if staff is None:
        raise InvitationGoneError
    return staff


async def accept_invitation(ground: Ground, token: str, *, password: str) -> None:
    """Set the password by a link, which is then used up; raises InvitationGoneError or what ``hash_password`` does."""
    now = ground.clock.now()
    async with ground.db.reading() as session:
        await invited(session, now, token)
    password_hash = await hash_password(password)
    async with ground.db.transaction() as session:
        spent = delete(Invitation).where(col(Invitation.token_hash) == _hash_token(token))
        spent = spent.where(col(Invitation.expires_at) > now)
        staff_id = (await session.execute(spent.returning(col(Invitation.staff_id)))).scalar_one_or_none()
        if staff_id is None:
            raise InvitationGoneError
        values = {"password_hash": password_hash, "failed_logins": 0, "locked_until": None}
        await session.exec(update(Staff).where(col(Staff.id) == staff_id).values(**values))
        await sign_out_everywhere(session, staff_id)


async def sign_in(ground: Ground, *, login: str, password: str) -> NewSession:
    """Open a session; raises SignInRefusedError.

    It takes the ground and not a session, because the password is verified with no transaction open: that
    takes as long as a hundred statements and would hold up every other writer.
    """
    async with ground.db.reading() as session:
        query = select(Staff).where(col(Staff.login) == normalise_login(login))
        staff = (await session.exec(query)).one_or_none()
    right = await verify_password(staff.password_hash if staff else None, password)
    if staff is None:
        raise SignInRefusedError
    fresh_hash = await hash_password(password) if right and needs_rehash(staff.password_hash) else None
    async with ground.db.transaction() as session:
        opened = await _decide(session, ground.clock.now(), cast("int", staff.id), right=right)
        if opened and fresh_hash:
            opened.staff.password_hash = fresh_hash
    # Raised after the transaction, or the count of failures would be rolled back with it.
    if opened is None:
        raise SignInRefusedError
    return opened


async def _decide(session: AsyncSession, now: datetime, staff_id: int, *, right: bool) -> NewSession | None:
    """Under the account's row lock: count a failure, or open a session; what was read before may be old."""
    query = select(Staff).where(col(Staff.id) == staff_id).with_for_update()
    staff = (await session.exec(query)).one()
    if staff.locked_until is not None and staff.locked_until > now:
        return None
    if not right or not staff.active:
        _count_failure(staff, now)
        return None
    staff.failed_logins = 0
    staff.locked_until = None
    await session.exec(delete(StaffSession).where(col(StaffSession.expires_at) <= now))
    return NewSession(token=open_session(session, now, staff_id), staff=staff)


def _count_failure(staff: Staff, now: datetime) -> None:
    staff.failed_logins += 1
    if staff.failed_logins >= WRONG_BEFORE_LOCK:
        staff.failed_logins = 0
        staff.locked_until = now + LOCKED_FOR


def open_session(session: AsyncSession, now: datetime, staff_id: int) -> str:
    """Open a session for somebody whose identity has been proven, and return its token."""
    token = secrets.token_urlsafe(32)
    session.add(
        StaffSession(
            token_hash=_hash_token(token),
            staff_id=staff_id,
            csrf=secrets.token_urlsafe(32),
            created_at=now,
            expires_at=now + SESSION_LIFE,
            seen_at=now,
        )
    )
    return token


async def recognise(ground: Ground, token: str) -> SignedIn | None:
    """Who holds this token, if the session lives and the account is active; the session lives on."""
    now = ground.clock.now()
    token_hash = _hash_token(token)
    async with ground.db.reading() as session:
        found = (await session.execute(_HOLDER, {"token_hash": token_hash, "now": now})).one_or_none()
    if found is None:
        return None
    if now - found.seen_at >= PROLONG_EVERY:
        await _prolong(ground, now, token_hash)
    return SignedIn(
        id=found.id,
        login=found.login,
        name=found.name,
        role=Role(found.role),
        locale=found.locale,
        csrf=found.csrf,
        token=token,
    )


async def _prolong(ground: Ground, now: datetime, token_hash: str) -> None:
    async with ground.db.transaction() as session:
        mine = update(StaffSession).where(col(StaffSession.token_hash) == token_hash)
        await session.exec(mine.values(seen_at=now, expires_at=now + SESSION_LIFE))


#: Asked with every request of every console, so it is built once, and of columns instead of models.
_HOLDER = (
    select_columns(
        col(Staff.id),
        col(Staff.login),
        col(Staff.name),
        col(Staff.role),
        col(Staff.locale),
        col(StaffSession.csrf),
        col(StaffSession.seen_at),
    )
    .join(StaffSession, col(StaffSession.staff_id) == col(Staff.id))
    .where(col(StaffSession.token_hash) == bindparam("token_hash"))
    .where(col(StaffSession.expires_at) > bindparam("now"), col(Staff.active))
)


async def sign_out(session: AsyncSession, staff: SignedIn) -> None:
    """End this session, here only."""
    await session.exec(delete(StaffSession).where(col(StaffSession.token_hash) == _hash_token(staff.token)))


async def choose_language(session: AsyncSession, staff: SignedIn, *, locale: Locale) -> None:
    """The language this person sees from now on, on every browser."""
    await session.exec(update(Staff).where(col(Staff.id) == staff.id).values(locale=locale))
