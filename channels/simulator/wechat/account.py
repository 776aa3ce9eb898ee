"""One Official Account as its operator has set it up in the platform's console."""

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from channels.simulator.crypto import MessageCipher


class Mode(StrEnum):
    """How pushes travel: clear, both, or encrypted alone."""

    PLAIN = "plain"
    COMPATIBLE = "compatible"
    SAFE = "safe"


class Format(StrEnum):
    """What pushes are written in."""

    XML = "xml"
    JSON = "json"


@dataclass(kw_only=True)
class OfficialAccount:
    """``hook_url`` is where pushes go; ``whitelist`` None: tokens are given to every address."""

    gh_id: str
    app_id: str
    secret: str
    token: str
    aes_key: str
    hook_url: str = ""
    mode: Mode = Mode.PLAIN
    format: Format = Format.XML
    #: Only verified accounts may call for customer-service messages and the like.
    verified: bool = True
    whitelist: set[str] | None = None
    templates: set[str] = field(default_factory=set)
    subscription_templates: set[str] = field(default_factory=set)
    menu: dict[str, Any] | None = None

    @cached_property
    def cipher(self) -> MessageCipher:
        """Follows ``aes_key`` as it was when first used; see :meth:`change_key`."""
        return MessageCipher(self.aes_key, self.app_id)

    def change_key(self, aes_key: str) -> None:
        """The operator has changed the EncodingAESKey: all pushes from now on use the new one."""
        self.aes_key = aes_key
        self.__dict__.pop("cipher", None)
