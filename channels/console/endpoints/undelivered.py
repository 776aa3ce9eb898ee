"""Messages that did not arrive, and sending them again."""

from typing import Annotated, Any

from fastapi import Form
from starlette.responses import Response

from channels.console.endpoints.counter import Counter, CounterDep, RowId, channels_router
from channels.console.queries.letters import MOST_AT_ONCE, get_letter, letters_page, retriable_keys
from channels.console.selection import Selection, SelectionDep
from channels.console.views.letters import account_label, letter_row
from channels.console.words import counted
from channels.delivery import NotRetriableError, retry_delivery
from channels.models import DeliveryState
from kit.access.identity import Role
from kit.db import AsyncSession
from kit.errors import ConflictError
from kit.web.deps import ReadSession, WriteSession
from kit.web.errors import wants_swap

router = channels_router(Role.AGENT)
supervisors = channels_router(Role.SUPERVISOR)
#: Surely not with the person, so that nobody gets them twice.
_SURELY_LOST = (DeliveryState.FAILED, DeliveryState.EXPIRED)


class UnsureError(ConflictError):
    """The person may have the message already; sending it again has to be confirmed."""

    code = "delivery_unsure"


@router.get("/undelivered")
async def show_letters(desk: CounterDep, session: ReadSession, selection: SelectionDep) -> Response:
    if wants_swap(desk.request):
        return await _list(desk, session, selection)
    return await desk.tabbed(session, "channels/letters.html", **await _shown(desk, session, selection))


async def _list(desk: Counter, session: AsyncSession, selection: Selection, news: str = "") -> Response:
    shown = await _shown(desk, session, selection)
    headers = {"HX-Replace-Url": f"/console/channels/undelivered{selection.query(after=selection.after)}"}
    return desk.page("channels/letters_list.html", headers=headers, news=news, **shown)


async def _shown(desk: Counter, session: AsyncSession, selection: Selection) -> dict[str, Any]:
    letters, following = await letters_page(session, selection)
    labels = await desk.labels(session)
    accounts = [(":".join(pair), account_label(*pair, labels, desk.locale)) for pair in labels]
    return {
        "selection": selection,
        "rows": [letter_row(one, labels, desk.locale) for one in letters],
        "accounts": accounts,
        "following": selection.query(after=following) if following else None,
        "most": MOST_AT_ONCE,
    }


@router.get("/undelivered/{delivery_id}/confirm")
async def ask_again(desk: CounterDep, session: ReadSession, selection: SelectionDep, delivery_id: RowId) -> Response:
    letter = letter_row(await get_letter(session, delivery_id), {}, desk.locale)
    return desk.page("channels/dialog_unsure.html", letter=letter, selection=selection)


@router.post("/undelivered/{delivery_id}/retry")
async def send_again(
    *,
    desk: CounterDep,
    session: WriteSession,
    selection: SelectionDep,
    delivery_id: RowId,
    sure: Annotated[bool, Form()] = False,
) -> Response:
    letter = await get_letter(session, delivery_id)
    if letter.state == DeliveryState.UNKNOWN and not sure:
        raise UnsureError
    await retry_delivery(session, desk.now, letter.key)
    return await _list(desk, session, selection, news=counted("channels.letters.retried", 1, desk.locale))


@supervisors.get("/undelivered/confirm-all")
async def ask_all_again(desk: CounterDep, session: ReadSession, selection: SelectionDep) -> Response:
    count = len(await retriable_keys(session, selection, _meant(selection)))
    unsure = selection.state is DeliveryState.UNKNOWN
    return desk.page("channels/dialog_all.html", selection=selection, count=count, unsure=unsure, most=MOST_AT_ONCE)


@supervisors.post("/undelivered/retry-all")
async def send_all_again(desk: CounterDep, session: WriteSession, selection: SelectionDep) -> Response:
    """What is surely lost; what may have arrived only when just that was chosen, as the dialog has said."""
    sent = 0
    for key in await retriable_keys(session, selection, _meant(selection)):
        try:
            await retry_delivery(session, desk.now, key)
            sent += 1
        except NotRetriableError:
            # Somebody else was quicker with this one.
            continue
    return await _list(desk, session, selection, news=counted("channels.letters.retried", sent, desk.locale))


def _meant(selection: Selection) -> tuple[DeliveryState, ...]:
    return (selection.state,) if selection.state else _SURELY_LOST
