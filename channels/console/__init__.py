"""The staff's side of the channels: accounts and their health, what did not arrive, what could not be read."""

from kit.access.identity import Role
from kit.web.pages import NavigationItem

__all__ = ["NAVIGATION"]

#: Links of the sidebar: who looks after accounts finds the messages that did not arrive on the same page.
NAVIGATION = (
    NavigationItem(
        text="channels.nav.channels",
        href="/console/channels",
        icon="plug-connected",
        keys="g c",
        roles=frozenset({Role.SUPERVISOR, Role.ADMIN}),
    ),
    NavigationItem(
        text="channels.nav.undelivered",
        href="/console/channels/undelivered",
        icon="message-x",
        keys="g u",
        roles=frozenset({Role.AGENT}),
    ),
    NavigationItem(
        text="channels.nav.mail",
        href="/console/mail",
        icon="mail",
        keys="g m",
        roles=frozenset({Role.AGENT, Role.SUPERVISOR, Role.ADMIN}),
    ),
)
