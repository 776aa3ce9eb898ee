"""Which messages or pushes somebody wants to see: the filters of the address, checked."""

from dataclasses import dataclass, replace
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Query

from channels.delivery import RETRIABLE
from channels.models import DeliveryState
from kit.text import clean_text

_LONG = 400
_CURSOR = 1000


@dataclass(frozen=True, kw_only=True)
class Selection:
    """One view of a list; ``account`` is channel and name of one, ``after`` the cursor of the page."""

    account: str = ""
    state: DeliveryState | None = None
    thread: str = ""
    after: str = ""

    @property
    def channel_and_name(self) -> tuple[str, str]:
        channel, _, name = self.account.partition(":")
        return channel, name

    @property
    def narrowed(self) -> bool:
        return replace(self, after="") != Selection()

    @property
    def states(self) -> tuple[DeliveryState, ...]:
        return (self.state,) if self.state else RETRIABLE

    def query(self, **changes: Any) -> str:
        """The address of this view with something changed; a changed view begins at its first page."""
        changed = replace(self, **{"after": "", **changes})
        named = {
            "account": changed.account,
            "state": changed.state.value if changed.state else "",
            "thread": changed.thread,
            "after": changed.after,
        }
        chosen = {name: value for name, value in named.items() if value}
        return f"?{urlencode(chosen)}" if chosen else ""


def _selection(
    account: Annotated[str, Query(max_length=_LONG)] = "",
    state: Annotated[str, Query(max_length=_LONG)] = "",
    thread: Annotated[str, Query(max_length=_LONG)] = "",
    after: Annotated[str, Query(max_length=_CURSOR)] = "",
) -> Selection:
    # A filter nobody knows is no filter: an old bookmark still shows the list.
    return Selection(
        account=clean_text(account) if ":" in account else "",
        state=DeliveryState(state) if state in set(RETRIABLE) else None,
        thread=clean_text(thread),
        after=after,
    )


SelectionDep = Annotated[Selection, Depends(_selection)]
