"""The menu the platform has, read back: what it shows, and whether it is ours. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from channels.wechat.menu import Menu, platform_form

#: What tells two entries apart; the platform adds empty fields of its own.
_TELLING = ("name", "type", "key", "url")


@dataclass(frozen=True)
class SeenButton:
    """One button or entry as people see it; ``does`` is the platform's word for what a tap does."""

    name: str
    does: str
    below: "tuple[SeenButton, ...]" = ()


def seen_buttons(menu: Mapping[str, Any] | None) -> list[SeenButton]:
    """What people see; empty without a menu."""
    return [_seen(one) for one in _list((menu or {}).get("button"))]


def same_menu(menu: Mapping[str, Any] | None, ours: Menu) -> bool:
    """Whether the platform's menu does what ours does."""
    theirs = [_plain(one) for one in _list((menu or {}).get("button"))]
    return theirs == [_plain(one) for one in platform_form(ours)["button"]]


def _seen(button: Mapping[str, Any]) -> SeenButton:
    below = tuple(_seen(one) for one in _entries(button))
    does = str(button.get("url") or button.get("key") or button.get("type") or "")
    return SeenButton(str(button.get("name", "")), "" if below else does, below)


def _plain(button: Mapping[str, Any]) -> dict[str, Any]:
    below = [_plain(one) for one in _entries(button)]
    if below:
        return {"name": button.get("name"), "below": below}
    return {name: button[name] for name in _TELLING if button.get(name)}


def _entries(button: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    below = button.get("sub_button")
    # Some of the platform's interfaces wrap the entries once more.
    return _list(below.get("list") if isinstance(below, dict) else below)


def _list(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
