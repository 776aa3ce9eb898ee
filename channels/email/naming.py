"""Names of ours that come back with an answer: signed, so that nobody can invent one.

The key of a delivery travels in the Message-ID and behind the plus of the answer's address, in letters that survive
servers which lower-case what they pass on.
"""

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass

_SIGNATURE = 16
_TOKEN = re.compile(r"m-([a-z2-7]+)-([0-9a-f]{16})")
#: No header longer than this is looked through for names of ours.
_SCANNED = 16_384


@dataclass(frozen=True)
class Names:
    """Makes and reads them with the product's secret."""

    secret: str

    def token(self, key: str) -> str:
        """The key, signed; letters, digits and dashes only."""
        return f"m-{_letters(key)}-{self._sign(key)}"

    def message_id(self, key: str, domain: str) -> str:
        """The Message-ID of the mail that carries the delivery of this key, without its angle brackets."""
        return f"{self.token(key)}@{domain}"

    def plus_address(self, key: str, address: str) -> str:
        """Where answers and bounces of this delivery go: ``support+m-…@example.cn``."""
        local, _, domain = address.rpartition("@")
        return f"{local}+{self.token(key)}@{domain}"

    def key_in(self, text: str) -> str | None:
        """The key in the first genuine token of a header; None where there is none."""
        for letters, signature in _TOKEN.findall(text[:_SCANNED].lower()):
            key = _key(letters)
            if key is not None and hmac.compare_digest(self._sign(key), signature):
                return key
        return None

    def _sign(self, key: str) -> str:
        digest = hmac.new(self.secret.encode(), f"mail:{key}".encode(), hashlib.sha256)
        return digest.hexdigest()[:_SIGNATURE]


def delivery_key(key: str) -> str:
    """The delivery a platform key belongs to: without the number of its resend and of its part."""
    return key.split("~", 1)[0].split("/", 1)[0]


def _letters(key: str) -> str:
    return base64.b32encode(key.encode()).decode().rstrip("=").lower()


def _key(letters: str) -> str | None:
    padded = letters.upper() + "=" * (-len(letters) % 8)
    try:
        return base64.b32decode(padded).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
