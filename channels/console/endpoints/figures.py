"""One account in figures: windows, quotas of the day, calls, and what the platform refused."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from starlette.responses import Response

from channels.accounts.models import ChannelAccount
from channels.accounts.service import get_account
from channels.console.endpoints.counter import Counter, CounterDep, RowId, channels_router
from channels.console.queries.figures import DayOfCalls, open_windows_of, refusals_of
from channels.console.queries.health import load_health
from channels.console.queries.reception import servicers_of, sessions_of
from channels.console.queries.window import Place
from channels.console.views.figures import Plot, ShownGauge, calls_plot, shown_gauges, shown_refusals, window_plot
from channels.console.views.health import account_rows
from channels.console.words import word
from channels.wechat.error_codes import BEIJING
from channels.wechat.quota import calls_since, gauges
from channels.wechat.translate import CHANNEL as WECHAT
from channels.wecom.settings import CHANNEL as WECOM
from kit.access.identity import Role
from kit.db import AsyncSession
from kit.web.deps import ReadSession

router = channels_router(Role.SUPERVISOR)
DAYS = 14
_SEND = "/cgi-bin/message/custom/send"


@router.get("/{account_id}/figures")
async def show_figures(desk: CounterDep, session: ReadSession, account_id: RowId) -> Response:
    account = await get_account(session, account_id)
    place = Place(account.channel, account.name, "")
    channel = desk.site.channels.get(account.channel)
    plots: list[Plot] = []
    if channel is not None and channel.capabilities.windowed:
        plots.append(window_plot(await open_windows_of(session, desk.now, place), desk.locale))
    used, days = await _quotas(desk, session, account)
    if days:
        plots.append(calls_plot(days, desk.locale))
    health = await load_health(session, desk.now, only=account)
    (row,) = account_rows(health, await _token(desk, session, account), desk.site, desk.now, desk.locale)
    return desk.page(
        "channels/figures.html",
        account=account,
        row=row,
        plots=plots,
        gauges=used,
        **await _reception(desk, session, account),
        refusals=shown_refusals(await refusals_of(session, desk.now, place), account.channel, desk.locale),
    )


async def _reception(desk: Counter, session: AsyncSession, account: ChannelAccount) -> dict[str, Any]:
    """Of the one platform whose customers are received by members of a corporation."""
    if account.channel != WECOM:
        return {"sessions": [], "servicers": []}
    return {
        "sessions": await sessions_of(session, desk.now, account.name),
        "servicers": await servicers_of(session, desk.now, account.name),
    }


async def _token(desk: Counter, session: AsyncSession, account: ChannelAccount) -> Mapping[int, datetime]:
    platform = desk.site.platforms.get(account.channel)
    if platform is None or platform.token_expiries is None:
        return {}
    until = (await platform.token_expiries(session, [account.name])).get(account.name)
    return {account.id: until} if until else {}


async def _quotas(
    desk: Counter, session: AsyncSession, account: ChannelAccount
) -> tuple[list[ShownGauge], Sequence[DayOfCalls]]:
    """Of the one platform that tells its quotas; every day has its bar, one without calls too."""
    if account.channel != WECHAT:
        return [], []
    used = shown_gauges(
        await gauges(session, desk.now, account.name),
        lambda interface: word(f"channels.figures.interface.{interface.rpartition('cgi-bin/')[2]}", desk.locale),
    )
    today = desk.now.astimezone(BEIJING).date()
    calls = await calls_since(session, account.name, today - timedelta(days=DAYS - 1), _SEND)
    return used, [
        DayOfCalls(day, *calls.get(day, (0, 0)))
        for day in (today - timedelta(days=back) for back in range(DAYS - 1, -1, -1))
    ]
