"""Try a bot out: who it is, how its messages reach us, and what Telegram complains about."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from channels.accounts.book import Account
from channels.context import ChannelContext
from channels.errors import DeliveryError
from channels.platform import Checked
from channels.telegram.client import Api, Bots
from channels.telegram.repository import trouble_of
from channels.telegram.settings import CHANNEL
from kit.i18n import LOCALES, translate

CALLBACK = "/hooks/telegram/{hook}"
#: Telegram calls no other ports, and nothing without TLS.
PORTS = (443, 80, 88, 8443)
_COMMANDS = ("start", "status", "human", "lang", "link")


async def check(context: ChannelContext, account: Account) -> list[Checked]:
    """Also sets up what can be set up: the webhook (or its absence) and the menu of commands."""
    return [step async for step in _steps(context, account)]


async def _steps(context: ChannelContext, account: Account) -> AsyncIterator[Checked]:
    api = Bots(context).of(account)
    try:
        me = await api.me()
    except DeliveryError as error:
        yield _bad("token", error.text)
        return
    if str(me.get("id")) != account.name:
        yield _bad("token", f"@{me.get('username', '')}")
        return
    yield _good("token", name=me.get("first_name", ""), username=me.get("username", ""))
    way = _by_polling if account.settings.get("mode") == "polling" else _by_webhook
    async for step in way(context, account, api):
        yield step
    yield await _commands(api)
    yield _groups(me)


async def _by_webhook(context: ChannelContext, account: Account, api: Api) -> AsyncIterator[Checked]:
    address = context.ground.settings.base_url.rstrip("/") + CALLBACK.format(hook=account.hook)
    if not _callable(address):
        yield _bad("address", address)
        return
    yield _good("address", address=address)
    try:
        await api.set_webhook(address, account.secrets["secret_token"])
        known = await api.webhook()
    except DeliveryError as error:
        yield _bad("webhook", error.text)
        return
    if known.get("url") != address:
        yield _bad("webhook", str(known.get("url", "")))
        return
    yield _good("webhook", waiting=known.get("pending_update_count", 0))
    yield _arrivals(context, known)


def _callable(address: str) -> bool:
    """Telegram would call it: https, on a port of its list."""
    try:
        parts = urlsplit(address)
        port = parts.port or 443
    except ValueError:
        return False
    return parts.scheme == "https" and port in PORTS


def _arrivals(context: ChannelContext, known: dict[str, Any]) -> Checked:
    """What went wrong lately when Telegram called us; a failure of long ago is over."""
    words, seconds = known.get("last_error_message"), known.get("last_error_date")
    if not words or not isinstance(seconds, int):
        return _good("arrivals")
    age = context.ground.clock.now() - datetime.fromtimestamp(seconds, UTC)
    return _bad("arrivals", str(words)) if age.total_seconds() < _RECENT_S else _good("arrivals")


#: A failed call is worth a word for so long, in seconds.
_RECENT_S = 3600


async def _by_polling(context: ChannelContext, account: Account, api: Api) -> AsyncIterator[Checked]:
    try:
        await api.delete_webhook()
    except DeliveryError as error:
        yield _bad("polling", error.text)
        return
    async with context.ground.db.reading() as session:
        trouble = await trouble_of(session, account=account.name)
    yield _bad("polling", trouble) if trouble else _good("polling")


async def _commands(api: Api) -> Checked:
    try:
        for locale in LOCALES:
            texts = {name: translate(f"channels.telegram.command.{name}", locale) for name in _COMMANDS}
            # People whose language is neither get the first of ours.
            await api.set_commands(texts, language=None if locale == LOCALES[0] else locale)
    except DeliveryError as error:
        return _bad("commands", error.text)
    return _good("commands")


def _groups(me: dict[str, Any]) -> Checked:
    """With privacy mode a bot in a group hears only what is meant for it; ours has no business there at all."""
    if me.get("can_read_all_group_messages"):
        return _bad("groups", "can_read_all_group_messages")
    return _good("groups")


def _good(step: str, **values: Any) -> Checked:
    return Checked(step=step, ok=True, text=f"{_TEXTS}.{step}.ok", values=values)


def _bad(step: str, said: str) -> Checked:
    return Checked(step=step, ok=False, text=f"{_TEXTS}.{step}.bad", said=said)


_TEXTS = f"channels.{CHANNEL}.check"
