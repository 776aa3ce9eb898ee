"""From what an article is about to where a ticket about it belongs."""

#: Keys of the categories a new installation gets, by the component of an article.
CATEGORY_OF: dict[str, str] = {
    "login": "login",
    "device": "device",
    "issuing": "issuing",
    "upload": "upload",
    "query": "query",
    "print": "print",
    "network": "network",
    "client": "client",
    "database": "data",
    "data": "data",
    "interface": "interface",
    "platform": "outage",
    "complaint": "complaint",
}
OTHER = "other"


def category_of(component: str | None) -> str:
    """The key of the category; what no article speaks of is filed under "other"."""
    return CATEGORY_OF.get(component, OTHER) if component else OTHER
