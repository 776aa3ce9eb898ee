"""One request of the product and its answer, free of any web framework."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

from channels.simulator.errors import RefusedError


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file of a form."""

    name: str
    content: bytes
    mime: str


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the product asks: ``path`` is below ``/cgi-bin/``; ``base`` is the address the product used."""

    method: str
    path: str
    query: Mapping[str, str]
    body: bytes = b""
    upload: Upload | None = None
    client: str = ""
    base: str = ""

    @cached_property
    def json(self) -> dict[str, Any]:
        """The body; raises RefusedError as WeChat and WeCom do."""
        if not self.body:
            raise RefusedError(44002, "empty post data")
        try:
            parsed = json.loads(self.body)
        except ValueError as error:
            raise RefusedError(47001, "data format error") from error
        if not isinstance(parsed, dict):
            raise RefusedError(47001, "data format error")
        return parsed

    @property
    def shown(self) -> Any:
        """The body for the log of calls."""
        if self.upload is not None:
            return {"file": self.upload.name, "size": len(self.upload.content)}
        try:
            return self.json
        except RefusedError:
            return dict(self.query)


@dataclass(frozen=True, kw_only=True)
class Binary:
    """A file as an answer."""

    content: bytes
    mime: str
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200


Answer: TypeAlias = dict[str, Any] | Binary
