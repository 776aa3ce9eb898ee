"""Try an account out: the platform's own checks, and a message to somebody who has written lately."""

import secrets as chance
from typing import Annotated

from fastapi import Form
from starlette.responses import Response

from channels.accounts.service import get_account
from channels.console.endpoints.counter import CounterDep, RowId, channels_router
from channels.console.queries.accounts import late_writers
from channels.console.views.checks import checked_step
from channels.delivery import Recipient, queue
from channels.port import Outbound
from kit.access.identity import Role
from kit.errors import InvalidError
from kit.i18n import translate
from kit.outbox import Priority
from kit.text import clean_text
from kit.web.deps import WriteSession

router = channels_router(Role.ADMIN)
TEXT_MAX = 500


class WriterUnknownError(InvalidError):
    """Nobody of that address has written to the account lately."""

    code = "writer_unknown"


@router.post("/{account_id}/check")
async def check_account(desk: CounterDep, account_id: RowId) -> Response:
    """Step by step; what works again needs no longer wait."""
    context = desk.site.context
    context.accounts.forget()
    async with desk.ground.db.reading() as session:
        stored = await get_account(session, account_id)
    check = desk.site.platform(stored.channel).check
    steps = await check(context, await context.accounts.named(stored.channel, stored.name)) if check else []
    works = bool(steps) and all(step.ok for step in steps)
    if works:
        async with desk.ground.db.transaction() as session:
            await desk.reopen(session, stored)
    shown = [checked_step(step, stored.channel, desk.locale) for step in steps]
    return desk.page("channels/checked.html", steps=shown, works=works)


@router.post("/{account_id}/test")
async def send_test(
    desk: CounterDep,
    session: WriteSession,
    account_id: RowId,
    to: Annotated[str, Form(max_length=200)],
    text: Annotated[str, Form()] = "",
) -> Response:
    """Only to who has written lately: an administrator tries the account out, and writes to no strangers."""
    account = await get_account(session, account_id)
    if to not in {writer.address for writer in await late_writers(session, account)}:
        raise WriterUnknownError
    said = clean_text(text)[:TEXT_MAX] or translate("channels.test.text", desk.locale)
    recipient = Recipient(channel=account.channel, account=account.name, address=to)
    message = Outbound(text=said, author="staff", author_name=desk.staff.name)
    key = f"test:{chance.token_hex(8)}"
    await queue(session, desk.now, key=key, to=recipient, message=message, priority=Priority.PERSON)
    state = "channels.test.paused" if account.paused else "channels.test.queued"
    return desk.flash(translate(state, desk.locale))
