"""Try an account out: its keys, the way in, the way out, and what the account may do."""

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import httpx

from channels.accounts.book import Account
from channels.context import ChannelContext
from channels.errors import DeliveryError
from channels.platform import Checked
from channels.tencent.signatures import signature
from channels.wechat.api import WeChatApi
from channels.wechat.credentials import Credentials
from channels.wechat.error_codes import PlatformRefusedError
from channels.wechat.opening import Front
from channels.wechat.settings import Mode

CALLBACK = "/hooks/wechat/{hook}"
#: The platform calls these and no others.
PORTS = {"http": 80, "https": 443}
_ECHO = "yingpiao"
_ECHO_WAIT_S = 5.0
#: The caller's address is not on the account's IP white list.
_NOT_LISTED = "40164"
#: The account may not use the interface.
_NOT_ALLOWED = "48001"


async def check(context: ChannelContext, account: Account) -> list[Checked]:
    """What is found, in the order in which an administrator puts it right."""
    return [step async for step in _steps(context, account)]


async def _steps(context: ChannelContext, account: Account) -> AsyncIterator[Checked]:
    try:
        front = Front.of(account)
    except ValueError:
        yield _bad("keys")
        return
    yield _keys(front)
    yield await _address(context, account, front)
    api = WeChatApi(context)
    try:
        async for step in _outward(api, Credentials.of(account)):
            yield step
    finally:
        await api.close()


def _keys(front: Front) -> Checked:
    """Encrypted pushes need a key; pushes in the clear can be read and altered by whoever carries them."""
    if front.settings.mode is Mode.PLAIN:
        return _good("mode")
    return _good("keys") if front.cipher else _bad("keys")


async def _address(context: ChannelContext, account: Account, front: Front) -> Checked:
    """The address is one the platform calls, and answers its question when we ask it as the platform would."""
    address = context.ground.settings.base_url.rstrip("/") + CALLBACK.format(hook=account.hook)
    if not _callable(address):
        return _bad("address", address)
    stamp, nonce = str(int(context.ground.clock.now().timestamp())), account.hook
    signed = signature(front.secrets.token, stamp, nonce)
    query = {"signature": signed, "timestamp": stamp, "nonce": nonce, "echostr": _ECHO}
    try:
        async with context.http(timeout_s=_ECHO_WAIT_S) as client:
            response = await client.get(address, params=query)
    except httpx.HTTPError as error:
        return _bad("echo", str(error) or type(error).__name__)
    if response.text != _ECHO:
        return _bad("echo", f"HTTP {response.status_code}")
    return _good("address", address=address)


def _callable(address: str) -> bool:
    try:
        parts = urlsplit(address)
        port = parts.port or PORTS.get(parts.scheme)
    except ValueError:
        return False
    return bool(parts.hostname) and port is not None and PORTS.get(parts.scheme) == port


async def _outward(api: WeChatApi, credentials: Credentials) -> AsyncIterator[Checked]:
    # What was wrong a moment ago may have been put right since: that is why somebody looks.
    await api.tokens.try_again(credentials)
    try:
        await api.callback_addresses(credentials)
    except (PlatformRefusedError, DeliveryError) as error:
        code, said = _words(error)
        yield _bad("whitelist" if code == _NOT_LISTED else "secret", said)
        return
    yield _good("secret")
    if not credentials.verified:
        yield _good("passive")
        return
    try:
        await api.service_accounts(credentials)
    except (PlatformRefusedError, DeliveryError) as error:
        code, said = _words(error)
        yield _bad("permission" if code == _NOT_ALLOWED else "service", said)
        return
    yield _good("permission")


def _words(error: PlatformRefusedError | DeliveryError) -> tuple[str, str]:
    """The platform's code, and its words with it."""
    code = str(error.number) if isinstance(error, PlatformRefusedError) else error.code
    return code, f"{code} {error.text}"


def _good(step: str, **values: str) -> Checked:
    return Checked(step=step, ok=True, text=f"{_TEXTS}.{step}.ok", values=values)


def _bad(step: str, said: str = "") -> Checked:
    return Checked(step=step, ok=False, text=f"{_TEXTS}.{step}.bad", said=said)


_TEXTS = "channels.wechat.check"
