"""What can be chosen in a form, from what is configured."""

from collections.abc import Mapping, Sequence

from kit.i18n import Locale
from tickets.admin.forms import Input, options_needed
from tickets.config.sections import SECTIONS, Everything
from tickets.config.words import item_name
from tickets.console.views.queue import CHANNEL_ICONS
from tickets.timeline import spoken


def options_for(
    inputs: tuple[Input, ...], everything: Everything, locale: Locale
) -> Mapping[str, Sequence[tuple[str, str]]]:
    """The choices a form needs, by their names; what is out of use is not offered."""
    return {name: _options(name, everything, locale) for name in options_needed(inputs)}


def _options(name: str, everything: Everything, locale: Locale) -> list[tuple[str, str]]:
    if name == "channels":
        return [(channel, spoken("console.channel", channel, locale)) for channel in CHANNEL_ICONS]
    items = everything[name]
    keys = SECTIONS[name].arranged(items)
    return [(key, item_name(key, items[key], locale)) for key in keys if getattr(items[key], "active", True)]
