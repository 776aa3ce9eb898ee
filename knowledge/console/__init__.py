"""Where articles are written, read over and looked after."""

from kit.web.pages import NavigationItem

__all__ = ["NAVIGATION", "uploads"]

HOME = "/console/knowledge"
#: Links of the sidebar.
NAVIGATION = (NavigationItem(text="knowledge.nav", href=HOME, icon="book", keys="g k"),)


def uploads(file_max_bytes: int) -> dict[str, int]:
    """Where files are uploaded, and the bytes they may have with what a form puts around them."""
    return {f"{HOME}/pictures": file_max_bytes + 1024 * 1024, f"{HOME}/import": 64 * 1024 * 1024}
