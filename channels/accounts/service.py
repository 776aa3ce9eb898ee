"""Add, change, pause and remove accounts."""

import secrets as chance
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlmodel import select

from channels.accounts.models import ChannelAccount
from channels.errors import UnknownAccountError
from kit.db import AsyncSession, hint
from kit.errors import ConflictError
from kit.secretbox import SecretBox

#: Published when any account was added, changed or removed.
ACCOUNTS_CHANGED = "accounts"


class AccountExistsError(ConflictError):
    """The platform's account ``name`` is entered already."""

    code = "account_exists"


async def add_account(
    session: AsyncSession,
    now: datetime,
    box: SecretBox,
    *,
    channel: str,
    name: str,
    label: str,
    settings: Mapping[str, Any],
    secrets: Mapping[str, str],
) -> ChannelAccount:
    """Enter an account; raises AccountExistsError. Its hook is made here and never changes."""
    known = select(ChannelAccount).where(ChannelAccount.channel == channel, ChannelAccount.name == name)
    if (await session.exec(known)).first() is not None:
        raise AccountExistsError(name=name)
    account = ChannelAccount(
        channel=channel,
        name=name,
        label=label,
        hook=chance.token_urlsafe(18),
        settings=dict(settings),
        secrets=box.seal(secrets),
        created_at=now,
        updated_at=now,
    )
    session.add(account)
    await session.flush()
    hint(session, ACCOUNTS_CHANGED)
    return account


async def get_account(session: AsyncSession, account_id: int) -> ChannelAccount:
    """The account; raises UnknownAccountError."""
    account = (await session.exec(select(ChannelAccount).where(ChannelAccount.id == account_id))).first()
    if account is None:
        raise UnknownAccountError(name=str(account_id))
    return account


async def change_account(
    session: AsyncSession,
    now: datetime,
    box: SecretBox,
    account: ChannelAccount,
    *,
    label: str,
    settings: Mapping[str, Any],
    secrets: Mapping[str, str],
    dropped: Collection[str] = (),
) -> None:
    """Replace what is given; a secret left empty keeps its old value, unless it is ``dropped``."""
    kept = {name: value for name, value in box.open(account.secrets).items() if name not in dropped}
    account.label = label
    account.settings = dict(settings)
    account.secrets = box.seal({**kept, **{name: value for name, value in secrets.items() if value}})
    account.updated_at = now
    session.add(account)
    hint(session, ACCOUNTS_CHANGED)


async def pause_account(session: AsyncSession, now: datetime, account: ChannelAccount, *, paused: bool) -> None:
    """While paused nothing goes out: it is queued. What comes in is taken all the same."""
    account.paused = paused
    account.updated_at = now
    session.add(account)
    hint(session, ACCOUNTS_CHANGED)
