"""The desk at a glance, for the wall of the room: what is late, who waits, who is there."""

from kit.access.identity import Role
from kit.web.pages import NavigationItem

__all__ = ["NAVIGATION"]

NAVIGATION = (
    NavigationItem(
        text="wall.title",
        href="/console/wall",
        icon="device-desktop-analytics",
        keys="g w",
        roles=frozenset({Role.SUPERVISOR, Role.ADMIN}),
    ),
)
