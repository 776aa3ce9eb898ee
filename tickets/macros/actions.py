"""What a macro can do, as it is stored: {"do": name, ...}."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from tickets.macros.errors import ActionInvalidError
from tickets.stages import Priority, Stage


class Do(StrEnum):
    """The actions; each has a text ``macro.do.<name>``."""

    #: {text_zh, text_en}
    REPLY = "reply"
    #: {text}
    NOTE = "note"
    #: {to: a stage}
    STAGE = "stage"
    #: {add: [names], remove: [names]}
    TAGS = "tags"
    #: {to: "me", "nobody" or a login}
    ASSIGN = "assign"
    #: {to: a team's key}
    TEAM = "team"
    #: {to: 1 to 4}
    PRIORITY = "priority"
    #: {to: a category's key}
    CATEGORY = "category"
    #: {hours: a number, wakes: ["reply", "incident"]}
    SNOOZE = "snooze"
    #: {text_zh, text_en}
    RESOLVE = "resolve"


MOST_ACTIONS = 20
_MOST_HOURS = 24 * 60
_STAGES = {Stage.PROCESSING.value, Stage.WAITING.value}


def checked_actions(actions: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """As they are to be kept; raises ActionInvalidError for the first that cannot be run."""
    if not 0 < len(actions) <= MOST_ACTIONS:
        raise ActionInvalidError(place=len(actions), name="do")
    return [_checked(place, action) for place, action in enumerate(actions, 1)]


def _checked(place: int, action: Mapping[str, Any]) -> dict[str, Any]:
    do = action.get("do")
    if do not in set(Do):
        raise ActionInvalidError(place=place, name="do")
    match Do(do):
        case Do.REPLY | Do.RESOLVE:
            kept = {name: str(action.get(name) or "").strip() for name in ("text_zh", "text_en")}
            _need(place, "text_zh", any(kept.values()))
        case Do.NOTE:
            kept = {"text": str(action.get("text") or "").strip()}
            _need(place, "text", bool(kept["text"]))
        case Do.TAGS:
            return {"do": do, **_tags(place, action)}
        case Do.SNOOZE:
            return {"do": do, **_snooze(place, action)}
        case Do.PRIORITY:
            number = action.get("to")
            _need(place, "to", str(number) in {str(int(one)) for one in Priority})
            return {"do": do, "to": int(str(number))}
        case _:
            kept = {"to": str(action.get("to") or "").strip()}
            _need(place, "to", bool(kept["to"]) and (do != Do.STAGE or kept["to"] in _STAGES))
    return {"do": do, **kept}


def _tags(place: int, action: Mapping[str, Any]) -> dict[str, Any]:
    kept = {
        name: [str(tag).strip() for tag in action.get(name) or () if str(tag).strip()] for name in ("add", "remove")
    }
    _need(place, "add", any(kept.values()))
    return {name: tags for name, tags in kept.items() if tags}


def _snooze(place: int, action: Mapping[str, Any]) -> dict[str, Any]:
    hours = action.get("hours")
    _need(place, "hours", isinstance(hours, int | float) and 0 < hours <= _MOST_HOURS)
    wakes = [wake for wake in action.get("wakes") or () if wake in {"reply", "incident"}]
    return {"hours": hours, "wakes": wakes}


def _need(place: int, name: str, there: bool) -> None:  # noqa: FBT001 - what is needed is the point of the call.
    if not there:
        raise ActionInvalidError(place=place, name=name)
