"""Lines of a ticket's timeline in words, for staff and for the customer's page alike."""

from datetime import datetime
from typing import Any

from kit.i18n import catalogue, show_duration, show_moment, translate
from kit.settings import Locale
from tickets.models import EventKind, TicketEvent

__all__ = ["describe", "spoken"]

_ENDS_OF_A_MOVE = ("source", "target")
_ENDS_OF_A_HOP = ("from_channel", "to_channel")
#: What these say contains why already.
_TELL_WHY = (EventKind.ROUTED, EventKind.SLA_CHANGED, EventKind.ESCALATED)
#: What events of one kind or another carry as a text or name of somebody's own making.
_AS_THEY_ARE = ("policy", "number", "name", "step", "from_name")


def describe(event: TicketEvent, locale: Locale, zone: str, *, stages: str = "stage") -> str:
    """What happened, without who did it; ``stages`` is the prefix of the stages' names."""
    if event.kind == EventKind.CALLED and "seconds" in event.data:
        return translate("timeline.called_for", locale, length=show_duration(event.data["seconds"], locale))
    text = translate(f"timeline.{event.kind}", locale, **_values(event, locale, zone, stages))
    if isinstance(event.data.get("why"), dict) and event.kind not in _TELL_WHY:
        return translate("timeline.because", locale, text=text, why=reason_in_words(event.data["why"], locale))
    return text


def spoken(prefix: str, name: str, locale: Locale) -> str:
    """The catalogue's text ``<prefix>.<name>``, or the bare name when somebody else invented it."""
    key = f"{prefix}.{name}"
    return translate(key, locale) if key in catalogue().texts else name


def reason_in_words(why: Any, locale: Locale) -> str:
    """Why something was decided: the text ``routing.why.<because>``, or what somebody wrote."""
    if not isinstance(why, dict):
        return str(why or "?")
    joined = ("、" if locale == "zh" else ", ").join(str(word) for word in why.get("words", []))
    values = {**{name: _named(value, locale) for name, value in why.items()}, "words": joined}
    return translate(f"routing.why.{why['because']}", locale, **values)


def _named(value: Any, locale: Locale) -> str:
    """A name of the desk's own, which may be kept in both languages."""
    return str(value.get(locale, "?") if isinstance(value, dict) else value)


def _end(prefix: str, value: Any, locale: Locale) -> str:
    if isinstance(value, dict):
        return _named(value, locale)
    return spoken(prefix, str(value), locale) if value is not None else translate("timeline.nothing", locale)


def _values(event: TicketEvent, locale: Locale, zone: str, stages: str) -> dict[str, str]:
    data = event.data
    prefix = "priority" if event.kind == EventKind.PRIORITY else stages
    return {
        **{name: _end(prefix, data.get(name), locale) for name in _ENDS_OF_A_MOVE},
        "to": _named(data.get("to") or translate("timeline.nobody", locale), locale),
        "why": reason_in_words(data.get("why"), locale),
        "category": _named(data.get("category") or "?", locale),
        "by": _moment(data.get("by"), locale, zone),
        "reason": _reason(data, locale),
        "score": str(data.get("score", "?")),
        **{name: spoken("console.channel", str(data.get(name, "?")), locale) for name in _ENDS_OF_A_HOP},
        "code": str(data.get("code") or "?"),
        **{name: str(data.get(name) or "?") for name in _AS_THEY_ARE},
        "clock": spoken("sla.clock", str(data.get("clock", "?")), locale),
        "due": _moment(data.get("due"), locale, zone),
        "until": _moment(data.get("until"), locale, zone),
        "confidence": f"{float(data.get('confidence') or 0):.0%}",
        "tags": " ".join(
            [f"+{name}" for name in data.get("added", [])] + [f"-{name}" for name in data.get("removed", [])]
        ),
        "names": "、".join(data.get("names", [])),
    }


def _moment(text: Any, locale: Locale, zone: str) -> str:
    return show_moment(datetime.fromisoformat(text), locale, zone) if isinstance(text, str) else "?"


def _reason(data: dict[str, Any], locale: Locale) -> str:
    reason = str(data.get("reason") or data.get("alarm") or data.get("kind") or "")
    return spoken("alarm", reason, locale) if reason else translate("timeline.no_reason", locale)
