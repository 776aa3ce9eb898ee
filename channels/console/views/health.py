"""The accounts' health as the overview shows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from channels.accounts.models import ChannelAccount
from channels.console.queries.health import LOST, Health, Pace, Recent, Windows
from channels.console.site import ChannelSite
from channels.console.words import platform_title
from channels.models import DeliveryState
from kit.i18n import Locale

#: Tabler icons by channel; a channel of somebody else's gets the last one.
ICONS = {"wechat": "brand-wechat", "wecom": "headset", "telegram": "brand-telegram", "webchat": "message-circle"}
OTHER_ICON = "message"
_QUEUED = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.OFFERED)
#: From this share of lost messages on, the figure stands out.
_MANY_LOST = 5


class AccountState(StrEnum):
    """How an account is; each has a text ``channels.state.<state>``."""

    OK = "ok"
    PAUSED = "paused"
    #: The platform takes nothing for a while; it passes by itself.
    CLOSED = "closed"
    #: The platform refuses us until somebody corrects the settings.
    BROKEN = "broken"


@dataclass(frozen=True)
class Standing:
    """The state, until when where that is known, and what the platform said."""

    state: AccountState
    until: datetime | None = None
    said: str = ""


@dataclass(frozen=True, kw_only=True)
class AccountRow:
    """One account of the list."""

    id: int
    label: str
    name: str
    channel: str
    icon: str
    standing: Standing
    last_inbound: datetime | None
    last_sent: datetime | None
    lost_percent: int | None
    many_lost: bool
    lost: int
    ended: int
    queued: int
    parked: int
    undelivered: int
    token_until: datetime | None
    windows: Windows | None
    filter: str


def account_rows(
    health: Health, tokens: Mapping[int, datetime], site: ChannelSite, now: datetime, locale: Locale
) -> list[AccountRow]:
    return [_row(account, health, tokens.get(account.id), site, now, locale) for account in health.accounts]


def _row(  # noqa: PLR0917 - one call, right above.
    account: ChannelAccount,
    health: Health,
    token_until: datetime | None,
    site: ChannelSite,
    now: datetime,
    locale: Locale,
) -> AccountRow:
    recent = health.recent.get(account.id, Recent())
    states: Mapping[str, int] = health.states.get(account.id, {})
    percent = round(100 * recent.lost / recent.ended) if recent.ended else None
    channel = site.channels.get(account.channel)
    windowed = channel is not None and channel.capabilities.windowed
    return AccountRow(
        id=account.id,
        label=account.label,
        name=account.name,
        channel=platform_title(account.channel, locale),
        icon=ICONS.get(account.channel, OTHER_ICON),
        standing=standing_of(account, health.pace.get(account.id), now),
        last_inbound=health.last_inbound.get(account.id),
        last_sent=recent.sent_at,
        lost_percent=percent,
        many_lost=percent is not None and percent >= _MANY_LOST,
        lost=recent.lost,
        ended=recent.ended,
        queued=sum(states.get(one.value, 0) for one in _QUEUED),
        parked=states.get(DeliveryState.PARKED.value, 0),
        undelivered=states.get(LOST, 0),
        token_until=token_until,
        windows=health.windows.get(account.id, Windows()) if windowed else None,
        filter=f"{account.channel}:{account.name}",
    )


def standing_of(account: ChannelAccount, pace: Pace | None, now: datetime) -> Standing:
    """A pause is our own will and comes first; then what has to be repaired, then what passes."""
    said = f"{pace.code} {pace.text or ''}".strip() if pace and pace.code else ""
    if account.paused:
        return Standing(AccountState.PAUSED, said=said)
    if pace is None or not pace.code:
        return Standing(AccountState.OK)
    until = datetime.fromtimestamp(pace.until / 1_000_000, UTC)
    if pace.broken:
        return Standing(AccountState.BROKEN, until if until > now else None, said)
    return Standing(AccountState.CLOSED, until, said) if until > now else Standing(AccountState.OK)
