"""The line above the composer: how long and how much one may still write, and the way around a shut window."""

from typing import Annotated

from fastapi import Form, Query
from starlette.responses import Response

from channels.accounts.models import ChannelAccount
from channels.console.endpoints.counter import Counter, CounterDep, channels_router
from channels.console.endpoints.sms import preview
from channels.console.queries.window import Place, account_of, count_parked, pace_of, place_of
from channels.console.views import window as views
from channels.console.views.health import standing_of
from channels.console.views.window import WindowView
from channels.errors import DeliveryError
from channels.platform import Fallback, HasNotices
from channels.reach import refusal_of
from channels.windows import window_of
from kit.access.identity import Role
from kit.db import AsyncSession
from kit.errors import ConflictError, NotFoundError
from kit.i18n import translate
from kit.web.deps import ReadSession

router = channels_router(Role.AGENT)
THREAD_MAX = 400


class NothingToRemindByError(ConflictError):
    """The person has agreed to no notice, or to none any more."""

    code = "no_reminder"


@router.get("/window")
async def show_window(
    desk: CounterDep, session: ReadSession, thread: Annotated[str, Query(max_length=THREAD_MAX)]
) -> Response:
    """Empty for a channel that sets no limits and has no trouble."""
    place = place_of(thread)
    view = await _view(desk, session, place, thread) if place else None
    return desk.page("channels/window.html", view=view, thread=thread)


async def _view(desk: Counter, session: AsyncSession, place: Place, thread: str) -> WindowView | None:
    channel = desk.site.channels.get(place.channel)
    if channel is None or channel.capabilities.mute:
        return None
    refusal = await refusal_of(session, thread)
    if refusal is not None:
        return views.unreachable(place.channel, refusal, desk.locale)
    account = await account_of(session, place)
    if account is None and place.channel in {platform.name for platform in desk.site.enterable}:
        return views.removed(place.channel, desk.locale)
    held_up = await _held_up(desk, session, place, account) if account else None
    if held_up is None and channel.capabilities.templated:
        return await preview(desk, session, place, account) if account else None
    if held_up is not None or not channel.capabilities.windowed:
        return held_up
    window = await window_of(session, desk.now, thread)
    if window is not None:
        return views.open_until(place.channel, window, desk.now, desk.locale)
    notices = _notices(desk, place)
    offered = notices is not None and await notices.available(session, thread)
    waiting = await count_parked(session, thread)
    return views.shut(place.channel, waiting, desk.locale, fallback=offered)


async def _held_up(desk: Counter, session: AsyncSession, place: Place, account: ChannelAccount) -> WindowView | None:
    standing = standing_of(account, await pace_of(session, place), desk.now)
    return views.held_up(place.channel, standing, desk.locale)


def _notices(desk: Counter, place: Place) -> Fallback | None:
    channel: object = desk.site.channels.get(place.channel)
    return channel.notices if isinstance(channel, HasNotices) else None


@router.post("/remind")
async def remind(desk: CounterDep, thread: Annotated[str, Form(max_length=THREAD_MAX)]) -> Response:
    """Send the notice at once, with no transaction open: the platform takes its time."""
    place = place_of(thread)
    notices = _notices(desk, place) if place else None
    if notices is None:
        raise NotFoundError
    async with desk.ground.db.reading() as session:
        if not await notices.available(session, thread):
            raise NothingToRemindByError
    try:
        await notices.remind(thread)
    except DeliveryError as refused:
        text = translate("channels.remind.refused", desk.locale)
        return desk.flash(text, f"{refused.code} {refused.text}", good=False)
    return desk.flash(translate("channels.remind.sent", desk.locale))
