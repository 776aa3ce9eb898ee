"""The two ways to get updates: a webhook that is called, or getUpdates that waits. Never both."""

import asyncio
import contextlib
import re
from typing import Any
from urllib.parse import urlsplit

from channels.simulator.telegram.bots import Bot, Webhook
from channels.simulator.telegram.refusals import Refusal, bad_request
from channels.simulator.telegram.requests import Asked
from channels.simulator.telegram.state import TelegramPlatform

_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_PORTS = {None, 443, 80, 88, 8443}
_CONNECTIONS_MAX = 100
_LIMIT_MAX = 100
_WAIT_MAX = 50
_USE_DELETE = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete it first"
_OTHER_POLL = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"


async def set_webhook(platform: TelegramPlatform, asked: Asked) -> bool:
    """SetWebhook; what is pending is pushed at once."""
    bot, url, secret = asked.bot, asked.text("url"), asked.text("secret_token")
    if not url:
        return await delete_webhook(platform, asked)
    if platform.demands_https:
        _check_url(url)
    if secret and not _SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters", forbidden=True)
    connections = asked.number("max_connections", 40)
    if not 1 <= connections <= _CONNECTIONS_MAX:
        raise bad_request("max_connections must be between 1 and 100", forbidden=True)
    _drop_if_asked(asked)
    bot.webhook = Webhook(url, secret, connections)
    bot.allow(asked.parsed("allowed_updates"))
    bot.wake()
    await platform.pusher.round(bot)
    return True


async def delete_webhook(platform: TelegramPlatform, asked: Asked) -> bool:  # noqa: ARG001 - as all methods.
    """DeleteWebhook; without one it is a success too."""
    _drop_if_asked(asked)
    asked.bot.webhook = None
    return True


def webhook_info(platform: TelegramPlatform, asked: Asked) -> dict[str, Any]:
    """GetWebhookInfo."""
    bot = asked.bot
    waiting = len(bot.waiting(platform.clock.now()))
    info: dict[str, Any] = {
        "url": bot.webhook.url if bot.webhook else "",
        "has_custom_certificate": False,
        "pending_update_count": waiting,
    }
    if bot.webhook is not None:
        info["max_connections"] = bot.webhook.max_connections
        if bot.webhook.last_error_at is not None:
            info["last_error_date"] = int(bot.webhook.last_error_at.timestamp())
            info["last_error_message"] = bot.webhook.last_error
    if bot.allowed:
        info["allowed_updates"] = list(bot.allowed)
    return info


async def get_updates(platform: TelegramPlatform, asked: Asked) -> list[dict[str, Any]]:
    """GetUpdates: waits for something to come, and gives way to a newer one."""
    bot = asked.bot
    if bot.webhook is not None:
        raise Refusal(409, _USE_DELETE, forbidden=True)
    me = object()
    bot.poll = me
    bot.wake()
    bot.allow(asked.parsed("allowed_updates"))
    if asked.text("offset"):
        bot.confirm(asked.number("offset"))
    try:
        await _wait(platform, asked, me)
        if bot.webhook is not None:
            raise Refusal(409, "Conflict: terminated by setWebhook request")
        if bot.poll not in {me, None}:
            heard = not await asked.request.is_disconnected()
            raise Refusal(409, _OTHER_POLL, forbidden=heard)
    finally:
        bot.poll = None if bot.poll is me else bot.poll
    limit = min(max(asked.number("limit", _LIMIT_MAX), 1), _LIMIT_MAX)
    return [update.body for update in bot.waiting(platform.clock.now())[:limit]]


async def _wait(platform: TelegramPlatform, asked: Asked, me: object) -> None:
    bot, seconds = asked.bot, min(asked.number("timeout"), _WAIT_MAX)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while _idle(platform, bot, me):
                await bot.arrived.wait()


def _idle(platform: TelegramPlatform, bot: Bot, me: object) -> bool:
    return bot.poll is me and bot.webhook is None and not bot.waiting(platform.clock.now())


def _drop_if_asked(asked: Asked) -> None:
    if asked.text("drop_pending_updates").lower() in {"true", "1"}:
        asked.bot.pending.clear()


def _check_url(url: str) -> None:
    address = urlsplit(url)
    if address.scheme != "https":
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook", forbidden=True)
    if address.port not in _PORTS:
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443", forbidden=True)
