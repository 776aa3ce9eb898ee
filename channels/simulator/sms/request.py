"""One call of the product, free of any web framework."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Request:
    """``query`` is what stands behind the question mark, as it came; header names are in small letters."""

    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes

    def header(self, name: str) -> str:
        return self.headers.get(name, "")
