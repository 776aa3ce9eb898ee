"""The webhook: verify, store, answer. Whatever Telegram sends with the right secret is answered with success."""

import hmac

from fastapi import APIRouter, Request, Response
from sqlalchemy.exc import SQLAlchemyError

from channels.context import ChannelContext
from channels.deps import ContextDep
from channels.telegram.arriving import take
from channels.telegram.schema import UnreadableError, Update, read_update
from channels.telegram.settings import CHANNEL
from channels.unparsed import keep_unparsed
from kit.log import log

router = APIRouter(prefix="/hooks/telegram", tags=["telegram"])

SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 - the name of a header, no secret.
#: A message of 4096 characters with its markup, and the one it answers, come to some 100 kB at worst; the usual
#: 64 kB of our other callbacks could cut a real one off.
BODY_MAX = 256 * 1024


@router.post("/{hook}")
async def take_push(request: Request, context: ContextDep, hook: str) -> Response:
    """One update; nothing of it is read before the secret is right."""
    account = await context.accounts.by_hook(CHANNEL, hook)
    secret = account.secrets.get("secret_token", "") if account else ""
    shown = request.headers.get(SECRET_HEADER, "")
    if not hmac.compare_digest(shown.encode(), secret.encode()) or account is None or not secret:
        return Response(status_code=403)
    body, whole = await _read(request)
    await _store(context, account.name, body, whole=whole)
    return Response(status_code=200)


async def _read(request: Request) -> tuple[bytes, bool]:
    """The body, or the beginning of one that is too long; it is drained either way, so that the answer is read."""
    read = bytearray()
    size = 0
    async for piece in request.stream():
        size += len(piece)
        read += piece[: BODY_MAX - len(read)]
    return bytes(read), size <= BODY_MAX


async def _store(context: ChannelContext, account: str, body: bytes, *, whole: bool) -> None:
    ground = context.ground
    now = ground.clock.now()
    try:
        update = read_update(body) if whole else _too_long()
    except UnreadableError as unreadable:
        # Refused, it would be sent again and again, and keep back what comes after it.
        await _keep(context, account, body, str(unreadable))
        return
    try:
        async with ground.db.transaction() as session:
            await take(session, now, update, account=account, body=body, settle_s=ground.settings.burst_window_s)
    except SQLAlchemyError:
        # Nothing is stored, and Telegram keeps it for us.
        raise
    except Exception as error:  # noqa: BLE001 - a fault of ours: staff see the message, and the next ones come in.
        log.exception("update not understood", account=account)
        await _keep(context, account, body, repr(error))


async def _keep(context: ChannelContext, account: str, body: bytes, reason: str) -> None:
    ground = context.ground
    async with ground.db.transaction() as session:
        await keep_unparsed(session, ground.clock.now(), channel=CHANNEL, account=account, body=body, reason=reason)


def _too_long() -> Update:
    msg = f"more than {BODY_MAX} bytes"
    raise UnreadableError(msg)
