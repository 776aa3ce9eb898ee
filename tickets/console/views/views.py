"""Saved views as the strip above the queue and the list of all views show them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kit.access.identity import Role, SignedIn
from kit.settings import Locale
from tickets.console.queries.choices import Offered
from tickets.console.queries.counting import Count
from tickets.console.queries.views import Kept
from tickets.console.selection import Selection, from_query
from tickets.console.views.filters import described
from tickets.views.models import SavedView

#: As many as there are keys for.
_KEYS = 9


@dataclass(frozen=True, kw_only=True)
class ViewLink:
    """One view; ``key`` opens it from the keyboard, ``may_change``: this person may."""

    id: int
    name: str
    href: str
    count: Count
    shared: bool
    pinned: bool
    current: bool
    may_change: bool
    key: str = ""
    #: What it selects, in words.
    what: str = ""


@dataclass(frozen=True)
class Strip:
    """The views above the queue; ``changed``: other filters are set by now than the current view keeps."""

    links: list[ViewLink]
    current: ViewLink | None
    changed: bool


def may_change(view: SavedView, staff: SignedIn) -> bool:
    return staff.may(Role.SUPERVISOR) if view.shared else view.staff_id == staff.id


def view_query(view: SavedView) -> str:
    """The address of a view: its filters, and which view they are of."""
    return from_query(view.query).query(view=view.id)


def strip(selection: Selection, kept: Sequence[Kept], staff: SignedIn) -> Strip:
    links = [_link(one, staff, current=one.view.id == selection.view) for one in kept]
    keyed = [replace(link, key=str(key)) if key <= _KEYS else link for key, link in enumerate(links, start=1)]
    current = next((link for link in keyed if link.current), None)
    own = next((one.selection for one in kept if one.view.id == selection.view), None)
    return Strip(keyed, current, changed=own is not None and _plain(own) != _plain(selection))


def view_rows(kept: Sequence[Kept], staff: SignedIn, offer: Offered, locale: Locale) -> list[ViewLink]:
    return [replace(_link(one, staff), what=described(one.selection, offer, locale)) for one in kept]


def _link(kept: Kept, staff: SignedIn, *, current: bool = False) -> ViewLink:
    view = kept.view
    return ViewLink(
        id=view.id,
        name=view.name,
        href=view_query(view),
        count=kept.count,
        shared=view.shared,
        pinned=view.pinned,
        current=current,
        may_change=may_change(view, staff),
    )


def _plain(selection: Selection) -> Selection:
    return replace(selection, view=None, after="")
