"""What the composer is told about the reply window of the conversation."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from channels.console.views.health import AccountState, Standing
from channels.console.words import channel_title, counted
from channels.windows import KEPT_FOR_STAFF, Window
from kit.i18n import Locale, translate

_MINUTE_S, _HOUR_S = 60, 3600


class Light(StrEnum):
    """How much it matters to who writes."""

    CALM = "calm"
    NEAR = "near"
    SHUT = "shut"


@dataclass(frozen=True, kw_only=True)
class WindowView:
    """One line above the composer, perhaps with the platform's words and a way around."""

    light: Light
    text: str
    said: str = ""
    fallback: bool = False


def unreachable(channel: str, refusal: tuple[str, str], locale: Locale) -> WindowView:
    """The person left or blocked us."""
    text = translate("channels.window.unreachable", locale, channel=channel_title(channel, locale))
    return WindowView(light=Light.SHUT, text=text, said=" ".join(part for part in refusal if part))


def removed(channel: str, locale: Locale) -> WindowView:
    """The account the person wrote to is entered no more."""
    text = translate("channels.window.removed", locale, channel=channel_title(channel, locale))
    return WindowView(light=Light.SHUT, text=text)


def held_up(channel: str, standing: Standing, locale: Locale) -> WindowView | None:
    """The account itself sends nothing now."""
    if standing.state is AccountState.OK:
        return None
    text = translate(f"channels.window.{standing.state}", locale, channel=channel_title(channel, locale))
    return WindowView(light=Light.NEAR, text=text, said=standing.said)


def shut(channel: str, waiting: int, locale: Locale, *, fallback: bool) -> WindowView:
    """Nothing may be sent before the person writes."""
    title = channel_title(channel, locale)
    text = translate("channels.window.shut", locale, channel=title)
    if waiting:
        text += counted("channels.window.waiting", waiting, locale)
    return WindowView(light=Light.SHUT, text=text, fallback=fallback)


def open_until(channel: str, window: Window, now: datetime, locale: Locale) -> WindowView:
    """So long and so many; the last one is what was kept back for staff."""
    left = window.quota_left
    values = {"channel": channel_title(channel, locale), "time": _left(window.closes_at, now, locale)}
    if left is None:
        return WindowView(light=Light.CALM, text=translate("channels.window.open", locale, **values))
    text = counted("channels.window.counted", left, locale, values)
    if left > KEPT_FOR_STAFF:
        return WindowView(light=Light.CALM, text=text)
    return WindowView(light=Light.NEAR, text=text + translate("channels.window.kept", locale))


def _left(closes_at: datetime, now: datetime, locale: Locale) -> str:
    """Whole hours, else whole minutes: never more than there is."""
    seconds = int((closes_at - now).total_seconds())
    if seconds >= _HOUR_S:
        return counted("channels.window.hours", seconds // _HOUR_S, locale)
    return counted("channels.window.minutes", max(1, seconds // _MINUTE_S), locale)
