"""Try an account out: its settings, and the way in. The way out cannot be tried without writing to somebody."""

import httpx

from channels.accounts.book import Account
from channels.context import ChannelContext
from channels.errors import AccountClosedError
from channels.platform import Checked
from channels.tencent.signatures import signature
from channels.weibo.endpoints import CALLBACK
from channels.weibo.settings import secrets_of, settings_of

_ECHO, _ECHO_WAIT_S = "yingpiao", 5.0


async def check(context: ChannelContext, account: Account) -> list[Checked]:
    """What is found, in the order in which an administrator puts it right."""
    try:
        settings_of(account)
        secret = secrets_of(account).app_secret
    except AccountClosedError as unfit:
        return [Checked(step="settings", ok=False, text="channels.weibo.check.settings.bad", said=unfit.text)]
    return [
        Checked(step="settings", ok=True, text="channels.weibo.check.settings.ok"),
        await _address(context, account, secret),
    ]


async def _address(context: ChannelContext, account: Account, secret: str) -> Checked:
    """Our own address answers when asked as the platform would ask."""
    address = context.ground.settings.base_url.rstrip("/") + CALLBACK.format(hook=account.hook)
    stamp = str(int(context.ground.clock.now().timestamp() * 1000))
    query = {
        "signature": signature(secret, stamp, account.hook),
        "timestamp": stamp,
        "nonce": account.hook,
        "echostr": _ECHO,
    }
    try:
        async with context.http(timeout_s=_ECHO_WAIT_S) as client:
            response = await client.get(address, params=query)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return Checked(step="echo", ok=False, text="channels.weibo.check.echo.bad", said=str(error))
    if response.text != _ECHO:
        said = f"HTTP {response.status_code}"
        return Checked(step="echo", ok=False, text="channels.weibo.check.echo.bad", said=said)
    return Checked(step="echo", ok=True, text="channels.weibo.check.echo.ok", values={"address": address})
