"""The address the platform calls: one request to prove that it is ours, then every push."""

from typing import cast

from fastapi import APIRouter, Request
from starlette.datastructures import State
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, Response

from channels.context import ChannelContext
from channels.deps import ContextDep
from channels.wechat.opening import Front, Push, PushUnreadableError, Query, RefusedError
from channels.wechat.receiving import Receiver
from channels.wechat.translate import CHANNEL
from channels.wechat.waiting import Waiting
from kit.log import log

router = APIRouter(prefix="/hooks/wechat", tags=["wechat"])

#: The platform's largest push, a text of 2048 bytes three times over in both forms, is a tenth of this.
BODY_MAX = 64 * 1024

_UNKNOWN = PlainTextResponse("unknown", 404)
_REFUSED = PlainTextResponse("refused", 403)
_TOO_LARGE = PlainTextResponse("too large", 413)


@router.get("/{hook}")
async def verify(hook: str, request: Request, context: ContextDep) -> Response:
    """Return the echo to the letter, when the platform asks with the right token."""
    front = await _front(context, hook)
    if front is None:
        return _UNKNOWN
    try:
        echo = front.verify(Query.of(request.query_params), context.ground.clock.now())
    except RefusedError as refused:
        return _refusal(front, refused)
    return PlainTextResponse(echo)


@router.post("/{hook}")
async def push(hook: str, request: Request, context: ContextDep) -> Response:
    """Take a push: once it is known to be the platform's, the answer is never a fault."""
    front = await _front(context, hook)
    if front is None:
        return _UNKNOWN
    body = await _read(request)
    if body is None:
        return _TOO_LARGE
    receiver = Receiver(context=context, waiting=waiting_of(request))
    try:
        opened: Push = front.open(Query.of(request.query_params), body, context.ground.clock.now())
    except RefusedError as refused:
        return _refusal(front, refused)
    except PushUnreadableError as unreadable:
        answer = await receiver.keep_unread(front, unreadable.body, unreadable.reason)
    else:
        answer = await receiver.receive(front, opened, body)
    return Response(answer.body.encode(), media_type=answer.media_type)


async def _front(context: ChannelContext, hook: str) -> Front | None:
    account = await context.accounts.by_hook(CHANNEL, hook)
    if account is None:
        return None
    try:
        return Front.of(account)
    except ValueError as error:
        # Not by the form: whoever wrote it into the database finds the reason here, without the values.
        log.error("account cannot be used", channel=CHANNEL, account=account.name, error=type(error).__name__)
        return None


def _refusal(front: Front, refused: RefusedError) -> Response:
    log.info("request refused", channel=CHANNEL, account=front.name, reason=str(refused))
    return _REFUSED


async def _read(request: Request) -> bytes | None:
    """The body; None as soon as it is larger than any push."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > BODY_MAX:
            return None
    return bytes(body)


def waiting_of(connection: HTTPConnection) -> Waiting:
    """The one of this process, made when it is first needed."""
    state: State = connection.app.state
    if not hasattr(state, "wechat_waiting"):
        state.wechat_waiting = Waiting()
    return cast("Waiting", state.wechat_waiting)
