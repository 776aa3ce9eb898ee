"""What the person will get where only approved texts can be sent, and what it costs: shown before it is sent."""

from typing import Annotated

from fastapi import Query
from pydantic import ValidationError
from sqlalchemy import bindparam, func, select
from starlette.responses import Response

from channels.accounts.models import ChannelAccount
from channels.console.endpoints.counter import Counter, CounterDep, channels_router
from channels.console.queries.window import Place, account_of, place_of
from channels.console.views.window import Light, WindowView
from channels.console.words import counted
from channels.delivery import delivery_table
from channels.errors import DeliveryRefusedError
from channels.port import Notice, Outbound
from channels.sms.composing import Composed, compose
from channels.sms.limits import used_today
from channels.sms.pricing import yuan
from channels.sms.settings import CHANNEL, SmsSettings
from kit.access.identity import Role
from kit.db import AsyncSession
from kit.i18n import Locale, translate
from kit.web.deps import ReadSession

router = channels_router(Role.AGENT)
THREAD_MAX, KIND_MAX = 400, 40
#: What a member of staff writes is told by this notice.
WRITTEN = "replied"


@router.get("/sms/preview")
async def show_preview(
    desk: CounterDep,
    session: ReadSession,
    thread: Annotated[str, Query(max_length=THREAD_MAX)],
    kind: Annotated[str, Query(max_length=KIND_MAX)] = WRITTEN,
) -> Response:
    """Empty for any other channel."""
    place = place_of(thread)
    account = await account_of(session, place) if place and place.channel == CHANNEL else None
    view = await preview(desk, session, place, account, kind=kind) if place and account else None
    return desk.page("channels/window.html", view=view, thread=thread)


async def preview(
    desk: Counter, session: AsyncSession, place: Place, account: ChannelAccount, *, kind: str = WRITTEN
) -> WindowView | None:
    """The line above the composer."""
    try:
        settings = SmsSettings.model_validate(account.settings)
    except ValidationError:
        return None
    last = await _last(session, f"{place.channel}:{place.account}:{place.address}")
    try:
        composed = compose(settings, _expected(last, kind, desk.locale), said_in=desk.locale)
    except DeliveryRefusedError as refused:
        return _none(refused.text, desk.locale)
    if await used_today(session, desk.now, place.account, place.address) >= settings.most_a_day:
        reason = translate("channels.sms.daily_limit_reached", desk.locale, most=settings.most_a_day)
        return _none(reason, desk.locale)
    return WindowView(light=Light.CALM, text=_shown(composed, desk.locale))


def _shown(composed: Composed, locale: Locale) -> str:
    values = {"text": composed.text, "yuan": yuan(composed.cents)}
    return counted("channels.sms.preview", composed.segments, locale, values)


def _none(reason: str, locale: Locale) -> WindowView:
    return WindowView(light=Light.NEAR, text=translate("channels.sms.preview.none", locale, reason=reason))


def _expected(last: Outbound | None, kind: str, locale: Locale) -> Outbound:
    """A message of that kind with what the last one was filled with; where there was none, with names of the values."""
    names = ("number", "page", "time")
    values = {name: f"〔{translate(f'channels.sms.preview.{name}', locale)}〕" for name in names}
    known = last.notice.values if last and last.notice else {}
    notice = Notice(kind=kind, values={**values, **known})
    return Outbound(text="", locale=last.locale if last else "zh", notice=notice)


async def _last(session: AsyncSession, thread: str) -> Outbound | None:
    body = (await session.execute(_LAST, {"of_thread": thread, "of_channel": CHANNEL})).scalars().first()
    return Outbound.model_validate(body) if body else None


#: How many deliveries to look back over.
_LOOK_BACK = 50_000
_LAST = (
    select(delivery_table.c.body)
    .where(delivery_table.c.id > select(func.max(delivery_table.c.id)).scalar_subquery() - _LOOK_BACK)
    .where(delivery_table.c.channel == bindparam("of_channel"), delivery_table.c.thread == bindparam("of_thread"))
    .order_by(delivery_table.c.id.desc())
    .limit(1)
)
