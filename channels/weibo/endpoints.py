"""The address the platform calls: one request to prove that it is ours, then every push."""

from collections.abc import Mapping

from fastapi import APIRouter, Request
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse, Response

from channels import reach
from channels.accounts.book import Account
from channels.context import ChannelContext
from channels.deps import ContextDep
from channels.errors import AccountClosedError
from channels.port import Inbound, thread_of

# The rule of the signature is the same on both platforms; here the key is the application's secret.
from channels.tencent.signatures import signed_by
from channels.unparsed import keep_unparsed
from channels.weibo.reading import UnreadableError, read_push
from channels.weibo.settings import CHANNEL, secrets_of, settings_of
from channels.weibo.translate import Left, NotUnderstoodError, translate
from channels.weibo.windows import read_rules
from channels.windows import close_window
from kit.log import log

CALLBACK = f"/hooks/{CHANNEL}/{{hook}}"
router = APIRouter(prefix=f"/hooks/{CHANNEL}", tags=[CHANNEL])
BODY_MAX = 64 * 1024

_UNKNOWN = PlainTextResponse("unknown", 404)
_REFUSED = PlainTextResponse("refused", 403)
_TOO_LARGE = PlainTextResponse("too large", 413)
#: An empty answer says that nothing is to be passed on to the person, and that all is well.
_DONE = PlainTextResponse("")


@router.get("/{hook}")
async def verify(hook: str, request: Request, context: ContextDep) -> Response:
    """Return the echo to the letter, when the platform asks with the right signature."""
    account = await _account(context, hook)
    if account is None:
        return _UNKNOWN
    if not _signed(account, request.query_params):
        return _REFUSED
    # As text that nobody runs, whatever stands in it.
    echo = request.query_params.get("echostr", "").encode("utf8", "replace")
    return Response(echo, media_type="text/plain; charset=utf-8", headers={"X-Content-Type-Options": "nosniff"})


@router.post("/{hook}")
async def push(hook: str, request: Request, context: ContextDep) -> Response:
    """Take a push: once it is known to be the platform's, the answer is never a fault."""
    account = await _account(context, hook)
    if account is None:
        return _UNKNOWN
    if not _signed(account, request.query_params):
        return _REFUSED
    body = await _read(request)
    if body is None:
        return _TOO_LARGE
    try:
        understood = translate(read_push(body), uid=account.name, rules=read_rules(settings_of(account).windows))
    except (UnreadableError, NotUnderstoodError, AccountClosedError) as error:
        await _keep_unread(context, account, body, str(error))
        return _DONE
    if isinstance(understood, Inbound):
        await context.intake.accept(understood, settle_s=context.ground.settings.burst_window_s)
    elif isinstance(understood, Left):
        await _note_left(context, account, understood)
    return _DONE


async def _account(context: ChannelContext, hook: str) -> Account | None:
    """None for a stranger, and for everybody where the platform is not switched on."""
    return await context.accounts.by_hook(CHANNEL, hook) if context.ground.settings.weibo else None


def _signed(account: Account, query: Mapping[str, str]) -> bool:
    try:
        secret = secrets_of(account).app_secret
    except AccountClosedError as unfit:
        log.error("account cannot be used", channel=CHANNEL, account=account.name, fields=unfit.text)
        return False
    parts = query.get("timestamp", ""), query.get("nonce", "")
    return all(parts) and signed_by(secret, query.get("signature", ""), *parts)


async def _read(request: Request) -> bytes | None:
    """The body; None as soon as it is larger than any push, or its sender has hung up."""
    body = bytearray()
    try:
        async for piece in request.stream():
            body += piece
            if len(body) > BODY_MAX:
                return None
    except ClientDisconnect:
        return None
    return bytes(body)


async def _keep_unread(context: ChannelContext, account: Account, body: bytes, reason: str) -> None:
    ground = context.ground
    async with ground.db.transaction() as session:
        await keep_unparsed(
            session, ground.clock.now(), channel=CHANNEL, account=account.name, body=body, reason=reason
        )


async def _note_left(context: ChannelContext, account: Account, left: Left) -> None:
    thread = thread_of(CHANNEL, account.name, left.address)
    async with context.ground.db.transaction() as session:
        now = context.ground.clock.now()
        await reach.note_refused(session, now, thread, code="unfollow", text="the person has unfollowed")
        # What was allowed ends with it: whoever follows again begins anew.
        await close_window(session, thread)
