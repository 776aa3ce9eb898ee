"""Texts that exist for some platforms and not for others."""

from collections.abc import Mapping
from typing import Any

from kit.i18n import Locale, catalogue, translate


def is_text(key: str) -> bool:
    """Whether the catalogue knows the key."""
    return key in catalogue().texts


def word(key: str, locale: Locale, default: str = "") -> str:
    """The catalogue's text, or the default when nobody wrote one."""
    return translate(key, locale) if is_text(key) else default


def channel_title(channel: str, locale: Locale) -> str:
    """What people call the platform."""
    return word(f"console.channel.{channel}", locale, channel)


def platform_title(channel: str, locale: Locale) -> str:
    """The platform in full, for who enters its accounts."""
    return word(f"channels.{channel}", locale, channel_title(channel, locale))


def counted(key: str, count: int, locale: Locale, values: Mapping[str, Any] | None = None) -> str:
    """A text with a number in it; ``<key>.one`` is for exactly one."""
    return translate(f"{key}.one" if count == 1 else key, locale, count=count, **(values or {}))
