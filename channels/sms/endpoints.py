"""What a provider calls: one secret address for reports and replies. No provider signs these calls."""

from fastapi import APIRouter, Request
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response

from channels.accounts.book import Account
from channels.context import ChannelContext
from channels.deps import ContextDep
from channels.errors import AccountClosedError
from channels.sms.pushes import Entry, Reply, Report, Unread, read_push
from channels.sms.replies import account_written_by, take_reply
from channels.sms.reports import take_report
from channels.sms.settings import CHANNEL, SmsSettings, settings_of
from channels.sms.templates import Provider
from channels.unparsed import keep_unparsed
from kit.db import AsyncSession
from kit.log import log

CALLBACK = f"/hooks/{CHANNEL}/{{hook}}"
router = APIRouter(prefix=f"/hooks/{CHANNEL}", tags=[CHANNEL])
MAX_BYTES = 2 * 1024 * 1024

_DONE = {Provider.ALIYUN: {"code": 0, "msg": "成功"}, Provider.TENCENT: {"result": 0, "errmsg": "OK"}}


@router.post("/{hook}")
async def receive(hook: str, request: Request, context: ContextDep) -> Response:
    """Answered as soon as everything is stored; what cannot be read is kept for staff, and answered too."""
    account = await context.accounts.by_hook(CHANNEL, hook)
    if account is None:
        return Response(status_code=403)
    try:
        settings = settings_of(account)
        if not settings.may_call(request.client.host if request.client else ""):
            return Response(status_code=403)
        body = await _body(request)
    except (AccountClosedError, ClientDisconnect):
        # Told again when the account is put right.
        return Response(status_code=503)
    if body is None:
        return Response(status_code=413)
    await _take(context, account, settings, body)
    return JSONResponse(_DONE[settings.provider])


async def _take(context: ChannelContext, account: Account, settings: SmsSettings, body: bytes) -> None:
    siblings = await _siblings(context, account, settings)
    entries = read_push(body, settings.provider)
    async with context.ground.db.transaction() as session:
        for entry in entries:
            await _take_one(context, session, account, siblings, entry)


async def _take_one(
    context: ChannelContext, session: AsyncSession, account: Account, siblings: dict[str, str], entry: Entry
) -> None:
    now = context.ground.clock.now()
    match entry:
        case Report():
            await take_report(session, now, account=account.name, siblings=list(siblings), report=entry)
        case Reply():
            name = _signer(siblings, entry) or await account_written_by(session, now, list(siblings), entry.address)
            window = context.ground.settings.burst_window_s
            await take_reply(session, now, account=name or account.name, reply=entry, settle_s=window)
        case Unread():
            body, reason = entry.body, entry.reason
            await keep_unparsed(session, now, channel=CHANNEL, account=account.name, body=body, reason=reason)


def _signer(siblings: dict[str, str], reply: Reply) -> str | None:
    """The account whose signature the person has answered, where the provider tells it."""
    return next((name for name, sign in siblings.items() if sign == reply.sign), None)


async def _siblings(context: ChannelContext, account: Account, settings: SmsSettings) -> dict[str, str]:
    """One address serves all signatures of a customer of the provider's: each account and its signature."""
    found = {account.name: settings.sign_name}
    for other in await context.accounts.all():
        if other.channel != CHANNEL or other.name == account.name:
            continue
        try:
            theirs = settings_of(other)
        except AccountClosedError as unfit:
            log.error("account unfit", account=other.name, fields=unfit.text)
            continue
        if _same_customer(settings, theirs):
            found[other.name] = theirs.sign_name
    return found


def _same_customer(ours: SmsSettings, theirs: SmsSettings) -> bool:
    """Aliyun calls back by customer, Tencent by application."""
    if ours.provider is not theirs.provider:
        return False
    same_app = bool(ours.sdk_app_id) and ours.sdk_app_id == theirs.sdk_app_id
    return same_app or ours.access_key_id == theirs.access_key_id


async def _body(request: Request) -> bytes | None:
    """The body, or None as soon as it is too much."""
    taken = bytearray()
    async for chunk in request.stream():
        taken += chunk
        if len(taken) > MAX_BYTES:
            return None
    return bytes(taken)
