"""A verified account, as its application has registered it."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class VerifiedAccount:
    """``secret`` signs the pushes, ``token`` is what replies are sent with; ``as_xml``: pushes in the other format."""

    uid: str
    secret: str
    token: str
    hook_url: str
    as_xml: bool = False
