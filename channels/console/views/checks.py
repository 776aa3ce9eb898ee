"""The steps of an account's check, in words."""

from dataclasses import dataclass

from channels.console.words import word
from channels.platform import Checked
from kit.i18n import Locale, translate


@dataclass(frozen=True, kw_only=True)
class ShownStep:
    """One step; ``name`` is empty where the text alone says which it is."""

    ok: bool
    name: str
    text: str
    said: str


def checked_step(step: Checked, channel: str, locale: Locale) -> ShownStep:
    """The step's name is the platform's own text for it, else the one all platforms share."""
    shared = word(f"channels.step.{step.step}", locale)
    return ShownStep(
        ok=step.ok,
        name=word(f"channels.{channel}.step.{step.step}", locale, shared),
        text=translate(step.text, locale, **step.values),
        said=step.said,
    )
