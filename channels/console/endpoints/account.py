"""One account: its address for the platform, its check, its test."""

from starlette.responses import Response

from channels.accounts.models import ChannelAccount
from channels.accounts.service import get_account
from channels.console.endpoints.counter import Counter, CounterDep, RowId, channels_router
from channels.console.queries.accounts import late_writers
from channels.console.queries.window import Place, pace_of
from channels.console.views.health import ICONS, OTHER_ICON, standing_of
from channels.console.words import platform_title, word
from kit.access.identity import Role
from kit.db import AsyncSession
from kit.i18n import translate
from kit.web.deps import ReadSession

router = channels_router(Role.SUPERVISOR)


@router.get("/{account_id}")
async def show_account(desk: CounterDep, session: ReadSession, account_id: RowId) -> Response:
    account = await get_account(session, account_id)
    return await account_page(desk, session, account)


async def account_page(desk: Counter, session: AsyncSession, account: ChannelAccount) -> Response:
    """The whole page, as it is now."""
    platform = desk.site.platforms.get(account.channel)
    callback = platform.callback.format(hook=account.hook) if platform and platform.callback else ""
    channel = platform_title(account.channel, desk.locale)
    pace = await pace_of(session, Place(account.channel, account.name, ""))
    return desk.page(
        "channels/account.html",
        account=account,
        channel=channel,
        icon_name=ICONS.get(account.channel, OTHER_ICON),
        callback_help=word(
            f"channels.{account.channel}.callback.help",
            desk.locale,
            translate("channels.callback.help", desk.locale, channel=channel),
        ),
        callback=f"{desk.ground.settings.base_url}{callback}" if callback else "",
        secure=desk.ground.settings.base_url.startswith("https://"),
        standing=standing_of(account, pace, desk.now),
        checkable=platform is not None and platform.check is not None,
        editable=platform is not None and platform.settings_form is not None,
        writers=await late_writers(session, account),
    )
