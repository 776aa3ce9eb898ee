"""Try a mailbox out: does it open, will it tell of new mail, can it send, and who vouches for senders."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from channels.accounts.book import Account
from channels.context import ChannelContext
from channels.email.cursors import trouble_of
from channels.email.mailbox import Login, Mailbox, MailboxError
from channels.email.mime.parsing import parse
from channels.email.settings import CHANNEL
from channels.email.smtp import try_sign_in
from channels.errors import DeliveryError
from channels.platform import Checked

#: So many of the newest mails are asked who verified their senders, and none that is older.
NEWEST = 10
NEWEST_DAYS = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class Looked:
    """What one visit to the mailbox has shown; ``servers`` are those that verified senders, as they call themselves."""

    idles: bool
    asks_who: bool
    servers: tuple[str, ...]


async def check(context: ChannelContext, account: Account) -> list[Checked]:
    """Changes nothing, in the mailbox neither."""
    return [step async for step in _steps(context, account)]


async def _steps(context: ChannelContext, account: Account) -> AsyncIterator[Checked]:
    if account.settings.get("receive") == "smtp":
        yield _door(context)
    else:
        async for step in _mailbox(context, account):
            yield step
    yield await _sending(account)


async def _mailbox(context: ChannelContext, account: Account) -> AsyncIterator[Checked]:
    since = (context.ground.clock.now() - NEWEST_DAYS).date()
    try:
        looked = await asyncio.to_thread(_look, Login.of(account), since)
    except MailboxError as error:
        if error.step in {"folder", "read"}:
            yield _good("sign_in")
        yield _bad(error.step, error.said)
        return
    yield _good("sign_in")
    yield _good("folder", folder=Login.of(account).folder)
    if looked.asks_who:
        yield _good("id")
    yield _good("idle") if looked.idles else Checked(step="idle", ok=True, text=f"{_TEXTS}.idle.poll")
    async with context.ground.db.reading() as session:
        trouble = await trouble_of(session, account=account.name)
    if trouble:
        yield _bad("reading", trouble)
    yield _authserv(str(account.settings.get("authserv_id", "")), looked.servers)


def _look(login: Login, since: Any) -> Looked:
    box = Mailbox(login)
    try:
        box.open()
        newest = box.since(since)[-NEWEST:]
        servers = _servers(box.heads(newest).values())
        return Looked(idles=box.idles, asks_who=box.asks_who, servers=servers)
    finally:
        box.close()


def _servers(heads: Iterable[bytes]) -> tuple[str, ...]:
    """Who wrote the first verdict of each mail, which is the last server's on its way; the most frequent first."""
    counted: Counter[str] = Counter()
    for head in heads:
        name = parse(head).header("authentication-results").partition(";")[0].split()
        counted.update(name[:1])
    return tuple(name for name, _ in counted.most_common())


def _authserv(entered: str, found: tuple[str, ...]) -> Checked:
    if not found:
        return Checked(step="authserv", ok=False, text=f"{_TEXTS}.authserv.none")
    if entered.lower() in {name.lower() for name in found}:
        return _good("authserv", found=entered)
    return Checked(step="authserv", ok=False, text=f"{_TEXTS}.authserv.bad", values={"found": found[0]})


def _door(context: ChannelContext) -> Checked:
    listen = context.ground.settings.smtp_listen
    return _good("door", listen=listen) if listen else _bad("door", "")


async def _sending(account: Account) -> Checked:
    try:
        await try_sign_in(account)
    except DeliveryError as error:
        return _bad("smtp", error.text)
    return _good("smtp")


def _good(step: str, **values: Any) -> Checked:
    return Checked(step=step, ok=True, text=f"{_TEXTS}.{step}.ok", values=values)


def _bad(step: str, said: str) -> Checked:
    return Checked(step=step, ok=False, text=f"{_TEXTS}.{step}.bad", said=said)


_TEXTS = f"channels.{CHANNEL}.check"
