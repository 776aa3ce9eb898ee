"""The administrator's side of the desk: what is configured, edited in the browser, with its history."""

from kit.access.identity import Role
from kit.web.pages import NavigationItem

__all__ = ["NAVIGATION"]

NAVIGATION = (
    NavigationItem(
        text="admin.nav",
        href="/console/admin",
        icon="settings",
        keys="g a",
        roles=frozenset({Role.SUPERVISOR, Role.ADMIN}),
    ),
)
