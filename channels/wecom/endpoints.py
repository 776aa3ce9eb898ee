"""What the platform calls: to try the address out, and to say that there is news. The news itself is pulled."""

from fastapi import APIRouter, Request
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse

from channels.accounts.book import Account
from channels.context import ChannelContext
from channels.deps import ContextDep
from channels.errors import AccountClosedError
from channels.tencent.cipher import CipherRefusedError
from channels.tencent.signatures import signed_by
from channels.unparsed import keep_unparsed
from channels.wecom.callback import MAX_BYTES, NEWS, Callback, encrypted_part, read_callback
from channels.wecom.cursors import note_callback, note_verified, queue_pull
from channels.wecom.settings import CHANNEL, cipher_of, secrets_of
from kit.log import log

router = APIRouter(prefix=f"/hooks/{CHANNEL}", tags=[CHANNEL])

_DONE = "success"


@router.get("/{hook}")
async def verify(hook: str, request: Request, context: ContextDep) -> PlainTextResponse:
    """The answer is the decrypted text alone: no quotes, no line end."""
    account = await context.accounts.by_hook(CHANNEL, hook)
    echo = request.query_params.get("echostr", "")
    text = _opened(account, request, echo)
    if account is None or text is None:
        return _refused()
    async with context.ground.db.transaction() as session:
        await note_verified(session, context.ground.clock.now(), account.name)
    return PlainTextResponse(text)


@router.post("/{hook}")
async def receive(hook: str, request: Request, context: ContextDep) -> PlainTextResponse:
    """Answered at once; whatever is wrong with a callback of the platform is kept for staff, and answered too."""
    account = await context.accounts.by_hook(CHANNEL, hook)
    try:
        body = await _body(request)
    except ClientDisconnect:
        return _refused()
    if body is None:
        return PlainTextResponse("", status_code=413)
    text = _opened(account, request, encrypted_part(body) or "")
    if account is None or text is None:
        return _refused()
    await _take(context, account, text)
    return PlainTextResponse(_DONE)


async def _take(context: ChannelContext, account: Account, text: str) -> None:
    now, callback = context.ground.clock.now(), read_callback(text)
    async with context.ground.db.transaction() as session:
        if callback is None or callback.event != NEWS:
            reason = f"event {callback.event}" if callback else "no event"
            await keep_unparsed(session, now, channel=CHANNEL, account=account.name, body=text.encode(), reason=reason)
            return
        name = await _whose(context, account, callback)
        await note_callback(session, now, name, callback.token)
        await queue_pull(session, now, name, urgent=True)


async def _whose(context: ChannelContext, account: Account, callback: Callback) -> str:
    """One address serves every 客服账号 of an application: the callback itself says which has news."""
    corp_id = account.settings.get("corp_id")
    for other in await context.accounts.all():
        named = other.channel == CHANNEL and other.name == callback.open_kfid
        if named and other.settings.get("corp_id") == corp_id:
            return other.name
    return account.name


def _opened(account: Account | None, request: Request, encrypted: str) -> str | None:
    """The text inside, when signature and cipher are the account's; else None, whatever is wrong."""
    if account is None or not encrypted:
        return None
    given = request.query_params
    signed = (given.get("timestamp", ""), given.get("nonce", ""), encrypted)
    try:
        if not signed_by(secrets_of(account).token, given.get("msg_signature", ""), *signed):
            return None
        return cipher_of(account).decrypt(encrypted)
    except CipherRefusedError:
        return None
    except AccountClosedError as unfit:
        log.error("account unfit for callbacks", account=account.name, fields=unfit.text)
        return None


async def _body(request: Request) -> bytes | None:
    """The body, or None as soon as it is too much."""
    taken = bytearray()
    async for chunk in request.stream():
        taken += chunk
        if len(taken) > MAX_BYTES:
            return None
    return bytes(taken)


def _refused() -> PlainTextResponse:
    return PlainTextResponse("", status_code=403)
