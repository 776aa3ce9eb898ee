"""Where a telephone system tells of calls: verify, write down, answer."""

from fastapi import APIRouter, Request, Response
from sqlalchemy.exc import SQLAlchemyError

from channels.context import ChannelContext
from channels.deps import ContextDep
from channels.phone.calls import record
from channels.phone.lines import CHANNEL
from channels.phone.signatures import HEADER, is_signed
from channels.phone.translate import UnreadableError, read_event
from channels.unparsed import keep_unparsed
from kit.log import log

router = APIRouter(prefix="/hooks/phone", tags=["phone"])

#: An event has a dozen short fields.
BODY_MAX = 64 * 1024


@router.post("/{hook}")
async def take_push(request: Request, context: ContextDep, hook: str) -> Response:
    """One event of a call; nothing of it is read before its signature is right."""
    account = await context.accounts.by_hook(CHANNEL, hook)
    body = await _read(request)
    if body is None:
        return Response(status_code=413)
    secret = account.secrets.get("secret", "") if account else ""
    signed = is_signed(request.headers.get(HEADER, ""), secret, body, now=context.ground.clock.now())
    if account is None or not signed:
        return Response(status_code=403)
    await _store(context, account.name, body)
    return Response(status_code=200)


async def _read(request: Request) -> bytes | None:
    """The body, drained either way so that the answer is read; None when it is too long."""
    read = bytearray()
    size = 0
    async for piece in request.stream():
        size += len(piece)
        read += piece[: BODY_MAX - len(read)]
    return bytes(read) if size <= BODY_MAX else None


async def _store(context: ChannelContext, account: str, body: bytes) -> None:
    try:
        event = read_event(body)
        async with context.ground.db.transaction() as session:
            await record(session, context.ground.clock.now(), account, event)
    except SQLAlchemyError:
        # Nothing is stored, and the telephone system may try again.
        raise
    except UnreadableError as unreadable:
        await _keep(context, account, body, str(unreadable))
    except Exception as error:  # noqa: BLE001 - a fault of ours: staff see the event, and the next ones come in.
        log.exception("call event not understood", account=account)
        await _keep(context, account, body, repr(error))


async def _keep(context: ChannelContext, account: str, body: bytes, reason: str) -> None:
    ground = context.ground
    async with ground.db.transaction() as session:
        await keep_unparsed(session, ground.clock.now(), channel=CHANNEL, account=account, body=body, reason=reason)
