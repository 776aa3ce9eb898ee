"""Try a telephone system out: what to enter there, and whether it has told us of a call yet."""

from datetime import datetime
from urllib.parse import urlsplit

from sqlmodel import col, func, select

from channels.accounts.book import Account
from channels.context import ChannelContext
from channels.phone.lines import CHANNEL, logins_of
from channels.phone.models import PhoneCall
from channels.platform import Checked
from kit.access.models import Staff
from kit.db import AsyncSession

CALLBACK = "/hooks/phone/{hook}"
_TEXTS = f"channels.{CHANNEL}.check"


async def check(context: ChannelContext, account: Account) -> list[Checked]:
    """The secret is shown only until the first call has come in with it."""
    async with context.ground.db.reading() as session:
        last = await _last_call(session, account.name)
        strangers = await _strangers(session, account)
    address = context.ground.settings.base_url.rstrip("/") + CALLBACK.format(hook=account.hook)
    works = urlsplit(address).scheme in {"http", "https"}
    steps = [Checked(step="address", ok=works, text=f"{_TEXTS}.address", values={"address": address})]
    if last is None:
        secret = account.secrets.get("secret", "")
        steps.append(Checked(step="secret", ok=False, text=f"{_TEXTS}.secret", values={"secret": secret}))
    else:
        steps.append(Checked(step="calls", ok=True, text=f"{_TEXTS}.calls"))
    if strangers:
        said = ", ".join(strangers)
        steps.append(Checked(step="extensions", ok=False, text=f"{_TEXTS}.extensions.bad", said=said))
    else:
        steps.append(Checked(step="extensions", ok=True, text=f"{_TEXTS}.extensions.ok"))
    return steps


async def _last_call(session: AsyncSession, account: str) -> datetime | None:
    last = select(func.max(col(PhoneCall.first_at))).where(PhoneCall.account == account)
    found: datetime | None = (await session.exec(last)).one()
    return found


async def _strangers(session: AsyncSession, account: Account) -> list[str]:
    """Names in the list of extensions with which nobody can sign in."""
    logins = set(logins_of(account.settings).values())
    known = select(Staff.login).where(col(Staff.login).in_(logins), col(Staff.active))
    return sorted(logins - set((await session.exec(known)).all()))
