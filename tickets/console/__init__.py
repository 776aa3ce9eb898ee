"""The staff's side of the desk: the queue, one ticket, the figures."""

from kit.access.identity import Role
from kit.web.pages import NavigationItem
from tickets.entry.batches import MOST_BYTES

__all__ = ["ENTRY_UPLOADS", "NAVIGATION", "UPLOAD_PREFIX", "upload_limit"]

#: Links of the sidebar.
NAVIGATION = (
    NavigationItem(text="console.nav.queue", href="/console/tickets", icon="inbox", keys="g q"),
    NavigationItem(
        text="console.nav.log_call",
        href="/console/calls/new",
        icon="phone-plus",
        keys="g l",
        roles=frozenset({Role.AGENT, Role.SUPERVISOR, Role.ADMIN}),
    ),
    NavigationItem(
        text="console.nav.entry",
        href="/console/entry",
        icon="table-import",
        keys="g e",
        roles=frozenset({Role.AGENT, Role.SUPERVISOR, Role.ADMIN}),
    ),
    NavigationItem(text="console.nav.figures", href="/console/figures", icon="chart-bar", keys="g f"),
)
#: Where files are uploaded, for the body limit.
UPLOAD_PREFIX = "/console/tickets/"
#: Where tables of records are uploaded, and the bytes they may have with what a form puts around them.
ENTRY_UPLOADS = {"/console/entry": MOST_BYTES + 1024 * 1024}


def upload_limit(file_max_bytes: int) -> int:
    """The largest body of one message: its files, its text, and what a form puts around them."""
    return 5 * file_max_bytes + 1024 * 1024
