"""Lengths of time and changes in words, as precise as people want them in a report."""

from kit.i18n import translate
from kit.settings import Locale

_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR


def span_text(seconds: float | None, locale: Locale) -> str:
    """45 秒, 12 分钟, 3 小时 20 分, 2.5 天; a dash for what there is not."""
    if seconds is None:
        return "–"
    if seconds < _MINUTE:
        return translate("report.span.seconds", locale, n=round(seconds))
    if seconds < _HOUR - _MINUTE / 2:
        return translate("report.span.minutes", locale, n=round(seconds / _MINUTE))
    if seconds < 2 * _DAY:
        hours, minutes = divmod(round(seconds / _MINUTE), 60)
        if not minutes:
            return translate("report.span.hours", locale, n=hours)
        return translate("report.span.hours_minutes", locale, n=hours, minutes=minutes)
    return translate("report.span.days", locale, n=f"{seconds / _DAY:.1f}".removesuffix(".0"))


def percent_text(percent: int | None) -> str:
    return "–" if percent is None else f"{percent}%"
