"""Somebody acts on a page once it is there: its words are seen before the scripts that listen to keys have run."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from typing import Any
from unittest.mock import patch

from playwright.sync_api import Keyboard, Locator, Page

#: What a hand does to what it sees.
_ACTS = ("check", "click", "fill", "focus", "hover", "press", "press_sequentially", "select_option", "uncheck")


@contextmanager
def acting_when_ready() -> Iterator[None]:
    """Acts wait until the page's content counts as loaded: its deferred scripts and modules have run by then."""
    keyboard = Page.keyboard.fget  # type: ignore[attr-defined]  # To mypy a property is what it returns.

    def within_reach(page: Page) -> Keyboard:
        page.wait_for_load_state("domcontentloaded")
        return keyboard(page)  # type: ignore[no-any-return]  # As above.

    with ExitStack() as patches:
        patches.enter_context(patch.object(Page, "keyboard", property(within_reach)))
        for name in _ACTS:
            patches.enter_context(patch.object(Locator, name, _when_ready(getattr(Locator, name))))
        yield


def _when_ready(act: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(act)
    def acted(locator: Locator, *arguments: Any, **options: Any) -> Any:
        locator.page.wait_for_load_state("domcontentloaded")
        return act(locator, *arguments, **options)

    return acted
