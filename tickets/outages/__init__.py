"""What the radar sees, before people who say whether something is broken."""

from kit.web.pages import NavigationItem

__all__ = ["HOME", "NAVIGATION"]

HOME = "/console/outages"
NAVIGATION = (NavigationItem(text="outages.title", href=HOME, icon="radar-2", keys="g o"),)
